import { mergedSpace } from "../../../lib/compile/merge_axes.ts";
import { type Shape, sizeOf, stridesOf } from "../../../lib/core/shape.ts";
import type { CombineName } from "../../../lib/graph/combine.ts";
import type { Expression, ReduceKernel } from "../../../lib/graph/kernel.ts";
import { ExpressionEmitter } from "../elementwise/expression.ts";
import {
  type Access,
  addressAt,
  lanesOf,
  Pointers,
  readLanes,
  type Space,
  spaceOf,
} from "../elementwise/space.ts";
import { addressOf, multipleBelow, unravel } from "../memory/address.ts";
import { laneMask, laneOffsets, storeLanes } from "../memory/lanes.ts";
import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import { stageOfUnits } from "../stages/units.ts";
import type { FunctionBuilder, Integer, Local, Operand, Vector } from "../wasm/assembler.ts";
import { i32, v128 } from "../wasm/instructions.ts";
import { type Combine, combineOf, horizontal } from "./combine.ts";
import { Sums } from "./sums.ts";

/** Elements that a task reads, about. */
const taskSize = 8192;

/** Additions one after another in one lane, about, before partial sums are made. */
const longestChain = 1024;

/** Additions one after another in one lane, about, before they join a total: short chains lose few digits. */
const shortChain = 32;

/** Additions of a run from which on it pays to count runs. */
const fewestCounted = 8;

/** Vectors of columns that a task keeps in registers, of all results together. */
const columnVectors = 8;

/**
 * A reduction. Where the last axis stays, its columns are vectors; where it is reduced, four lanes
 * of it are reduced at once and then one by one. A long reduction is first cut into parts of fixed
 * length, whose results a second stage reduces: for the threads, and because long chains of
 * additions in f32 lose digits.
 */
export function emitReduce(builder: KernelBuilder, kernel: ReduceKernel): void {
  const space = spaceOf(kernel.shape, kernel.expression, kernel.axes);
  const kept = space.shape.filter((_, axis) => !space.reduced[axis]);
  const outputs = sizeOf(kept);
  if (outputs === 0) return;
  const length = sizeOf(space.shape) / outputs;
  const { combine, dtype } = kernel;
  const lanes = space.reduced.at(-1) ?? true ? 4 : 1;
  const splitAxis = space.reduced.indexOf(true);
  const limit = Math.max(longestChain, Math.ceil(Math.sqrt(length))) * lanes;
  const axisLength = Math.max(1, space.shape[splitAxis] ?? 1);
  let part = axisLength;
  if (length > 2 * limit) {
    // Where the axis is cut that vectors run along, parts are whole vectors.
    const grain = splitAxis === space.shape.length - 1 ? 16 : 1;
    part = Math.min(part, Math.ceil(limit / (length / part) / grain) * grain);
  }
  const parts = Math.ceil(axisLength / part), results = kernel.expression.stores.length;
  emitStage(builder, {
    space,
    expression: kernel.expression,
    combine,
    dtype,
    split: { axis: splitAxis, part, parts },
    argumentsOf: (f, args) =>
      parts === 1 ? args : {
        ...args,
        output: (result) => f.local(i32.add(args.scratch, result * outputs * parts * 4)),
      },
  });
  if (parts === 1) return;
  builder.scratchBytes = results * outputs * parts * 4 + 64;
  const last = space.reduced.at(-1) ? 1 : kept.at(-1)!;
  const shape = [outputs / last, parts, last];
  const expression = partsExpression(shape, dtype, results);
  const second = mergedSpace({ shape, expression }, [1]);
  emitStage(builder, {
    space: spaceOf(second.shape, second.expression, second.axes),
    expression: second.expression,
    combine,
    dtype,
    split: undefined,
    argumentsOf: (_, args) => ({ ...args, input: () => args.scratch }),
  });
}

/** Reads the partial results, [before, parts, columns] for each result. */
function partsExpression(shape: Shape, dtype: "f32" | "i32", results: number): Expression {
  const strides = stridesOf(shape), numbers = Array.from({ length: results }, (_, i) => i);
  return {
    steps: numbers.map((result) => {
      const view = { offset: result * sizeOf(shape), strides };
      return { kind: "load", input: 0, view, dtype };
    }),
    stores: numbers.map((step) => ({ step, dtype })),
  };
}

/** One stage: each result is [kept axes but the last, parts, last kept axis] where it is split. */
interface ReduceStage {
  readonly space: Space;
  readonly expression: Expression;
  readonly combine: CombineName;
  readonly dtype: "f32" | "i32";
  /** Parts of `part` indices of a reduced axis. */
  readonly split:
    | { readonly axis: number; readonly part: number; readonly parts: number }
    | undefined;
  readonly argumentsOf: (f: FunctionBuilder, args: Arguments) => Arguments;
}

