import { sizeOf } from "../../../lib/core/shape.ts";
import type { MapKernel } from "../../../lib/graph/kernel.ts";
import { multipleBelow, unravel } from "../memory/address.ts";
import { laneOffsets, storeLanes } from "../memory/lanes.ts";
import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import { stageOfUnits } from "../stages/units.ts";
import type { FunctionBuilder, Integer, Local, Vector } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import { ExpressionEmitter } from "./expression.ts";
import {
  type Access,
  addressAt,
  lanesOf,
  Pointers,
  readLanes,
  type Space,
  spaceOf,
} from "./space.ts";

/** Elements that a task computes, about: some microseconds of work. */
const taskSize = 8192;

/** Rows up to this long, unless vectors divide them, are computed several at a time. */
const narrow = 16;

/** Element-wise work: the last axis (columns) by vectors, the one before it (rows) by a loop. */
export function emitMap(builder: KernelBuilder, kernel: MapKernel): void {
  if (sizeOf(kernel.shape) === 0) return;
  const space = spaceOf(kernel.shape, kernel.expression);
  const [rows, columns] = [space.shape.at(-2) ?? 1, space.shape.at(-1) ?? 1];
  const planes = space.shape.slice(0, -2);
  const isNarrow = rows > 1 && columns < narrow && columns % 4 !== 0;
  const group = isNarrow ? rowsOfGroup(columns) : 1;

  // Long expressions have enough in them to keep the machine busy; short ones are unrolled.
  const { steps } = kernel.expression;
  const isShort = steps.length <= 12 && steps.every(({ kind }) => kind !== "randomUniform");

  // A unit is a block of rows and columns of a plane; a task is one unit, or several small ones.
  const columnBlock = columns > 2 * taskSize ? taskSize : columns;
  const rowBlock = Math.min(rows, Math.ceil(taskSize / columnBlock / group) * group);
  const blocks = [...planes, Math.ceil(rows / rowBlock), Math.ceil(columns / columnBlock)];
  stageOfUnits(builder, sizeOf(blocks), taskSize / (rowBlock * columnBlock), (f, args) => {
    const expression = new ExpressionEmitter(f, kernel.expression, args.input);
    return (unit) => {
      const index = unravel(f, unit, blocks);
      const row = f.local(i32.mul(index.at(-2)!, rowBlock));
      const column = f.local(i32.mul(index.at(-1)!, columnBlock));
      const extent = (from: Local<"i32">, block: number, size: number) =>
        block === size ? i32.constant(size) : f.local(i32.minU(i32.sub(size, from), block));
      const block: Block = {
        f,
        expression,
        space,
        args,
        // A space of fewer than two axes has no rows, or no columns either.
        start: [...index.slice(0, -2), row, column].slice(blocks.length - space.shape.length),
        rows: extent(row, rowBlock, rows),
        columns: extent(column, columnBlock, columns),
      };
      if (isNarrow) emitNarrow(block, columns, rows);
      else emitWide(block, columns, isShort);
    };
  });
}

/** A block of rows and columns of a plane. */
interface Block {
  readonly f: FunctionBuilder;
  readonly expression: ExpressionEmitter;
  readonly space: Space;
  readonly args: Arguments;
  /** The first index on each axis. */
  readonly start: readonly Integer[];
  readonly rows: Integer;
  readonly columns: Integer;
}

/** All that moves in a space. */
const accessesOf = (space: Space): Access[] => [...space.reads.values(), ...space.writes];

/** The stride, in elements, along the last axis or, counted from it, another. */
const strideAt = (access: Access, fromLast: number): number =>
  access.view.strides.at(-1 - fromLast) ?? 0;

/** Computes a vector, by number, and stores its first `count` lanes. */
function emitVector(
  { f, expression, space }: Block,
  pointers: Pointers,
  vector: number,
  count: number,
  read: (access: Access) => Vector,
): void {
  f.scope(() => {
    const values = expression.emit(lanesOf((step) => read(space.reads.get(step)!)));
    space.writes.forEach((write, store) =>
      storeLanes(f, pointers.at(write), values[store]!, count, vector * 4)
    );
  });
}

