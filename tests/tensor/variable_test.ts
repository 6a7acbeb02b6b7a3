import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DeviceError } from "../../lib/core/errors.ts";
import { ProgramBuilder, type StatefulProgram } from "../../lib/nn/program.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { storagesOf } from "../../lib/tensor/evaluate.ts";
import { defaultRuntime, openRuntime, setDevice } from "../../lib/tensor/runtime.ts";
import { Variable } from "../../lib/tensor/variable.ts";
import { collect } from "./collect.ts";
import { testOnDevices } from "./devices.ts";

await setDevice("cpu", { threads: 1 });

const make = () => new Variable("w", [2], "f32", () => Float32Array.of(1, 2));
const read = async (variable: Variable) => [...await variable.read()];

Deno.test("a variable begins with its first content, is assigned and read", async () => {
  const variable = make(), runtime = defaultRuntime();
  assertEquals([variable.size, await read(variable)], [2, [1, 2]]);
  const copy = await variable.read();
  copy[0] = 9;
  assertEquals(await read(variable), [1, 2]);
  variable.assign(Float32Array.of(3, 4));
  variable.bind(runtime);
  assertEquals(await read(variable), [3, 4]);
  variable.assign(Float32Array.of(5, 6));
  assertEquals(await read(variable), [5, 6]);
  assertEquals(variable.bind(runtime), variable.bind(runtime));
  assertEquals(variable.bind(runtime), variable.bindForUpdate(runtime));
  variable.release();
  assertEquals(await read(variable), [1, 2]);
  assertThrows(
    () => variable.assign(new Float32Array(3)),
    TypeError,
    "w: expected 2 numbers for [2], found 3",
  );
  assertEquals(await read(new Variable("zero", [2], "i32")), [0, 0]);
});

Deno.test("a variable moves from runtime to runtime with its content", async () => {
  await using second = await openRuntime("cpu", { threads: 1 });
  const variable = make(), first = defaultRuntime();
  variable.assign(Float32Array.of(3, 4));
  variable.bind(first);
  assertThrows(() => variable.bind(second), Error, "w: await its to() before it is used on cpu");
  await variable.to(second);
  variable.bind(second);
  await variable.to(second);
  assertEquals(await read(variable), [3, 4]);
  const moving = variable.to(first);
  variable.assign(Float32Array.of(7, 8));
  await moving;
  assertEquals(await read(variable), [7, 8]);
  await variable.to(second);
  // One that was not used yet is made where it belongs.
  const other = make();
  await other.to(second);
  const doubled = other.tensor().mul(2);
  assertEquals(await doubled.array(), [2, 4]);
  await assertRejects(() => doubled.add(tensor([1, 2]).to(first)).data(), TypeError, "move these");
});

Deno.test("content that went with its device is told where it is used, and can be replaced", async () => {
  const runtime = defaultRuntime();
  for (const isRead of [false, true]) {
    const lost = await openRuntime("cpu", { threads: 1 });
    const variable = make();
    await variable.to(lost);
    variable.bindForUpdate(lost);
    // Somebody may hold the numbers as a tensor, which cannot be rescued either.
    const held = isRead ? variable.tensor() : undefined;
    await lost.device.close();
    await variable.to(runtime);
    assertThrows(() => variable.bind(runtime), DeviceError, "closed");
    await assertRejects(() => variable.read(), DeviceError, "closed");
    if (held !== undefined) await assertRejects(() => held.data(), DeviceError, "closed");
    variable.assign(Float32Array.of(5, 6));
    assertEquals(await read(variable), [5, 6]);
    assertEquals(await variable.tensor().mul(2).array(), [10, 12]);
    await lost.close();
  }
});

Deno.test("a variable that nothing can reach gives its memory back", async () => {
  const runtime = defaultRuntime(), { device } = runtime;
  await collect();
  const before = device.allocatedBytes;
  const fill = () => {
    for (let i = 0; i < 10; i++) {
      new Variable("w", [1000], "f32", () => new Float32Array(1000)).bind(runtime);
    }
  };
  fill();
  assert(device.allocatedBytes >= before + 40_000);
  await collect();
  assertEquals(device.allocatedBytes, before);
});

/** A program that adds one to a variable at each run. */
function counting(variable: Variable): StatefulProgram {
  const builder = new ProgramBuilder();
  builder.update(variable, builder.variable(variable).add(1));
  return builder.build(defaultRuntime());
}

