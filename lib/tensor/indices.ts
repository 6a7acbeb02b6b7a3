import type { Node } from "../graph/node.ts";
import { valueOf } from "./value.ts";

/**
 * Checks whole numbers that name rows or classes, where they lie on the host: what is on a device is
 * not waited for.
 *
 * @throws {RangeError} for a number below `least` or above `most`.
 */
export function checkIndices(
  indices: Node,
  [least, most]: readonly [number, number],
  where: string,
  what: string,
): void {
  const outside = valueOf(indices)?.data?.find((index) => index < least || index > most);
  if (outside === undefined) return;
  throw new RangeError(`${where}: expected ${what} from ${least} to ${most}, found ${outside}`);
}
