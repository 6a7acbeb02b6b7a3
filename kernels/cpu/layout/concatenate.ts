import type { ConcatenateKernel } from "../../../lib/graph/kernel.ts";
import { unravel } from "../memory/address.ts";
import { copy } from "../memory/runs.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import { stageOfUnits } from "../stages/units.ts";
import { i32 } from "../wasm/instructions.ts";

/** Elements that a task copies, about. */
const taskSize = 16384;

/** Copies each input's blocks into the output, one input after another. */
export function emitConcatenate(builder: KernelBuilder, { outer, inner }: ConcatenateKernel): void {
  const line = inner.reduce((sum, length) => sum + length, 0);
  let before = 0;
  inner.forEach((length, input) => {
    const at = before;
    before += length;
    if (outer * length === 0) return;
    // Long blocks are cut; of short ones, a task copies several.
    const part = Math.min(length, taskSize), parts = Math.ceil(length / part);
    stageOfUnits(builder, outer * parts, taskSize / part, (f, args) => (unit) => {
      const [block, piece] = unravel(f, unit, [outer, parts]) as [typeof unit, typeof unit];
      const offset = f.local(i32.mul(piece, part));
      const source = i32.add(i32.mul(block, length), offset);
      const target = i32.add(i32.add(i32.mul(block, line), at), offset);
      copy(
        f,
        f.local(i32.add(args.output(0), i32.mul(target, 4))),
        f.local(i32.add(args.input(input), i32.mul(source, 4))),
        parts === 1 ? length : f.local(i32.minU(i32.sub(length, offset), part)),
      );
    });
  });
}
