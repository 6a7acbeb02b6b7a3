import { listOf, text } from "../core/option_kinds.ts";
import { unknownName } from "../core/suggest.ts";
import type { Weight } from "../nn/weight.ts";

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
