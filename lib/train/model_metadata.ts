/**
 * What a file says of a model beside the numbers of its weights.
 *
 * @module
 */
import type { Preprocessing } from "../core/preprocessing.ts";
import type { Architecture } from "../nn/architecture.ts";
import type { Weight } from "../nn/weight.ts";

/** What a file says a model is. */
export const format = "striate-model";

/** As much of a model as is said. */
interface Described {
  readonly architecture: Architecture;
  readonly seed: number;
  readonly preprocessing: Partial<Preprocessing>;
  readonly classes: readonly string[] | undefined;
  readonly namedWeights: ReadonlyMap<string, Weight>;
}

/** The texts that describe a model in a file. */
export function metadataOf(model: Described): Record<string, string> {
  const { architecture, seed, classes, namedWeights } = model;
  const { normalization, ...preprocessing } = model.preprocessing;
  const isKnown = Object.keys(preprocessing).length > 0;
  const someFrozen = [...namedWeights.values()].some(({ frozen }) => frozen);
  return {
    format,
    architecture: JSON.stringify(architecture),
    seed: String(seed),
    ...normalization ? { normalization: JSON.stringify(normalization) } : {},
    ...isKnown ? { preprocessing: JSON.stringify(preprocessing) } : {},
    ...someFrozen ? { frozen: writeFrozen(namedWeights) } : {},
    ...classes ? { classes: JSON.stringify(classes) } : {},
  };
}

/** The names of the weights that are frozen, as a file's metadata hold them. */
export const writeFrozen = (weights: ReadonlyMap<string, Weight>): string =>
  JSON.stringify([...weights].filter(([, { frozen }]) => frozen).map(([name]) => name));
