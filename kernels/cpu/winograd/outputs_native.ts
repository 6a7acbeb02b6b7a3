import type { Expression } from "../../../lib/graph/kernel.ts";
import { loadsOf } from "../../native/tail.ts";
import { mostPointers, StepWriter } from "../../native/vector_loop.ts";
import { type NativeLoop, nativeLoop } from "../elementwise/vector_loop.ts";
import { nativeSteps } from "../product/tail_native.ts";
import type { NativeTiles } from "../target.ts";
import type { ModuleBuilder } from "../wasm/assembler.ts";
import type { Positions } from "./tiles.ts";
import { type Filtering, sideOf, transformOutputs } from "./transform.ts";

/**
 * The outputs of a whole tile in native code, with the tail, where that has it: from pointers to the
 * products, to the first output, and to what the tail loads.
 */
export function nativeOutputs(
  module: ModuleBuilder,
  native: NativeTiles | undefined,
  { line, pixel, channels }: { line: number; pixel: number; channels: number },
  filtering: Filtering,
  positions: Positions,
  tail: Expression,
): NativeLoop | undefined {
  const steps = nativeSteps(tail), pointers = 2 + loadsOf(steps ?? []).length;
  if (steps === undefined || pointers > mostPointers) return undefined;
  const { outputs } = filtering, side = sideOf(filtering), vectors = new StepWriter();
  /** What is the same for all pixels. */
  const rows = loadsOf(steps).map(({ along }, load) =>
    along === "columns" ? vectors.load(2 + load, 0) : undefined
  );
  const finish = (sum: number, place: number) => {
    const values: number[] = [];
    let load = 0;
    for (const step of steps) {
      if (step.kind === "sum") values.push(sum);
      else if (step.kind === "load") {
        values.push(rows[load] ?? vectors.load(2 + load, place));
        load++;
      } else {
        const [a, b] = step.operands.map((operand) => values[operand]!) as [number, number];
        if (step.op === "multiply") values.push(vectors.product(a, b));
        else values.push(step.op === "relu" ? vectors.relu(a) : vectors[step.op](a, b));
      }
    }
    vectors.store(1, place, values.at(-1)!);
  };
  const columns = Array.from({ length: side }, (_, x) => {
    const loaded = Array.from(
      { length: side },
      (_, y) => vectors.load(0, (y * side + x) * positions.position),
    );
    return transformOutputs(vectors, filtering, loaded);
  });
  for (let y = 0; y < outputs; y++) {
    transformOutputs(vectors, filtering, columns.map((column) => column[y]!)).forEach((sum, x) =>
      finish(sum, y * line + x * pixel)
    );
  }
  const moves = Array.from({ length: pointers }, () => 0);
  return nativeLoop(module, native, { length: channels, moves }, vectors.steps);
}
