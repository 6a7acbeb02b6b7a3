import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { randomNormal, randomUniform, tensor } from "../../lib/tensor/create.ts";
import { gradient, valueAndGradient } from "../../lib/tensor/gradient.ts";
import { jit } from "../../lib/tensor/jit.ts";
import { defaultRuntime, setDevice } from "../../lib/tensor/runtime.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { testOnDevices } from "./devices.ts";
import { roomFor } from "./room.ts";

testOnDevices("a function is recorded once for each types of arguments", async () => {
  let calls = 0;
  const f = jit((x: Tensor, y: Tensor) => {
    calls++;
    return x.mul(y).add(1);
  });
  for (let i = 0; i < 5; i++) {
    assertEquals(await f(tensor([i, 2]), tensor(i)).array(), [
      i * i + 1,
      2 * i + 1,
    ]);
  }
  assertEquals(calls, 1);
  await f(tensor([1, 2, 3]), tensor(1)).data();
  await f(tensor([1, 2]), tensor([1, 1])).data();
  assertEquals(calls, 3);
});

testOnDevices(
  "what was recorded goes where others need its memory, longest unused first",
  async () => {
    let calls = 0;
    const f = jit((x: Tensor) => (calls++, x.sum()));
    const call = (size: number) => f(tensor(new Float32Array(size).fill(1))).item();
    using _ = roomFor(defaultRuntime(), 8);
    for (let size = 1; size <= 9; size++) assertEquals(await call(size), size);
    assertEquals([await call(9), await call(2), calls], [9, 2, 9]);
    assertEquals([await call(1), await call(2), calls], [1, 2, 10]);
  },
);

testOnDevices("arguments and results are trees", async () => {
  const f = jit((w: { a: Tensor; b: readonly Tensor[] }) => ({
    sum: w.a.add(w.b[0]!),
    rest: [w.b[1]!, w.a],
  }));
  const w = { a: tensor(1), b: [tensor(2), tensor(3)] };
  for (let i = 0; i < 2; i++) {
    const { sum, rest } = f(w);
    assertEquals(await Promise.all([sum, ...rest].map((t) => t.item())), [3, 3, 1]);
  }
});

testOnDevices("tensors from around the function are taken as they are", async () => {
  const given = tensor([1, 2]), computed = given.mul(3);
  const f = jit((x: Tensor) => x.add(given).add(computed));
  assertEquals(await f(tensor([0, 0])).array(), [4, 8]);
  await computed.data();
  assertEquals(await f(tensor([1, 1])).array(), [5, 9]);
});

testOnDevices("a step with a gradient inside trains in a loop", async () => {
  const x = tensor([[1, 0], [0, 1], [1, 1]]), y = tensor([[2], [-1], [1]]);
  const step = jit((w: Tensor, rate: Tensor) => {
    const loss = (w: Tensor) => x.matmul(w).sub(y).square().mean();
    const { value, gradient } = valueAndGradient(loss)(w);
    return { w: w.sub(gradient.mul(rate)), loss: value };
  });
  let w = tensor([[0], [0]]), loss = tensor(0);
  for (let i = 0; i < 300; i++) ({ w, loss } = step(w, tensor(0.3)));
  assert(await loss.item() < 1e-8);
  assertEquals((await w.data()).map(Math.round), Float32Array.of(2, -1));
});

testOnDevices("a function within a function", async () => {
  const inner = jit((x: Tensor) => x.mul(2)), outer = jit((x: Tensor) => inner(x).add(inner(x)));
  assertEquals(await outer(tensor(3)).item(), 12);
  assertEquals(await outer(tensor(4)).item(), 16);
  assertEquals(await gradient((x: Tensor) => outer(x).mul(x))(tensor(3)).item(), 24);
});

testOnDevices("what is computed is passed on without reading it", async () => {
  const f = jit((x: Tensor) => x.mul(2));
  let x = tensor([1]).add(0);
  for (let i = 0; i < 10; i++) x = f(f(x).mul(0.5));
  assertEquals(await x.item(), 1024);
});

testOnDevices("nothing can be read while a function is recorded", async () => {
  for (const part of [(x: Tensor) => x, (x: Tensor) => x.sum()]) {
    let pending: Promise<number> | undefined;
    const f = jit((x: Tensor) => {
      pending = part(x).item();
      pending.catch(() => {});
      return x;
    });
    f(tensor([1]));
    await assertRejects(() => pending!, TypeError, "function given to jit has no value yet");
  }
});

Deno.test("a recorded function follows to another device", async () => {
  const w = tensor([1, 2]).mul(10);
  let calls = 0;
  const f = jit((x: Tensor) => (calls++, x.mul(w)));
  for (const threads of [1, 2, 1]) {
    await setDevice("cpu", { threads });
    for (let i = 0; i < 2; i++) {
      assertEquals(await f(tensor([i, 1])).array(), [10 * i, 20]);
      await w.data();
    }
  }
  assert(calls <= 3);
});

Deno.test("arguments that are no tensors are errors that say which", async () => {
  await setDevice("cpu", { threads: 1 });
  const f = jit((x: Tensor, _: Tensor) => x);
  assertThrows(() => f(tensor(1), 5 as never), TypeError, "jit.1: expected a tensor, or arrays");
  const g = jit(() => 5 as never);
  assertThrows(() => g(), TypeError, "jit: result: expected a tensor");
});

for (const draw of [randomNormal, randomUniform]) {
  testOnDevices(
    `${draw.name} without a seed is not recorded: it would repeat its numbers`,
    async () => {
      const noisy = (given: { seed?: number }) => jit((x: Tensor) => x.add(draw(x.shape, given)));
      const x = tensor([1, 2, 3]);
      assertThrows(() => noisy({})(x), TypeError, "the same in every call; draw them outside");
      const seeded = noisy({ seed: 3 });
      assertEquals(await seeded(x).array(), await seeded(x).array());
      assertEquals(await seeded(x).array(), await x.add(draw([3], { seed: 3 })).array());
    },
  );
}
