import { integer, number, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { loadPackage } from "../core/package.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { readFeatures } from "./features.ts";

/** Settings of {@linkcode tsne}. */
export interface TsneOptions {
  /** About how many neighbours of an example count; 30 by default, at most a third of the examples. */
  readonly perplexity?: number;
  /** Steps; 500 by default. */
  readonly steps?: number;
  /** How far a step goes; 10 by default. */
  readonly learningRate?: number;
  /** Seeds the first places; 0 by default. */
  readonly seed?: number;
}

const tsneSchema = {
  perplexity: number({ above: 1 }, 30),
  steps: positiveInteger(500),
  learningRate: number({ above: 0 }, 10),
  seed: integer({ least: 0 }, 0),
} satisfies Schema<TsneOptions>;

/** As much of the package as is used here. */
interface Druid {
  readonly TSNE: new (
    rows: readonly Float64Array[],
    settings: {
      readonly perplexity: number;
      readonly epsilon: number;
      readonly d: number;
      readonly seed: number;
    },
  ) => { transform(steps: number): readonly ArrayLike<number>[] };
}

/**
 * Examples in the plane, [n, 2], so that near ones stay near: t-SNE of features [n, features]. Groups
 * mean something, distances between groups hardly. It compares all pairs, so a few thousand examples
 * are the most. The package that does it is fetched when first used.
 *
 * ```ts ignore
 * import { explain, featureIndex, lenet5, mnist, tensor } from "@striate/striate";
 * const { test } = await mnist({ parts: ["test"] });
 * const index = await featureIndex(lenet5(), test.take(1000));
 * const features = tensor(index.features, { shape: [index.names.length, index.width] });
 * console.log((await explain.tsne(features)).shape); // [1000, 2]
 * ```
 *
 * Source: van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 2008; npm's package
 * @saehrimnir/druidjs (LGPL-3.0).
 *
 * @throws {TypeError} for what is no matrix of features
 * @throws {Error} where the package cannot be loaded
 */
export async function tsne(features: Tensor, given: TsneOptions = {}): Promise<Tensor> {
  const where = "tsne", settings = options(where, given, tsneSchema);
  const { n, rows } = await readFeatures(where, features);
  const { TSNE } = await loadPackage<Druid>("npm:@saehrimnir/druidjs@0.9.0", "t-SNE");
  const search = new TSNE(rows, {
    perplexity: Math.min(settings.perplexity, Math.max(2, (n - 1) / 3)),
    epsilon: settings.learningRate,
    d: 2,
    seed: settings.seed,
  });
  const places = search.transform(settings.steps);
  return tensor(places.flatMap((place) => [place[0]!, place[1]!]), { shape: [n, 2] });
}
