import { blockSize, drawArguments as at, emitDraw } from "../../kernels/cpu/random/draw.ts";
import { keyOf, normalsOf, philox } from "../core/random.ts";
import type { Distribution } from "./initializer.ts";

/** Blocks of numbers that are drawn at a time: 256 KiB. */
const chunk = 4096;

/** Addresses in the memory: block numbers, numbers. */
const doubtfulAt = 1024, targetAt = doubtfulAt + chunk * 4;

type Draw = (counter: number, target: number, blocks: number, doubtful: number) => number;

/** The functions, made when they are first needed, and their memory. */
let made:
  | { readonly memory: ArrayBufferLike; readonly uniform: Draw; readonly normal: Draw }
  | undefined;

function make(): NonNullable<typeof made> {
  const { bytes, uniform, normal } = emitDraw();
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 65536, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return {
    memory: memory.buffer,
    uniform: exports[`f${uniform}`] as Draw,
    normal: exports[`f${normal}`] as Draw,
  };
}

/**
 * As many numbers as `new Random(seed, stream)` gives from a distribution, the same ones, several times
 * as fast: by vectors of WebAssembly, but for those of which only the host's own functions are sure.
 */
export function draw(
  distribution: Distribution,
  size: number,
  seed: number,
  stream: number,
): Float32Array<ArrayBuffer> {
  const { memory, ...functions } = made ??= make();
  const key = [...keyOf(seed), ...keyOf(stream)] as const;
  new Uint32Array(memory).set(key, at.key / 4);
  const pairs = (offset: number, value: number) =>
    new Float64Array(memory).fill(value, offset / 8, offset / 8 + 2);
  if (distribution.kind === "uniform") {
    pairs(at.uniform.low, distribution.low);
    pairs(at.uniform.range, distribution.high - distribution.low);
  } else {
    pairs(at.normal.mean, distribution.mean);
    pairs(at.normal.deviation, distribution.standardDeviation);
    pairs(at.normal.margin, Math.abs(distribution.mean) * 2 ** -48);
  }
  const result = new Float32Array(size);
  const drawn = new Float32Array(memory, targetAt, chunk * blockSize);
  const doubtful = new Uint32Array(memory, doubtfulAt, chunk);
  for (let first = 0; first < size; first += drawn.length) {
    const blocks = Math.min(chunk, Math.ceil((size - first) / blockSize)), counter = first / 4;
    const count = functions[distribution.kind](counter, targetAt, blocks, doubtfulAt) ?? 0;
    if (distribution.kind === "normal") {
      const { mean, standardDeviation } = distribution, words = new Uint32Array(blockSize);
      for (const block of doubtful.subarray(0, count)) {
        philox(key[0], key[1], counter + block * (blockSize / 4), 0, key[2], key[3], words);
        normalsOf(words, drawn, block * blockSize, mean, standardDeviation);
      }
    }
    result.set(drawn.subarray(0, Math.min(drawn.length, size - first)), first);
  }
  return result;
}
