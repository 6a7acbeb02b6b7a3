import { assertEquals } from "@std/assert";
import { Random } from "../../../../lib/core/random.ts";
import { convolutionProduct } from "../../../../kernels/cpu/convolution/conv2d.ts";
import { matmulProduct } from "../../../../kernels/cpu/product/matmul.ts";
import { strategies, strategyOf } from "../../../../kernels/cpu/product/mod.ts";
import type { Product } from "../../../../kernels/cpu/product/product.ts";
import { partition as blocked } from "../../../../kernels/cpu/product/strategy_blocked.ts";
import { partition as longSum } from "../../../../kernels/cpu/product/strategy_long_sum.ts";
import { partition as packedOnce } from "../../../../kernels/cpu/product/strategy_packed_once.ts";
import { partition as thin } from "../../../../kernels/cpu/product/strategy_thin.ts";
import { type Panels, tileOf } from "../../../../kernels/cpu/product/tile.ts";
import { type Tiles, tilesOf } from "../../../../kernels/cpu/product/tiling.ts";
import { type Target, webAssembly } from "../../../../kernels/cpu/target.ts";

type Size = readonly [m: number, n: number, k: number];

const productOf = ([m, n, k]: Size, { batch = 1, transposeA = false, transposeB = false } = {}) =>
  matmulProduct({ kind: "matmul", batch, m, n, k, transposeA, transposeB });

/** A target with native tiles that are never made. */
const withNative = (instructions: "avx2" | "avx512"): Target => ({
  native: { instructions, codeOf: () => 0 },
});
const targets = [webAssembly, withNative("avx2"), withNative("avx512")];

/** A convolution of 3 x 3 windows with zeros around the image, as a product. */
function windowOf(n: number, height: number, width: number, channels: number, filters: number) {
  const image = [n, height, width, channels], kernel = [3, 3, channels, filters];
  const pixel = channels * 4, row = (width + 2) * pixel;
  return convolutionProduct({
    kind: "conv2d",
    image,
    kernel,
    output: [n, height, width, filters],
    geometry: { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 },
  }, {
    address: (args) => args.input(0),
    strides: [(height + 2) * row, row, pixel],
    parts: [],
  });
}

/** The rows of a window's taps, 4 pixels apart. */
const withTaps = (product: Product): Product => ({
  ...product,
  rows: [{ count: 3, a: 64, result: 640 }, ...product.rows],
});

Deno.test("cpu product: each strategy up to its limits", () => {
  const nameOf = (product: Product) =>
    Object.entries(strategies).find(([, strategy]) => strategy === strategyOf(product))![0];
  const expected: [string, Product][] = [
    ["thin", productOf([4, 64, 10])],
    ["packedOnce", productOf([5, 64, 10])],
    ["packedOnce", productOf([4, 63, 10])],
    ["packedOnce", productOf([4, 64, 10], { transposeB: true })],
    ["packedOnce", productOf([4, 64, 0])],
    ["packedOnce", productOf([191, 384, 1024])],
    ["blocked", productOf([191, 385, 1024])],
    ["packedOnce", productOf([192, 385, 1024])],
    ["packedOnce", productOf([500, 1000, 1536])],
    ["blocked", productOf([500, 1000, 1537])],
    ["packedOnce", productOf([500, 2048, 1024])],
    ["blocked", productOf([500, 2049, 1024])],
    ["longSum", productOf([320, 320, 50], { transposeA: true })],
    ["blocked", productOf([321, 320, 50], { transposeA: true })],
    ["blocked", productOf([20, 20, 50], { transposeA: true, transposeB: true })],
    ["longSum", withTaps(productOf([321, 320, 50], { transposeA: true }))],
  ];
  for (const [name, product] of expected) {
    const { rows, columns, reduction } = product;
    const sizes = [...rows, columns, ...reduction].map(({ count }) => count).join(" x ");
    assertEquals(nameOf(product), name, sizes);
  }
});

/** Checks that `blocks` blocks of `size` hold `count`, and the last one is not empty. */
function assertHolds(count: number, blocks: number, size: number, message: string): void {
  assertEquals([blocks * size >= count, (blocks - 1) * size < count], [true, true], message);
}

