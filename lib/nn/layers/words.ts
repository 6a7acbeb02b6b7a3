import { pairOf, type Size2d } from "../../tensor/functions/settings.ts";

/** A size in words: "3x3". */
export const times = (size: Size2d): string => pairOf(size, "size").join("x");

/** How far a window moves in words, where that is not 1: " /2". */
export function strideWords(stride: Size2d): string {
  const [down, across] = pairOf(stride, "stride");
  if (down === 1 && across === 1) return "";
  return down === across ? ` /${down}` : ` /${down}x${across}`;
}
