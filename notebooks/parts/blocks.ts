/** Takes blocks out of CIFAR's residual nets and of their plain twins: for notebook 9. */
import type { Model } from "../../mod.ts";

/** What makes the identity of the layers of a plain block. */
function identity(shape: readonly number[], part: string): Float32Array<ArrayBuffer> {
  const size = shape.reduce((a, b) => a * b, 1), values = new Float32Array(size);
  if (part === "gamma") return values.fill(Math.sqrt(1 + 1e-5)); // for a variance of 1
  if (part === "runningVariance") return values.fill(1);
  if (part !== "kernel") return values;
  const [h, w, from, to] = shape as [number, number, number, number];
  const middle = (Math.floor(h / 2) * w + Math.floor(w / 2)) * from * to;
  for (let c = 0; c < Math.min(from, to); c++) values[middle + c * to + c] = 1;
  return values;
}

/** The names of a net's blocks, from the input on. */
export const blocksOf = (net: Model): string[] =>
  net.layers.map(({ name }) => name).filter((name) => name.endsWith(".bn2"))
    .map((name) => name.slice(0, -".bn2".length));

/** Measures a net without one of its blocks: what the block adds is zero, or a plain one the identity. */
export async function withoutBlock<T>(
  net: Model,
  block: string,
  isPlain: boolean,
  measure: (net: Model) => Promise<T>,
): Promise<T> {
  const normalisation = ["gamma", "beta", "runningMean", "runningVariance"];
  const keys = isPlain
    ? [1, 2].flatMap((i) => [`conv${i}.kernel`, ...normalisation.map((key) => `bn${i}.${key}`)])
    : ["bn2.gamma", "bn2.beta"];
  const weights = keys.map((key) => net.weight(`${block}.${key}`));
  const kept = await Promise.all(weights.map((weight) => weight.read()));
  weights.forEach((weight, i) =>
    weight.assign(
      isPlain ? identity(weight.shape, keys[i]!.split(".")[1]!) : new Float32Array(weight.size),
    )
  );
  try {
    return await measure(net);
  } finally {
    weights.forEach((weight, i) => weight.assign(kept[i]!));
  }
}