function emitStage(builder: KernelBuilder, stage: ReduceStage): void {
  const { space, split } = stage;
  const byColumns = space.reduced.at(-1) === false;
  const axes = space.shape.map((_, axis) => axis);
  const rowAxes = axes.filter((axis) =>
    !space.reduced[axis] && !(byColumns && axis === space.shape.length - 1)
  );
  const vectors = byColumns ? Math.ceil(space.shape.at(-1)! / 4) : 1;
  const blockVectors = Math.max(2, Math.floor(columnVectors / stage.expression.stores.length));
  const columnBlocks = Math.ceil(vectors / blockVectors);
  const parts = split?.parts ?? 1;
  const units = [...rowAxes.map((axis) => space.shape[axis]!), parts, columnBlocks];
  const unitSize = Math.max(1, sizeOf(space.shape) / sizeOf(units));
  stageOfUnits(builder, sizeOf(units), taskSize / unitSize, (f, original) => {
    const args = stage.argumentsOf(f, original);
    const results = stage.expression.stores.map((_, result) => args.output(result));
    const expression = new ExpressionEmitter(f, stage.expression, args.input);
    const combine = combineOf(f, stage.combine, stage.dtype);
    return (unit) => {
      const index = unravel(f, unit, units);
      const partIndex = index.at(-2)!;
      const from = split === undefined ? i32.constant(0) : f.local(i32.mul(partIndex, split.part));
      const start: (Integer | undefined)[] = axes.map((axis) =>
        axis === split?.axis ? from : index[rowAxes.indexOf(axis)]
      );
      /** How many indices of a reduced axis this unit walks over. */
      const extent = (axis: number): Integer => {
        const size = space.shape[axis]!;
        if (axis !== split?.axis || split.parts === 1) return i32.constant(size);
        return f.local(i32.minU(i32.sub(size, from), split.part));
      };
      const walk: Walk = { f, space, expression, combine, args, results, start, extent };
      const row = columnBlocks === 1 ? unit : f.local(i32.divU(unit, columnBlocks));
      if (byColumns) emitColumns(walk, row, { block: index.at(-1)!, columnBlocks, blockVectors });
      else emitLanes(walk, row);
    };
  });
}

/** What one unit of a stage reduces. */
interface Walk {
  readonly f: FunctionBuilder;
  readonly space: Space;
  readonly expression: ExpressionEmitter;
  readonly combine: Combine;
  readonly args: Arguments;
  /** Where the results begin. */
  readonly results: readonly Local<"i32">[];
  /** The first index on each axis; undefined is 0. */
  readonly start: readonly (Integer | undefined)[];
  extent(axis: number): Integer;
}

/** Pointers to what a unit reads, at an index. */
const pointersFrom = ({ f, space, args }: Walk, index: Walk["start"]): Pointers =>
  new Pointers(f, space.reads.values(), (access) => addressAt(access, args, index));

/** The head's values for lanes that lie at `offsets(access)` elements from the pointers. */
function headValues(
  { space, expression }: Walk,
  pointers: Pointers,
  offsets: (access: Access) => readonly number[],
): Vector[] {
  return expression.emit(lanesOf((step) => {
    const access = space.reads.get(step)!;
    return readLanes(access, pointers.at(access), offsets(access));
  }));
}

/** Loops over all `axes` but the last, which `body` is left with. */
function overAxes(
  walk: Walk,
  axes: readonly number[],
  pointers: Pointers,
  body: (axis: number | undefined, pointers: Pointers) => void,
): void {
  if (axes.length <= 1) return body(axes[0], pointers);
  walk.f.count(0, walk.extent(axes[0]!), 1, () => {
    overAxes(walk, axes.slice(1), pointers.copy(), body);
    pointers.advance(axes[0]!, 1);
  });
}

const reducedAxes = (space: Space): number[] =>
  space.shape.map((_, axis) => axis).filter((axis) => space.reduced[axis]);

/** The chains of additions of a unit, some of which go on at once: those of a run along its last axis. */
function chainsOf(
  { space, combine }: Walk,
  atOnce: number,
): { steps: number; isLong: boolean } {
  const sizes = reducedAxes(space).map((axis) => space.shape[axis]!);
  const steps = Math.max(1, Math.ceil((sizes.at(-1) ?? 1) / atOnce));
  return { steps, isLong: combine.rounds && steps * sizeOf(sizes.slice(0, -1)) > shortChain };
}

/** What does something every so many times that it is done. */
function everyTime(f: FunctionBuilder, times: number, body: () => void): () => void {
  if (times <= 1) return body;
  const left = f.local(i32.constant(times));
  return () => {
    f.increase(left, -1);
    f.if(i32.eq(left, 0), () => {
      f.set(left, times);
      body();
    });
  };
}

/** Which columns a unit reduces. */
interface ColumnBlock {
  /** Its number, of how many, and the vectors of a whole one. */
  readonly block: Integer;
  readonly columnBlocks: number;
  readonly blockVectors: number;
}

