/**
 * Which strategy of kernels/cpu/product is fastest on both sides of each limit in its table: prints,
 * for one thread, the best of some runs of each that can compute the product in GFLOP/s (10^9
 * additions and multiplications a second), and with a star the one that the table picks.
 *
 * ```sh
 * deno run --allow-all tests/bench/strategies.ts
 * ```
 *
 * @module
 */
import { strategies, strategyOf } from "../../kernels/cpu/product/mod.ts";
import { matmulProduct } from "../../kernels/cpu/product/matmul.ts";
import type { Product, Strategy } from "../../kernels/cpu/product/product.ts";
import { KernelBuilder } from "../../kernels/cpu/stages/builder.ts";
import { addStages } from "../../kernels/cpu/stages/parts.ts";
import { Scratch } from "../../kernels/cpu/stages/scratch.ts";
import { webAssembly } from "../../kernels/cpu/target.ts";
import { ModuleBuilder } from "../../kernels/cpu/wasm/assembler.ts";

/** m, n, k, and whether A lies transposed. */
type Case = readonly [m: number, n: number, k: number, transposedA?: boolean];

const sections: Readonly<Record<string, readonly Case[]>> = {
  "rows, where B is larger than a cache": [1, 2, 3, 4, 5, 6, 8].map((m) =>
    [m, 4096, 1024] as const
  ),
  "columns of one row": [16, 32, 64, 128].map((n) => [1, n, 1024] as const),
  "bytes of B, few rows": [256, 384, 512, 640, 1024, 2048].map((n) => [128, n, 1024] as const),
  "bytes of B, many rows, a short sum": [1024, 2048, 4096, 8192].map((n) => [512, n, 512] as const),
  "bytes of B, many rows, a long sum": [128, 256, 512, 1024].map((n) => [512, n, 2304] as const),
  "rows, B of 2 MiB": [64, 128, 192, 256, 512].map((m) => [m, 512, 1024] as const),
  "rows and columns of a sum over 128 examples": [128, 256, 320, 512, 1024].map((m) =>
    [m, m, 128, true] as const
  ),
  "rows and columns of a sum over 4096 pixels": [16, 64, 128, 256, 320, 512].map((m) =>
    [m, m, 4096, true] as const
  ),
};

/** Whether a strategy can compute a product at all, fast or not. */
function can(name: string, product: Product): boolean {
  const transposed = product.transposedA === true;
  if (name === "thin") return !transposed && product.rows[0]!.count <= 8;
  return name === "longSum" ? transposed : true;
}

/** A function that computes a product by a strategy, over memory of its own. */
function compiled(strategy: Strategy, product: Product, sizes: readonly number[]): () => void {
  const module = new ModuleBuilder(), builder = new KernelBuilder(module, 2, 1, webAssembly);
  const scratch = new Scratch();
  addStages(builder, strategy.stages(builder, scratch, product), scratch);
  let end = 4096;
  const addresses = [...sizes.map((size) => size * 4), scratch.bytes].map((bytes) => {
    const at = end;
    end += Math.ceil((bytes + 64) / 64) * 64;
    return at;
  });
  const initial = Math.ceil(end / 65536);
  const memory = new WebAssembly.Memory({ initial, maximum: 65536, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), {
    env: { memory },
  });
  const functions = exports as Record<string, (args: number, begin: number, end: number) => void>;
  new Int32Array(memory.buffer).set(addresses, 16);
  return () => {
    for (const { fn, tasks } of builder.stages) functions[`f${fn.index}`]!(64, 0, tasks);
  };
}

/** Milliseconds of the fastest run of each; they take turns, so that all meet the same machine. */
function measure(runs: readonly (() => void)[]): number[] {
  const best = runs.map(() => Infinity);
  const until = performance.now() + 2000;
  for (let round = 0; round < 5 || performance.now() < until; round++) {
    runs.forEach((run, i) => {
      const start = performance.now();
      run();
      best[i] = Math.min(best[i]!, performance.now() - start);
    });
  }
  return best;
}

if (import.meta.main) {
  for (const [section, cases] of Object.entries(sections)) {
    console.log(section);
    for (const [m, n, k, transposeA = false] of cases) {
      const product = matmulProduct({
        kind: "matmul",
        batch: 1,
        m,
        n,
        k,
        transposeA,
        transposeB: false,
      });
      const able = Object.entries(strategies).filter(([name]) => can(name, product));
      const times = measure(
        able.map(([, strategy]) => compiled(strategy, product, [m * k, k * n, m * n])),
      );
      const cells = able.map(([name, strategy], i) => {
        const rate = (2e-6 * m * n * k / times[i]!).toFixed(1).padStart(6);
        return `${name}${strategy === strategyOf(product) ? "*" : " "}${rate}`;
      });
      console.log(`  ${`${m} x ${n}, sum of ${k}`.padEnd(28)}${cells.join("   ")}`);
    }
  }
}
