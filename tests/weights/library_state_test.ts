import { assertEquals, assertThrows } from "@std/assert";
import { LibraryState } from "../../lib/weights/library_state.ts";

/** A module that exports a memory of a page, m, and a global i32 that may change, g, which is 7. */
const library = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[5, 3, 1, 0, 1], // memory
  ...[6, 6, 1, 0x7f, 1, 0x41, 7, 0x0b], // global
  ...[7, 9, 2, 1, 0x6d, 2, 0, 1, 0x67, 3, 0], // exports
);

Deno.test("LibraryState: memory and globals are put back, and memory grows to a limit", async () => {
  const state = new LibraryState();
  const { exports } = (await WebAssembly.instantiate(library)).instance;
  const memory = exports.m as WebAssembly.Memory, global = exports.g as WebAssembly.Global;
  const bytes = () => new Uint8Array(memory.buffer);
  bytes().set([1, 2, 3], 100);
  state.keep();
  assertEquals(state.memory, 65536);

  state.mostMemory = 2 * 65536;
  memory.grow(1);
  assertThrows(() => memory.grow(1), RangeError, "more than 131072 bytes of memory");
  bytes().fill(9);
  global.value = 8;
  state.restore();
  assertEquals([state.memory, global.value], [2 * 65536, 7]);
  const right = new Uint8Array(2 * 65536);
  right.set([1, 2, 3], 100);
  assertEquals(bytes(), right);
});
