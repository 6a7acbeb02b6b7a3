import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { tensor } from "../../lib/tensor/create.ts";
import { gradient, valueAndGradient } from "../../lib/tensor/gradient.ts";
import { jit } from "../../lib/tensor/jit.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { testOnDevices } from "./devices.ts";

const cube = (x: Tensor) => x.mul(x).mul(x);

testOnDevices("gradients, and gradients of gradients", async () => {
  assertEquals(await gradient(cube)(tensor(2)).item(), 12);
  assertEquals(await gradient(gradient(cube))(tensor(2)).item(), 12);
  assertEquals(await gradient(gradient(gradient(cube)))(tensor(2)).item(), 6);
  const { value, gradient: g } = valueAndGradient((x: Tensor) => x.square().sum())(tensor([1, -3]));
  assertEquals([await value.item(), await g.array()], [10, [2, -6]]);
});

testOnDevices("an inner gradient is differentiated with what it depends on", async () => {
  // f(x) = d/dy y^3 at y = 2x is 12 x^2.
  const f = (x: Tensor) => gradient(cube)(x.mul(2));
  assertEquals(await f(tensor(3)).item(), 108);
  assertEquals(await gradient(f)(tensor(3)).item(), 72);
});

testOnDevices("a function given to jit is differentiated like any other", async () => {
  const inner = jit(cube);
  await inner(tensor(1)).item();
  assertEquals(await gradient((x: Tensor) => inner(x.mul(2)))(tensor(1)).item(), 24);
});

testOnDevices("a function of thousands of operations is differentiated whole", async () => {
  const sum = (x: Tensor) => {
    let total = x;
    for (let i = 0; i < 2500; i++) total = total.add(x);
    return total;
  };
  assertEquals(await gradient(sum)(tensor(1)).item(), 2501);
});

testOnDevices("gradients have the form of the variables: arrays, objects, both", async () => {
  const weights = { layers: [{ kernel: tensor([[1], [2]]), bias: tensor([3]) }], scale: tensor(2) };
  const loss = ({ layers: [layer], scale }: typeof weights, x: Tensor, factor: number) =>
    x.matmul(layer!.kernel).add(layer!.bias).mul(scale).sum().mul(factor);
  const { value, gradient: g } = valueAndGradient(loss)(weights, tensor([[1, 1], [1, 0]]), 10);
  assertEquals(await value.item(), 200);
  assertEquals(await g.layers[0]!.kernel.array(), [[40], [20]]);
  assertEquals(await g.layers[0]!.bias.array(), [40]);
  assertEquals(await g.scale.item(), 100);
});

testOnDevices("what the value does not depend on has the gradient 0", async () => {
  const weights = { a: tensor([1, 2]), b: tensor([[3]]) };
  const g = gradient(({ a }: typeof weights) => a.sum())(weights);
  assertEquals([await g.a.array(), await g.b.array()], [[1, 1], [[0]]]);
  const detached = gradient((x: Tensor) => x.mul(x.detach()).sum())(tensor([3, 4]));
  assertEquals(await detached.array(), [3, 4]);
});

testOnDevices("a tensor from around the function is a constant", async () => {
  const c = tensor([2, 3]).mul(2);
  assertEquals(await gradient((x: Tensor) => x.mul(c).sum())(tensor([1, 1])).array(), [4, 6]);
});

testOnDevices("what was made of a variable outside is a constant, read or not", async () => {
  for (const read of [false, true]) {
    const x = tensor([3, 4]).add(0), y = x.mul(2);
    if (read) await y.data();
    assertEquals(await gradient((x: Tensor) => x.mul(y).sum())(x).array(), [6, 8]);
  }
  const x = tensor(3);
  const g = gradient(([a, b]: readonly Tensor[]) => a!.mul(b!).mul(x))([x, x]);
  assertEquals(await Promise.all(g.map((t) => t.item())), [9, 9]);
});

testOnDevices("reading a gradient alone gives the same as reading the value first", async () => {
  const make = () => valueAndGradient((x: Tensor) => x.tanh().square().sum())(tensor([0.5, -1]));
  const first = make(), second = make();
  const alone = await first.gradient.array();
  await second.value.item();
  assertEquals(await second.gradient.array(), alone);
  assertAlmostEquals((alone as number[])[0]!, 2 * Math.tanh(0.5) / Math.cosh(0.5) ** 2, 1e-6);
});

Deno.test("only scalars of f32 can be differentiated, for f32", () => {
  assertThrows(
    () => gradient((x: Tensor) => x)(tensor([1, 2])),
    TypeError,
    "expected a scalar f32 to differentiate, found f32 [2]; reduce it first",
  );
  assertThrows(() => gradient((x: Tensor) => x.greater(0))(tensor(1)), TypeError, "found i32 []");
  assertThrows(
    () => gradient((x: Tensor) => x.cast("f32"))(tensor(1, { dtype: "i32" })),
    TypeError,
    "expected variables of type f32, found i32 []",
  );
  assertThrows(
    () => gradient(() => 5 as never)(tensor(1)),
    TypeError,
    "expected the function to return a tensor, found 5",
  );
  assertThrows(() => gradient(() => tensor(1))({ a: 5 as never }), TypeError, "valueAndGradient.a");
});

Deno.test("a function that throws leaves nothing behind", async () => {
  assertThrows(
    () =>
      gradient(() => {
        throw new RangeError("mine");
      })(tensor(1)),
    RangeError,
    "mine",
  );
  assertEquals(await gradient(cube)(tensor(1)).item(), 3);
});

testOnDevices(
  "what a function returns beside its value comes out beside the gradient",
  async () => {
    const f = (x: Tensor, y: Tensor) => {
      const products = x.mul(y);
      return [products.sum(), { products, twice: x.mul(2) }] as const;
    };
    const { value, gradient: g, auxiliary } = valueAndGradient(f)(tensor([1, 2]), tensor([3, 4]));
    assertEquals(await value.item(), 11);
    assertEquals(await g.array(), [3, 4]);
    assertEquals(await auxiliary.products.array(), [3, 8]);
    assertEquals(await auxiliary.twice.array(), [2, 4]);
  },
);
