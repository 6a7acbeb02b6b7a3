import {
  cropImage,
  photographs,
  resizeShorterSide,
  type RgbImage,
  type Tensor,
  tensor,
} from "../../mod.ts";

/** A frame of a photograph. */
export interface Frame {
  /** In grey from 0 to 1, [1, height, width, 1]. */
  readonly grey: Tensor;
  readonly image: RgbImage;
  /** What it shows, whose it is, and the terms. */
  readonly source: string;
}

/** One frame of Muybridge's cat; nothing, if the photograph can not be loaded. */
export async function catFrame(): Promise<Frame | undefined> {
  const [cat] = await photographs({ names: ["cat"] }).catch(() => []);
  if (cat === undefined) return undefined;
  // There are twenty-four frames, in four rows of six with a margin above.
  const [width, height] = [Math.floor(cat.width / 6), Math.floor(cat.height / 4.2)];
  const [left, top] = [width, Math.floor(0.04 * cat.height)];
  const image = cropImage(cat, { left, top, width, height });
  const grey = Float32Array.from({ length: width * height }, (_, i) => image.data[3 * i]! / 255);
  return {
    grey: tensor(grey, { shape: [1, height, width, 1] }),
    image,
    source: `${cat.title}: ${cat.by}; ${cat.license}, ${cat.source}`,
  };
}

/** The square of a frame that the cat fills, with sides of so many pixels. */
export function catSquare({ image }: Frame, side: number): RgbImage {
  const { width, height } = image;
  const place = { left: Math.round(0.24 * width), top: 0, width: height, height };
  return resizeShorterSide(cropImage(image, place), side);
}