/** Rows by vectors along the columns; what does not change along a row is read once in it. */
function emitWide(block: Block, totalColumns: number, isShort: boolean): void {
  const { f, space, args, start, rows, columns } = block;
  const axis = space.shape.length - 1;
  const accesses = accessesOf(space);
  const still = [...space.reads.values()].filter((access) => strideAt(access, 0) === 0);
  const moving = accesses.filter((access) => !still.includes(access));
  const rowPointers = new Pointers(f, accesses, (access) => addressAt(access, args, start));
  f.count(0, rows, 1, () => {
    const pointers = new Pointers(f, moving, (access) => rowPointers.at(access));
    const values = new Map(
      still.map((access) => [
        access,
        f.local(readLanes(access, rowPointers.at(access), [0, 0, 0, 0])),
      ]),
    );
    const vector = (number: number, count: number) =>
      emitVector(block, pointers, number, count, (access) => {
        const stride = strideAt(access, 0);
        const offsets = laneOffsets(stride, count).map((offset) => offset + number * 4 * stride);
        return values.get(access) ?? readLanes(access, pointers.at(access), offsets);
      });
    const run = (from: Integer, to: Integer, vectors: number) =>
      f.count(from, to, vectors * 4, () => {
        for (let number = 0; number < vectors; number++) vector(number, 4);
        pointers.advance(axis, vectors * 4);
      });
    const unrolled = totalColumns >= 16 && isShort ? 4 : 1;
    const whole = multipleBelow(f, columns, unrolled * 4);
    run(i32.constant(0), whole, unrolled);
    if (unrolled > 1 && totalColumns % 16 >= 4) run(whole, multipleBelow(f, columns, 4), 1);
    const rest = totalColumns % 4;
    if (rest > 0) {
      // Only the last block of a row ends in part of a vector.
      f.if(i32.and(columns, 3), () => vector(0, rest));
    }
    if (space.shape.length > 1) rowPointers.advance(axis - 1, 1);
  });
}

/** Rows of which a whole number of vectors is made. */
const rowsOfGroup = (columns: number): number => columns % 2 === 0 ? 2 : 4;

/**
 * Short rows (of 6 or 10 columns, say), as many at a time as fill vectors. Each lane's row and
 * column are known here, so what repeats in each row (a bias) is put in place once.
 */
function emitNarrow(block: Block, columns: number, totalRows: number): void {
  const { f, space, args, start, rows } = block;
  const axis = space.shape.length - 1;
  const group = rowsOfGroup(columns);
  const longest = Math.min(group, totalRows) * columns;
  const pointers = new Pointers(f, accessesOf(space), (access) => addressAt(access, args, start));
  /** Offsets of the lanes of a vector among `count` elements of the group. */
  const offsets = (access: Access, vector: number, count: number) =>
    laneOffsets(1, Math.min(4, count - vector * 4)).map((lane) => {
      const element = vector * 4 + lane;
      return Math.floor(element / columns) * strideAt(access, 1) +
        element % columns * strideAt(access, 0);
    });
  const still = [...space.reads.values()].filter((access) => strideAt(access, 1) === 0);
  const values = new Map(
    still.map((access) => [
      access,
      Array.from(
        { length: Math.ceil(longest / 4) },
        (_, vector) =>
          f.local(readLanes(access, pointers.at(access), offsets(access, vector, longest))),
      ),
    ]),
  );
  const emitRows = (count: number) => {
    for (let vector = 0; vector * 4 < count * columns; vector++) {
      const lanes = Math.min(4, count * columns - vector * 4);
      emitVector(block, pointers, vector, lanes, (access) =>
        values.get(access)?.[vector] ??
          readLanes(access, pointers.at(access), offsets(access, vector, count * columns)));
    }
    pointers.advance(axis - 1, count);
  };
  f.count(0, multipleBelow(f, rows, group), group, () => emitRows(group));
  const rest = totalRows % group;
  if (rest > 0) f.if(i32.and(rows, group - 1), () => emitRows(rest));
}