testOnDevices("a tensor keeps a variable's numbers as they were, without a copy", async () => {
  const variable = new Variable("w", [50_000], "f32"), runtime = defaultRuntime();
  const program = counting(variable);
  program.run([]);
  await collect();
  const before = runtime.device.allocatedBytes;
  const one = variable.tensor(), lazy = one.add(0.5).max();
  assertEquals(variable.tensor().node, one.node);
  assertEquals(await one.mul(2).max().item(), 2);
  assert(runtime.device.allocatedBytes < before + 100_000, "nothing is copied");
  // A step moves on, and what was seen before stays, also where it is computed later.
  program.run([]);
  const two = variable.tensor();
  program.run([]);
  assertEquals(await lazy.item(), 1.5);
  assertEquals((await two.data())[7], 2);
  assertEquals((await variable.read())[7], 3);
  variable.assign(new Float32Array(50_000).fill(9));
  const nine = variable.tensor();
  variable.release();
  assertEquals((await one.data())[7], 1);
  assertEquals((await nine.data())[7], 9);
  assertEquals((await variable.read())[7], 0);
  program.program.executable.release();
});

testOnDevices("steps that nobody watches copy nothing", async () => {
  const variable = new Variable("w", [1000], "f32"), runtime = defaultRuntime();
  const program = counting(variable), first = variable.bindForUpdate(runtime);
  program.run([]);
  (() => assertEquals(variable.tensor().shape, [1000]))();
  await collect();
  for (let i = 0; i < 3; i++) program.run([]);
  assertEquals(variable.bind(runtime), first);
  using seen = variable.tensor();
  seen[Symbol.dispose]();
  program.run([]);
  assertEquals(variable.bind(runtime), first);
  assertEquals((await variable.read())[0], 5);
  await assertRejects(() => seen.data(), TypeError, "was disposed of");
  program.program.executable.release();
});

testOnDevices("a variable takes over a tensor, computed or not", async () => {
  const [a, b] = [new Variable("a", [2], "f32"), new Variable("b", [2], "f32")];
  const program = counting(a);
  const given = tensor([1, 2]), computed = given.mul(10);
  a.set(computed);
  assertEquals(await read(a), [10, 20]);
  b.set(a.tensor());
  program.run([]);
  assertEquals([await read(a), await read(b)], [[11, 21], [10, 20]]);
  assertEquals(await computed.array(), [10, 20]);
  // In a loop that is not awaited.
  for (let i = 0; i < 5; i++) a.set(a.tensor().mul(2));
  program.run([]);
  assertEquals(await read(a), [353, 673]);
  a.set(given);
  program.run([]);
  assertEquals([await read(a), await given.array()], [[2, 3], [1, 2]]);
  assertEquals(await a.tensor().add(given).array(), [3, 5]);
  // Two that have the same numbers, which nothing else holds.
  const zeros = new Variable("zeros", [2], "f32");
  a.set(zeros.tensor());
  await collect();
  program.run([]);
  assertEquals([await read(a), await read(zeros)], [[1, 1], [0, 0]]);
  assertThrows(() => a.set(tensor([1])), TypeError, "a: expected f32 [2], found f32 [1]");
  assertThrows(() => a.set(tensor([1, 2], { dtype: "i32" })), TypeError, "found i32 [2]");
  program.program.executable.release();
});

Deno.test("what is not computed yet can be taken over before there is a device", async () => {
  const variable = new Variable("w", [2], "f32");
  const opened = setDevice("cpu", { threads: 1 });
  variable.set(tensor([1, 2]).mul(3));
  const sum = variable.tensor().sum();
  await variable.to(defaultRuntime());
  assertEquals([await read(variable), await sum.item()], [[3, 6], 9]);
  await opened;
});

testOnDevices("the memory of tensors is to be had without reading them", async () => {
  const runtime = defaultRuntime(), x = tensor([1, 2]), y = x.mul(4);
  const [a, b] = await storagesOf([x, y], runtime);
  assertEquals(new Float32Array(await runtime.device.read(a!, 8)), Float32Array.of(1, 2));
  assertEquals(new Float32Array(await runtime.device.read(b!, 8)), Float32Array.of(4, 8));
  assertEquals(await storagesOf([y], runtime), [b!]);
  await using other = await openRuntime("cpu", { threads: 1 });
  await assertRejects(() => storagesOf([y], other), TypeError, "move these by their to()");
  const [c] = await storagesOf([y.to(other)], other);
  assertEquals(new Float32Array(await other.device.read(c!, 8)), Float32Array.of(4, 8));
});
