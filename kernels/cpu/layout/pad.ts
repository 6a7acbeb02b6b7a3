import { sizeOf, stridesOf } from "../../../lib/core/shape.ts";
import type { PadKernel } from "../../../lib/graph/kernel.ts";
import { unravel } from "../memory/address.ts";
import { copy, fill } from "../memory/runs.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import { stageOfUnits } from "../stages/units.ts";
import { f32x4, i32, i32x4 } from "../wasm/instructions.ts";

/** Elements that a task copies, about. */
const taskSize = 16384;

/** Fills the output with the padding, then puts the input's elements in their places. */
export function emitPad(builder: KernelBuilder, kernel: PadKernel): void {
  const size = sizeOf(kernel.output);
  if (size === 0) return;
  const value = kernel.dtype === "f32"
    ? f32x4.constant(kernel.value)
    : i32x4.constant(kernel.value);
  builder.stage(Math.ceil(size / taskSize), (f, args, begin, end) => {
    const from = i32.mul(begin, taskSize);
    const to = i32.minU(i32.mul(end, taskSize), size);
    fill(f, f.local(i32.add(args.output(0), i32.mul(from, 4))), f.local(i32.sub(to, from)), value);
  });
  if (sizeOf(kernel.input) === 0) return;

  const { input, output, low } = kernel;
  const step = kernel.interior.map((gap) => gap + 1);
  const strides = stridesOf(output);
  const outer = input.slice(0, -1), length = input.at(-1) ?? 1;
  stageOfUnits(builder, sizeOf(outer), taskSize / length, (f, args) => (row) => {
    const index = unravel(f, row, outer);
    const offset = low.reduce((sum, amount, axis) => sum + amount * strides[axis]!, 0);
    const target = f.local(index.reduce(
      (address, i, axis) => i32.add(address, i32.mul(i, step[axis]! * strides[axis]! * 4)),
      i32.add(args.output(0), offset * 4),
    ));
    const source = f.local(i32.add(args.input(0), i32.mul(row, length * 4)));
    if ((step.at(-1) ?? 1) === 1) return copy(f, target, source, length);
    f.count(0, length, 1, (i) => {
      const from = i32.add(source, i32.mul(i, 4));
      f.do(i32.store(i32.add(target, i32.mul(i, step.at(-1)! * 4)), i32.load(from)));
    });
  });
}
