/** Cases that are not run, by reason. */
const reasons: Readonly<Record<string, readonly string[]>> = {};

/** For each case that is not run the reason. */
export const listed: ReadonlyMap<string, string> = new Map(
  Object.entries(reasons).flatMap(([reason, names]) => names.map((name) => [name, reason])),
);
