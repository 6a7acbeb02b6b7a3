/**
 * Native tiles of random shapes against plain sums of small integers, which are exact: results, and
 * that nothing else in memory changes. B ends where the memory does, less what may be read behind it: a
 * tile that reads further ends the process.
 *
 * ```sh
 * deno run --allow-all tests/kernels/native/random_tile.ts FIRST COUNT
 * ```
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { orderOf, type TileAxis } from "../../../kernels/cpu/product/chains.ts";
import { mostTableRows, tileArguments, type TileBlock } from "../../../kernels/native/block.ts";
import { Random } from "../../../lib/core/random.ts";
import type { NativeInstructions } from "../../../lib/device/cpu/native.ts";
import { nativeImports } from "../../../lib/device/cpu/native_calls.ts";
import { native } from "../cpu/native.ts";

const memoryBytes = 1 << 20, frame = 0, readBehind = 64;

/** Where what lies. */
const places = { table: 1024, a: 8192, result: 512 << 10 };

/** A shape, and how it is called. */
interface Case {
  readonly block: TileBlock;
  readonly axes: readonly TileAxis[];
  readonly tiles: number;
  readonly panels: number;
  readonly last: boolean;
  readonly resume: boolean;
  /** What "runtime" stands for. */
  readonly count: number;
  /** Bytes of B. */
  readonly bytes: number;
}

function randomCase(random: Random, available: readonly NativeInstructions[]): Case {
  const integer = (least: number, most: number) => least + random.integer(most - least + 1);
  const chance = (of: number) => random.integer(of) === 0;
  const instructions = available[random.integer(available.length)]!;
  const [lanes, registers] = instructions === "avx2" ? [8, 16] : [16, 32];
  const vectors = integer(1, 2), width = vectors * lanes;
  const table = chance(3), others = vectors === 1 && lanes === 16 ? 2 : vectors + 1;
  const most = Math.floor((registers - others) / vectors);
  const rows = integer(1, table ? Math.min(most, mostTableRows) : most);
  const tiles = integer(1, 3), panels = integer(1, 3);
  // Long sums now and then, which are cut into chains.
  const isLong = chance(20);
  const counts = isLong
    ? [integer(1, 2), integer(1, 2), integer(400, 1500)]
    : Array.from({ length: integer(1, 3) }, () => chance(30) ? 0 : integer(1, chance(4) ? 20 : 5));
  const runtime = chance(3), count = integer(1, 5);
  const lastColumns = chance(3) ? width : integer(1, width), last = chance(2);
  const columns = (panels - 1) * width + (last ? lastColumns : width);
  const packed = chance(2), step = packed ? width * 4 : columns * 4;
  let inner = step;
  const axes = counts.toReversed().map((size, i): TileAxis => {
    const b = inner, isRuntime = runtime && i === counts.length - 1;
    inner *= Math.max(1, size);
    const a = isLong && i === 0 ? 4 * integer(0, 2) : 4 * integer(0, 40);
    return { count: isRuntime ? "runtime" : size, a, b };
  }).reverse();
  const times = runtime ? count : counts[0]!;
  const steps = counts.slice(1).reduce((product, size) => product * Math.max(1, size), times);
  const panelBytes = steps * width * 4;
  const rowStride = table ? "table" : chance(3) ? 4 : 4 * integer(1, 300);
  const block: TileBlock = {
    instructions,
    rows,
    vectors,
    rowStride,
    tileStride: table ? rows * 4 : chance(3) ? 4 * integer(0, 2000) : rows * (rowStride as number),
    panelStride: packed ? panelBytes : width * 4,
    resultStride: 4 * integer(columns, columns + 20),
    lastColumns,
    resumable: chance(2),
    order: orderOf(axes),
  };
  const bytes = packed ? panels * panelBytes : steps * columns * 4;
  const resume = block.resumable && chance(2);
  return { block, axes, tiles, panels, last, resume, count, bytes };
}

/** Computes the tiles of a random case natively and by loops, and compares all of memory. */
class Bench {
  readonly #memory = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
  readonly #words = new Int32Array(this.#memory.buffer);
  readonly #floats = new Float32Array(this.#memory.buffer);
  readonly #call = nativeImports(this.#memory, frame, native().trampoline).native;

  run(seed: number): void {
    const random = new Random(seed), test = randomCase(random, native().available);
    const { block, tiles, panels } = test, words = this.#words, floats = this.#floats;
    const b = memoryBytes - readBehind - test.bytes;
    if (b < places.result + tiles * block.rows * block.resultStride) return;
    for (let i = 0; i < floats.length; i++) floats[i] = (i * 7 + seed) % 17 - 8;
    for (let row = 0; row < tiles * block.rows; row++) {
      words[(places.table >> 2) + row] = 4 * random.integer(1000);
    }
    const given: Record<typeof tileArguments[number], number> = {
      a: block.rowStride === "table" ? places.table : places.a,
      b,
      result: places.result,
      base: places.a,
      tiles,
      panels,
      last: Number(test.last),
      count: test.count,
      resume: Number(test.resume),
    };
    tileArguments.forEach((name, word) => words[(frame >> 2) + word] = given[name]);
    words[(frame >> 2) + tileArguments.length] = native().tilesFor(block.instructions).codeOf(
      block,
    );
    const expected = this.#expected(test, b);
    this.#call();
    const wrong = expected.findIndex((value, i) => value !== words[i]);
    assertEquals(wrong, -1, `seed ${seed}: byte ${wrong * 4}: ${JSON.stringify(test)}`);
  }

  /** All of memory afterwards. */
  #expected(test: Case, b: number): Int32Array {
    const { block, axes, tiles, panels, last, resume, count } = test;
    const expected = this.#words.slice(), results = new Float32Array(expected.buffer);
    const lanes = block.instructions === "avx2" ? 8 : 16, width = block.vectors * lanes;
    const walk = (axis: number, x: number, y: number): number => {
      const loop = axes[axis];
      if (loop === undefined) return this.#floats[x >> 2]! * this.#floats[y >> 2]!;
      let sum = 0;
      const times = loop.count === "runtime" ? count : loop.count;
      for (let i = 0; i < times; i++) sum += walk(axis + 1, x + i * loop.a, y + i * loop.b);
      return sum;
    };
    for (let tile = 0; tile < tiles; tile++) {
      for (let row = 0; row < block.rows; row++) {
        const a = block.rowStride === "table"
          ? places.a + this.#words[(places.table + tile * block.tileStride >> 2) + row]!
          : places.a + tile * block.tileStride + row * block.rowStride;
        for (let panel = 0; panel < panels; panel++) {
          const columns = last && panel === panels - 1 ? block.lastColumns : width;
          for (let column = 0; column < columns; column++) {
            const at = places.result + (tile * block.rows + row) * block.resultStride +
                (panel * width + column) * 4 >> 2;
            const sum = walk(0, a, b + panel * block.panelStride + column * 4);
            results[at] = sum + (resume ? this.#floats[at]! : 0);
          }
        }
      }
    }
    return expected;
  }
}

/** Checks the cases of `count` seeds. */
export function checkRandomTiles(first: number, count: number): void {
  const bench = new Bench();
  for (let seed = first; seed < first + count; seed++) bench.run(seed);
}

if (import.meta.main) {
  const [first = 1, count = 5000] = Deno.args.map(Number);
  checkRandomTiles(first, count);
  console.log(`native tiles, seeds ${first} to ${first + count - 1}: all as expected`);
}
