import { assert, assertEquals, assertThrows } from "@std/assert";
import { device, setDevice } from "../../lib/tensor/runtime.ts";
import { Variable } from "../../lib/tensor/variable.ts";
import { collect } from "./collect.ts";

await setDevice("cpu", { threads: 1 });

const make = () => new Variable("w", [2], "f32", () => Float32Array.of(1, 2));
const read = async (variable: Variable) => [...await variable.read()];

Deno.test("a variable begins with its first content, is assigned and read", async () => {
  const variable = make(), target = await device();
  assertEquals([variable.size, await read(variable)], [2, [1, 2]]);
  const copy = await variable.read();
  copy[0] = 9;
  assertEquals(await read(variable), [1, 2]);
  variable.assign(Float32Array.of(3, 4));
  variable.bind(target);
  assertEquals(await read(variable), [3, 4]);
  variable.assign(Float32Array.of(5, 6));
  assertEquals(await read(variable), [5, 6]);
  assertEquals(variable.bind(target), variable.bind(target));
  variable.release();
  assertEquals(await read(variable), [1, 2]);
  assertThrows(
    () => variable.assign(new Float32Array(3)),
    TypeError,
    "w: expected 2 numbers for [2], found 3",
  );
});

Deno.test("a variable moves from device to device with its content", async () => {
  const variable = make(), first = await device();
  variable.assign(Float32Array.of(3, 4));
  variable.bind(first);
  await setDevice("cpu", { threads: 2 });
  const second = await device();
  assertThrows(() => variable.bind(second), Error, "read it before it moves");
  await variable.leave(second);
  variable.bind(second);
  await variable.leave(second);
  assertEquals(await read(variable), [3, 4]);
});

Deno.test("a variable that nothing can reach gives its memory back", async () => {
  const target = await device();
  await collect();
  const before = target.allocatedBytes;
  const fill = () => {
    for (let i = 0; i < 10; i++) {
      new Variable("w", [1000], "f32", () => new Float32Array(1000)).bind(target);
    }
  };
  fill();
  assert(target.allocatedBytes >= before + 40_000);
  await collect();
  assertEquals(target.allocatedBytes, before);
});
