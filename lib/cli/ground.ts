import type { RgbImage } from "../vision/image.ts";

/**
 * Whether an image is dark on a light ground, as ink on paper: its edge is light, and lighter than what
 * it has inside.
 */
export function isDarkOnLight({ width, height, data }: RgbImage): boolean {
  let edge = 0, edgePixels = 0, all = 0;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const light = data[at]! + data[at + 1]! + data[at + 2]!;
      all += light;
      if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
      edge += light;
      edgePixels++;
    }
  }
  const light = edge / edgePixels;
  return light > 1.5 * 255 && light > all / (width * height);
}

/** Whether classes are the ten digits, which data sets have light on dark. */
export const areDigits = (classes: readonly string[] | undefined): boolean =>
  classes?.join() === "0,1,2,3,4,5,6,7,8,9";
