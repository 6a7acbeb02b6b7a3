import { integer, text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { Random } from "../core/random.ts";
import { unknownName } from "../core/suggest.ts";
import type { Weights } from "../nn/apply.ts";
import { isWithin } from "../nn/block.ts";
import { tensor } from "../tensor/create.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { checkModel } from "../train/check_model.ts";
import type { Model } from "../train/model.ts";

/** Settings of {@linkcode randomizedWeights}. */
export interface RandomizedOptions {
  /** The lowest layer or block that is randomised, by name, with all that come after it; by default all are. */
  readonly from?: string;
  /** Seeds the order; 0 by default. */
  readonly seed?: number;
}

const schema = { from: text(), seed: integer({}, 0) } satisfies Schema<RandomizedOptions>;

/**
 * Weights of a model that has forgotten what it learnt, from the top down to a layer: the numbers of each
 * weight in another order, so that their size stays. An explanation that hardly changes with such
 * `weights` says nothing about what the model has learnt: it is an edge detector. The sanity check of
 * explanations.
 *
 * ```ts
 * import { explain, lenet5, ones } from "@striate/striate";
 * const net = lenet5(), image = ones([28, 28, 1]);
 * const weights = await explain.randomizedWeights(net, { from: "c5" });
 * console.log(Object.keys(weights)[0]); // c5.kernel
 * const [before, after] = [
 *   await explain.saliency(net, image, { target: 3 }),
 *   await explain.saliency(net, image, { target: 3, weights }),
 * ];
 * console.log(Math.abs(await explain.rankCorrelation(before, after)) < 1); // true
 * ```
 *
 * Source: Adebayo et al. 2018, arXiv 1810.03292, which draws new first weights instead.
 *
 * @throws {RangeError} for a layer that there is not, or an unknown option
 */
export async function randomizedWeights(
  model: Model,
  given: RandomizedOptions = {},
): Promise<Weights> {
  const { from, seed } = options("randomizedWeights", given, schema);
  checkModel(model, "randomizedWeights");
  const names = model.layers.map(({ name }) => name);
  const first = from === undefined ? 0 : names.findIndex((name) => isWithin(name, from));
  if (first < 0) {
    throw new RangeError(`randomizedWeights: from: ${unknownName("layer", from!, names)}`);
  }
  const weights: Record<string, Tensor> = {};
  let stream = 0;
  for (const { name, weights: own } of model.layers.slice(first)) {
    for (const [part, weight] of own) {
      const values = Float32Array.from(await weight.read()), random = new Random(seed, ++stream);
      for (let i = values.length - 1; i > 0; i--) {
        const j = Math.floor(random.uniform(0, i + 1));
        [values[i], values[j]] = [values[j]!, values[i]!];
      }
      weights[`${name}.${part}`] = tensor(values, { shape: weight.shape });
    }
  }
  return weights;
}

/**
 * How much the order of two explanations is the same: the correlation of their ranks (Spearman), 1
 * where what is larger in one is larger in the other, about 0 where they have nothing in common.
 *
 * @throws {TypeError} for tensors of different sizes
 */
export async function rankCorrelation(a: Tensor, b: Tensor): Promise<number> {
  for (const one of [a, b]) checkTensor(one, "rankCorrelation");
  if (a.size !== b.size || a.size < 2) {
    throw new TypeError(
      `rankCorrelation: expected as many numbers, at least 2, found ${a.size} and ${b.size}`,
    );
  }
  const [x, y] = [ranks(await a.data()), ranks(await b.data())];
  const middle = (x.length - 1) / 2;
  let both = 0, one = 0, other = 0;
  for (let i = 0; i < x.length; i++) {
    const [p, q] = [x[i]! - middle, y[i]! - middle];
    both += p * q;
    one += p * p;
    other += q * q;
  }
  return one === 0 || other === 0 ? 0 : both / Math.sqrt(one * other);
}

/** The rank of each number; equal ones share the mean of theirs. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const result = new Float64Array(order.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) result[order[i]!] = (from + to - 1) / 2;
  }
  return result;
}
