import { sizeOf } from "../../../lib/core/shape.ts";
import type { CombineName } from "../../../lib/graph/combine.ts";
import type { WindowKernel } from "../../../lib/graph/kernel.ts";
import { addressOf } from "../memory/address.ts";
import { storeLanes } from "../memory/lanes.ts";
import { type Combine, combineOf } from "../reduce/combine.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import { stageOfUnits } from "../stages/units.ts";
import type { FunctionBuilder, Integer } from "../wasm/assembler.ts";
import { i32, v128 } from "../wasm/instructions.ts";
import { emitWindowGradient } from "./gradient.ts";
import {
  type Clip,
  clip,
  columnsInside,
  overChannels,
  overColumns,
  overRow,
  overWindow,
  whole,
  type WindowSizes,
} from "./walk.ts";

/** Elements that a task computes, about. */
const taskSize = 8192;

/** Pooling and its gradients. */
export function emitWindow(builder: KernelBuilder, kernel: WindowKernel): void {
  if (sizeOf(kernel.image) === 0) return;
  const sizes = sizesOf(kernel);
  if (kernel.kind === "windowMax") return emitForward(builder, sizes, "max");
  if (kernel.kind === "windowSum") return emitForward(builder, sizes, "sum");
  if (kernel.kind === "windowSumGradient" && sizes.stride[0] === 1 && sizes.stride[1] === 1) {
    return emitForward(builder, flipped(sizes), "sum");
  }
  emitWindowGradient(builder, sizes, kernel.kind === "windowMaxGradient");
}

function sizesOf({ image, output, geometry }: WindowKernel): WindowSizes {
  const [n, height, width, channels] = image as [number, number, number, number];
  const [rows, columns] = [output[1]!, output[2]!];
  const { window, stride, padding } = geometry;
  // One column of one channel (as normalisation across channels has it) is a row just as well.
  if (width === 1 && channels === 1 && window[1] === 1 && columns === 1) {
    return {
      n,
      height: 1,
      width: height,
      channels: 1,
      rows: 1,
      columns: rows,
      window: [1, window[0]],
      stride: [1, stride[0]],
      padding: [0, 0, padding[0], padding[1]],
    };
  }
  return { n, height, width, channels, rows, columns, window, stride, padding };
}

/** The gradient of a window sum of stride 1 is a window sum that looks the other way. */
function flipped(s: WindowSizes): WindowSizes {
  const [h, w] = s.window, top = h - 1 - s.padding[0], left = w - 1 - s.padding[2];
  const bottom = s.height - s.rows + h - 1 - top, right = s.width - s.columns + w - 1 - left;
  return {
    ...s,
    height: s.rows,
    width: s.columns,
    rows: s.height,
    columns: s.width,
    padding: [top, bottom, left, right],
  };
}

/** The elements of each window, combined. */
function emitForward(builder: KernelBuilder, s: WindowSizes, name: CombineName): void {
  const lines = s.n * s.rows, length = s.columns * s.channels;
  stageOfUnits(builder, lines, taskSize / length, (f, args) => {
    const combine = combineOf(f, name, "f32");
    return (index) => {
      const image = f.local(i32.divU(index, s.rows));
      const y = f.local(i32.sub(i32.mul(i32.remU(index, s.rows), s.stride[0]), s.padding[0]));
      const pixel = s.channels * 4;
      const top = i32.add(i32.mul(image, s.height), y);
      const row = addressOf(f, args.input(0), [top, s.width * pixel]);
      const output = f.local(i32.add(args.output(0), i32.mul(index, length * 4)));
      overRow(f, s, y, (vertical) => emitLine({ f, s, combine, row, output, vertical }));
    };
  });
}

/** A line of windows. */
interface Line {
  readonly f: FunctionBuilder;
  readonly s: WindowSizes;
  readonly combine: Combine;
  /** Where its windows begin in the image, and its results. */
  readonly row: Integer;
  readonly output: Integer;
  readonly vertical: Clip;
}

function emitLine(line: Line): void {
  const { f, s } = line, inside = columnsInside(s);
  // Where neighbours are next to each other in memory, vectors may run across them.
  const runs = s.stride[1] === 1 && s.channels < 4 && inside.to - inside.from >= 4;
  if (!runs) {
    return overColumns(
      f,
      s,
      line.vertical,
      (column, horizontal) => emitPixel(line, column, horizontal),
    );
  }
  const pixels = (from: number, to: number) =>
    f.count(from, to, 1, (column) => {
      const left = f.local(i32.sub(i32.mul(column, s.stride[1]), s.padding[2]));
      const [, , before, after] = s.padding;
      emitPixel(line, column, clip(f, left, s.window[1], s.width, [before, after]));
    });
  pixels(0, inside.from);
  emitInside(line, inside);
  pixels(inside.to, s.columns);
}

/** The windows of a column, vectors along its channels. */
function emitPixel(line: Line, column: Integer, horizontal: Clip): void {
  const { f, s } = line, pixel = s.channels * 4;
  const x = i32.sub(i32.mul(column, s.stride[1]), s.padding[2]);
  const start = f.local(i32.add(line.row, i32.mul(x, pixel)));
  const target = f.local(i32.add(line.output, i32.mul(column, pixel)));
  overChannels(
    f,
    s.channels,
    (offset, lanes) => emitVectors(line, horizontal, [start, target, offset], lanes),
  );
}

/** Columns from..to of a row, four elements at a time whatever the channels. */
function emitInside(line: Line, { from, to }: ReturnType<typeof columnsInside>): void {
  const { f, s } = line, pixel = s.channels * 4, elements = (to - from) * s.channels;
  const horizontal = whole(s.window[1]);
  const start = f.local(i32.add(line.row, (from - s.padding[2]) * pixel));
  const target = f.local(i32.add(line.output, from * pixel));
  const vector = (offset: Integer, lanes: number) =>
    emitVectors(line, horizontal, [start, target, offset], [lanes]);
  const even = elements - elements % 4;
  f.count(0, even * 4, 16, (offset) => vector(offset, 4));
  if (even < elements) vector(i32.constant(even * 4), elements - even);
}

/** Combines the windows from `start` on into `target`, both at an offset, for the lanes of vectors. */
function emitVectors(
  { f, s, combine, vertical }: Line,
  horizontal: Clip,
  [start, target, offset]: readonly [Integer, Integer, Integer],
  lanes: readonly number[],
): void {
  const values = lanes.map(() => f.local(combine.identity));
  const from = f.local(i32.add(start, offset));
  overWindow(f, s, vertical, horizontal, (address, at, isFirst) => {
    values.forEach((value, v) => {
      const element = v128.load(address, at + v * 16);
      f.set(value, isFirst ? element : combine.vector(value, element));
    });
  }, from);
  const to = f.local(i32.add(target, offset));
  values.forEach((value, v) => storeLanes(f, to, value, lanes[v]!, v * 4));
}
