/**
 * What a file says of a model beside the numbers of its weights.
 *
 * @module
 */
import { listOf, text } from "../core/option_kinds.ts";
import type { Preprocessing } from "../core/preprocessing.ts";
import { unknownName } from "../core/suggest.ts";
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

/**
 * The weights that were frozen when a file was written; undefined where it does not say.
 *
 * @throws {SyntaxError} if it names what is no weight
 */
export function readFrozen(
  { frozen }: Readonly<Record<string, string>>,
  weights: ReadonlyMap<string, Weight>,
  where: string,
): ReadonlySet<Weight> | undefined {
  if (frozen === undefined) return undefined;
  try {
    const names = listOf(text()).read(JSON.parse(frozen), "frozen");
    return new Set(names.map((name) => {
      const weight = weights.get(name);
      if (weight !== undefined) return weight;
      throw new RangeError(unknownName("weight", name, [...weights.keys()]));
    }));
  } catch (error) {
    const message = `${where}: frozen in its metadata: ${(error as Error).message}`;
    throw new SyntaxError(message, { cause: error });
  }
}
