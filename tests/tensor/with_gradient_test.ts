import { assertEquals, assertThrows } from "@std/assert";
import { tensor } from "../../lib/tensor/create.ts";
import { gradient, valueAndGradient } from "../../lib/tensor/gradient.ts";
import { jit } from "../../lib/tensor/jit.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { withGradient } from "../../lib/tensor/with_gradient.ts";
import { testOnDevices } from "./devices.ts";

const straight = withGradient((x: Tensor) => x.round(), (g) => g);

testOnDevices("a function's own gradient takes the place of that of its operations", async () => {
  const x = tensor([0.2, 0.7, -1.6]);
  assertEquals(await straight(x).array(), [0, 1, -2]);
  const f = (x: Tensor) => straight(x.mul(2)).mul(tensor([1, 2, 3])).sum();
  const { value, gradient: g } = valueAndGradient(f)(x);
  assertEquals(await value.item(), 0 + 2 - 9);
  assertEquals(await g.array(), [2, 4, 6]);
  assertEquals(await jit((x: Tensor) => gradient(f)(x))(x).array(), [2, 4, 6]);
});

testOnDevices("it is given the inputs and the result, and is differentiated itself", async () => {
  // The square root's gradient is g / (2 y); its gradient is -g / (4 y^3).
  const root = withGradient((x: Tensor) => x.sqrt(), (g, _, y) => g.div(y.mul(2)));
  assertEquals(await gradient(root)(tensor(4)).item(), 0.25);
  assertEquals(await gradient(gradient(root))(tensor(4)).item(), -0.03125);
  const product = withGradient(
    (a: Tensor, b: Tensor) => a.mul(b),
    (g, [a, b]) => [g.mul(b), g.mul(a).mul(10)],
  );
  const slopes = gradient(([a, b]: Tensor[]) => product(a!, b!))([tensor(2), tensor(3)]);
  assertEquals(await Promise.all(slopes.map((t) => t.item())), [3, 20]);
});

testOnDevices("an input may have none, even where the value does not depend on it", async () => {
  const gate = withGradient(
    (a: Tensor, b: Tensor) => a.add(b),
    (g) => [undefined, g.mul(7)],
  );
  const slopes = gradient(([a, b]: Tensor[]) => gate(a!, b!))([tensor(2), tensor(3)]);
  assertEquals(await Promise.all(slopes.map((t) => t.item())), [0, 7]);
  const constant = withGradient((_: Tensor) => tensor(1), (g) => g.mul(5));
  assertEquals(await gradient(constant)(tensor(2)).item(), 5);
});

Deno.test("a gradient that does not fit is an error", () => {
  const wrong = (backward: () => unknown) =>
    gradient(withGradient((x: Tensor) => x.sum(), backward as () => Tensor));
  const x = tensor([1, 2]);
  assertThrows(
    () => wrong(() => tensor([1]))(x),
    TypeError,
    "withGradient: backward: input 0: expected f32 [2], found f32 [1]",
  );
  assertThrows(() => wrong(() => [])(x), TypeError, "each of the 1 inputs, found 0");
  assertThrows(() => wrong(() => 3)(x), TypeError, "each of the 1 inputs, found 3");
  assertThrows(
    () => straight(3 as unknown as Tensor),
    TypeError,
    "withGradient: expected a tensor",
  );
});