Deno.test("cpu product: partitions hold every tile, panel and step", () => {
  const random = new Random(3);
  const size = () => 1 + random.integer([4, 40, 400, 4000][random.integer(4)]!);
  for (let i = 0; i < 500; i++) {
    const sizes = [size(), size(), size()] as const, [m, n, k] = sizes;
    const batch = 1 + random.integer(3), product = productOf(sizes, { batch });
    const message = `${batch} times ${sizes.join(" x ")}`;
    const check = (cut: {
      panels: Panels;
      tiles: Tiles;
      tilesPerBlock: number;
      rowBlocks: number;
      panelsPerBlock: number;
      columnBlocks: number;
    }) => {
      const { panels, tiles } = cut;
      assertEquals(panels.width * (panels.count - 1) + panels.last, n, message);
      assertEquals(tiles.count * tiles.height + tiles.extra, m, message);
      assertHolds(tiles.count, cut.rowBlocks, cut.tilesPerBlock, message);
      assertHolds(panels.count, cut.columnBlocks, cut.panelsPerBlock, message);
      return batch * cut.rowBlocks * cut.columnBlocks;
    };
    for (const target of targets) {
      const once = packedOnce(product, target), inBlocks = blocked(product, target);
      const sum = longSum(product, target);
      assertEquals(once.tasks, check(once), message);
      assertEquals(inBlocks.tasks, check(inBlocks), message);
      assertEquals(sum.blocks, check(sum), message);
      assertHolds(sum.units.count, sum.chunks, sum.unitsPerChunk, message);
      assertHolds(k, inBlocks.units.count, inBlocks.units.step, message);
    }
    const { width, blocks } = thin(product);
    assertHolds(n, blocks, width, message);
    assertEquals(width % 8, 0, message);
  }
});

Deno.test("cpu product: where sums are cut does not depend on the tile", () => {
  const random = new Random(4), integer = (most: number) => 1 + random.integer(most);
  for (let i = 0; i < 500; i++) {
    const [n, height, width] = [integer(4), integer(30), integer(30)];
    const [channels, filters] = [integer(300), integer(70)];
    const product = windowOf(n, height, width, channels, filters);
    const gradient = productOf([channels, filters, n * height * width], { transposeA: true });
    const [first, ...others] = targets.map((target) => {
      const { lines, skips } = packedOnce(product, target), { units } = blocked(product, target);
      const sum = longSum(gradient, target);
      return { lines, skips, units, chunks: sum.chunks, unitsPerChunk: sum.unitsPerChunk };
    });
    for (const other of others) assertEquals(other, first);
  }
});

Deno.test("cpu product: tiles of native code fit the registers, and what is far is WebAssembly", () => {
  const [, avx2, avx512] = targets as [Target, Target, Target];
  const sizeOf = (columns: number, strides: readonly (number | "table")[], target: Target) => {
    const { rows, width, native } = tileOf(columns, strides, target);
    return [rows, width, native?.instructions];
  };
  assertEquals(sizeOf(4, [4, 16], avx512), [8, 4, undefined]);
  assertEquals(sizeOf(8, [4, 32], avx512), [12, 8, "avx2"]);
  assertEquals(sizeOf(9, [4, 36], avx2), [6, 16, "avx2"]);
  assertEquals(sizeOf(16, [4, 64], avx512), [14, 16, "avx512"]);
  assertEquals(sizeOf(17, ["table", 68], avx512), [12, 32, "avx512"]);
  assertEquals(sizeOf(17, [4, 2 ** 27], avx512), [6, 8, undefined]);
});

Deno.test("cpu product: what a task works on stays in a cache", () => {
  const large = productOf([2000, 2000, 2000]);
  const { panelBytes, panelsPerBlock, tasks } = blocked(large);
  assertEquals([panelBytes <= 12 << 10, panelsPerBlock * panelBytes <= 96 << 10], [true, true]);
  assertEquals(tasks >= 16, true);
  // A batch of one reads B in long runs.
  assertEquals(blocked(productOf([8, 4096, 4096])).panelsPerBlock, 32);
});

Deno.test("cpu product: tiles differ by one row at most", () => {
  assertEquals(tilesOf(12, 6), { count: 2, height: 6, extra: 0 });
  assertEquals(tilesOf(13, 6), { count: 3, height: 4, extra: 1 });
  assertEquals(tilesOf(1, 6), { count: 1, height: 1, extra: 0 });
});
