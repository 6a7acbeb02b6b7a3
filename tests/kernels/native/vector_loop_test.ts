import { assertEquals, assertThrows } from "@std/assert";
import { codeWord } from "../../../kernels/native/block.ts";
import { emitVectorLoop } from "../../../kernels/native/vector_code.ts";
import {
  mostPointers,
  runsWord,
  StepWriter,
  type VectorLoop,
} from "../../../kernels/native/vector_loop.ts";
import { Random } from "../../../lib/core/random.ts";
import { nativeImports } from "../../../lib/device/cpu/native_calls.ts";
import { native } from "../cpu/native.ts";

/** Steps drawn at random, of which the later ones read values from long before: registers run out. */
function randomSteps(random: Random, inputs: number, count: number): StepWriter {
  const writer = new StepWriter();
  const values = Array.from(
    { length: 2 * inputs },
    (_, i) => writer.load(i % inputs, 64 * Math.floor(i / inputs)),
  );
  const some = () => values[random.integer(values.length)]!;
  const factor = () => [2, -0.5, 3, 0.25, -1][random.integer(5)]!;
  for (let i = 0; i < count; i++) {
    const make = [
      () => writer.add(some(), some()),
      () => writer.subtract(some(), some()),
      () => writer.multiply(some(), factor()),
      () => writer.relu(some()),
      () => writer.multiplyAdd(some(), factor(), some()),
      () => writer.multiplySubtract(some(), factor(), some()),
    ][random.integer(6)]!;
    values.push(make());
  }
  values.forEach((value, i) => writer.store(inputs, 256 * i, value));
  return writer;
}

/** What the steps make of one lane, rounded as vectors are. Products are exact in f64 here. */
function expectedOf(
  steps: VectorLoop["steps"],
  read: (pointer: number, offset: number) => number,
  write: (pointer: number, offset: number, value: number) => void,
): void {
  const values: number[] = [];
  for (const step of steps) {
    const value = (number: number) => values[number]!;
    const compute = (): number => {
      switch (step.op) {
        case "load":
          return read(step.pointer, step.offset);
        case "constant":
          return step.value;
        case "store":
          write(step.pointer, step.offset, value(step.value));
          return 0;
        case "add":
          return value(step.a) + value(step.b);
        case "subtract":
          return value(step.a) - value(step.b);
        case "multiply":
          return value(step.a) * value(step.b);
        case "maximum":
          return value(step.a) > value(step.b) ? value(step.a) : value(step.b);
        case "multiplyAdd":
          return value(step.c) + value(step.a) * value(step.b);
        case "multiplySubtract":
          return value(step.c) - value(step.a) * value(step.b);
      }
    };
    values.push(Math.fround(compute()));
  }
}

const ignore = native().available.length === 0;

Deno.test({
  name: "native loops over vectors: random steps, and nothing is written outside",
  ignore,
  fn: () => {
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
    const words = new Int32Array(memory.buffer), floats = new Float32Array(memory.buffer);
    const call = nativeImports(memory, 0, native().trampoline).native;
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed);
      const instructions = native().available[random.integer(native().available.length)]!;
      const lanes = instructions === "avx2" ? 8 : 16, inputs = 1 + random.integer(mostPointers - 1);
      const length = lanes * (1 + random.integer(3)), runs = 1 + random.integer(3);
      const { steps } = randomSteps(random, inputs, 5 + random.integer(80));
      const moves = Array.from({ length: inputs + 1 }, () => 4 * random.integer(60));
      moves[inputs] = 65536;
      for (let i = 0; i < floats.length; i++) floats[i] = (i * 7 + seed) % 9 - 4;
      const places = moves.map((_, i) => i === inputs ? 1 << 16 : 4096 + 5000 * i);
      places.forEach((place, word) => words[word] = place);
      words[runsWord] = runs;
      words[codeWord] = native().tilesFor(instructions).codeOf({
        instructions,
        steps,
        length,
        moves,
      });
      const expected = words.slice(), results = new Float32Array(expected.buffer);
      for (let run = 0; run < runs; run++) {
        for (let lane = 0; lane < length; lane++) {
          const at = (pointer: number, offset: number) =>
            (places[pointer]! + run * moves[pointer]! + offset >> 2) + lane;
          expectedOf(
            steps,
            (pointer, offset) => floats[at(pointer, offset)]!,
            (pointer, offset, value) => results[at(pointer, offset)] = value,
          );
        }
      }
      call();
      const wrong = words.findIndex((_, i) => !Object.is(floats[i], results[i]));
      assertEquals(wrong, -1, `seed ${seed}, ${instructions}: ${floats[wrong]} at word ${wrong}`);
    }
  },
});

Deno.test("native loops over vectors: what they cannot do is an error", () => {
  const loop = { instructions: "avx2", steps: [], length: 8, moves: [0] } as const;
  assertThrows(() => emitVectorLoop({ ...loop, length: 12 }), RangeError, "whole vectors of 8");
  assertThrows(
    () => emitVectorLoop({ ...loop, moves: new Array(9).fill(0) }),
    RangeError,
    "at most 8 pointers, not 9",
  );
});