/** Reduces rows into a block of columns. */
function emitColumns(walk: Walk, row: Integer, { block, ...blocks }: ColumnBlock): void {
  const { f, space: { shape } } = walk, columns = shape.at(-1)!, axis = shape.length - 1;
  const width = blocks.blockVectors * 4;
  const emitBlock = (count: number) => {
    const column: Operand<"i32"> = i32.mul(block, width);
    const start = walk.start.map((index, other) => other === axis ? column : index);
    const pointers = pointersFrom(walk, start);
    const vectors = Math.ceil(count / 4);
    // Several rows at once where there are few columns, so that additions need not wait. Of how many
    // results this is one must not matter.
    const together = columns > 12 ? 1 : columns > 4 ? 2 : 4;
    const { steps, isLong } = chainsOf(walk, together);
    const sums = new Sums(f, walk.combine, {
      results: walk.results.length,
      together,
      vectors,
      hasTotals: isLong,
    });
    const joinRuns = everyTime(f, Math.floor(shortChain / steps), () => sums.join());
    overAxes(walk, reducedAxes(walk.space), pointers, (inner, at) => {
      const rows = (number: number) => {
        for (let r = 0; r < number; r++) {
          for (let vector = 0; vector < vectors; vector++) {
            f.scope(() => {
              const lanes = Math.min(4, count - vector * 4);
              const values = headValues(walk, at, ({ view: { strides } }) => {
                const along = inner === undefined ? 0 : strides[inner]! * r;
                return laneOffsets(strides[axis]!, lanes).map((offset) =>
                  offset + along + vector * 4 * strides[axis]!
                );
              });
              sums.add(r, vector, values);
            });
          }
        }
        if (inner !== undefined) at.advance(inner, number);
      };
      if (inner === undefined) return rows(1);
      const extent = walk.extent(inner);
      const whole = multipleBelow(f, extent, together);
      if (isLong && steps > shortChain) {
        f.count(0, whole, shortChain * together, (from) => {
          const to = f.local(i32.minU(i32.add(from, shortChain * together), whole));
          f.count(from, to, together, () => rows(together));
          sums.join();
        });
      } else f.count(0, whole, together, () => rows(together));
      if (together > 1) f.count(whole, extent, 1, () => rows(1));
      if (isLong && steps <= shortChain) joinRuns();
    });
    sums.join();
    walk.results.forEach((base, result) => {
      const target = addressOf(f, base, [i32.add(i32.mul(row, columns), column), 4]);
      for (let vector = 0; vector < vectors; vector++) {
        const lanes = Math.min(4, count - vector * 4);
        storeLanes(f, target, sums.of(result, vector), lanes, vector * 4);
      }
    });
  };
  const last = blocks.columnBlocks - 1, rest = columns - last * width;
  if (last === 0 || rest === width) emitBlock(last === 0 ? columns : width);
  else f.if(i32.ltU(block, last), () => emitBlock(width), () => emitBlock(rest));
}

/** Reduces the last axis (after the other reduced ones) four lanes at a time into one element. */
function emitLanes(walk: Walk, row: Integer): void {
  const { f, space, combine } = walk;
  const axis = space.shape.length - 1, length = space.shape[axis] ?? 1;
  const together = length >= 64 ? 4 : 1;
  const pointers = pointersFrom(walk, walk.start);
  const axes = reducedAxes(space);
  // A run along one axis alone is short enough: it has many lanes, and is cut into parts. Counting very
  // short runs would take as long as adding them.
  const { steps, isLong } = chainsOf(walk, together * 4);
  const counted = isLong && axes.length > 1 && steps >= fewestCounted;
  const sums = new Sums(f, combine, {
    results: walk.results.length,
    together,
    vectors: 1,
    hasTotals: counted,
  });
  const joinRuns = everyTime(f, Math.floor(shortChain / steps), () => sums.join());
  overAxes(walk, axes, pointers, (_, at) => {
    const add = (chain: number, count: number) =>
      f.scope(() => {
        const values = headValues(walk, at, ({ view: { strides } }) => {
          const stride = strides[axis] ?? 0;
          return laneOffsets(stride, count).map((offset) => offset + chain * 4 * stride);
        });
        const masked = (value: Vector) =>
          count === 4 ? value : v128.bitselect(value, combine.identity, laneMask(count));
        sums.add(chain, 0, values.map(masked));
      });
    const extent = axes.length === 0 ? i32.constant(1) : walk.extent(axis);
    const whole = multipleBelow(f, extent, together * 4);
    f.count(0, whole, together * 4, () => {
      for (let chain = 0; chain < together; chain++) add(chain, 4);
      at.advance(axis, together * 4);
    });
    if (together > 1 && length % 16 >= 4) {
      f.count(whole, multipleBelow(f, extent, 4), 4, () => {
        add(0, 4);
        at.advance(axis, 4);
      });
    }
    if (length % 4 > 0) f.if(i32.and(extent, 3), () => add(0, length % 4));
    if (counted) joinRuns();
  });
  sums.join();
  walk.results.forEach((base, result) => {
    const target = i32.add(base, i32.mul(row, 4));
    f.do(v128.store32Lane(target, horizontal(f, combine, sums.of(result, 0)), 0));
  });
}
