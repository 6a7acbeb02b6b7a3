const shares: Readonly<Record<string, number>> = {
  left: 0,
  center: 0.5,
  right: 1,
  top: 0,
  middle: 0.5,
  bottom: 1,
};

/**
 * The part of something that is to the left of its place, or above it: nothing, a half or all. With
 * "auto" it depends on the third of the plot that the place is in: `at` is 0 at the left or at the top.
 */
export function anchorShare(anchor: string, at = NaN): number {
  if (anchor !== "auto") return shares[anchor] ?? 0.5;
  return at < 1 / 3 + 1e-9 ? 0 : at > 2 / 3 - 1e-9 ? 1 : 0.5;
}
