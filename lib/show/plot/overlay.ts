import { wrongType } from "../../core/errors.ts";
import { flag, instance, listOf, number, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { formatShape } from "../../core/shape.ts";
import { colorRamp, colorScaleOf } from "../../plotly_svg/mod.ts";
import { resize2d } from "../../tensor/resize.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Dataset } from "../../train/dataset.ts";
import type { Figure } from "../figure.ts";
import { PendingFigure } from "../pending_figure.ts";
import { type ImagesLike, readImages } from "./images.ts";
import { diverging } from "./heatmap.ts";
import { mosaic, type PictureOptions, pictureSchema } from "./mosaic.ts";
import type { Pixels } from "./pixels.ts";
import { type ColorScale, colorScale, range } from "./plot_options.ts";

/** Settings of {@linkcode overlay}. */
export interface OverlayOptions extends PictureOptions {
  /** A label above each image. */
  readonly labels?: readonly string[];
  /**
   * The heat at both ends of the colours; by default from 0 to the heat that one pixel in a hundred
   * exceeds, or as far on both sides of 0 where some heat is negative. What lies beyond has the
   * colour of the end. Each image has its own.
   */
  readonly range?: readonly [number, number];
  /** The colours; purple over red to yellow by default, or blue over white to red around 0. */
  readonly colorScale?: ColorScale;
  /** How much of the image the strongest heat covers, from 0 to 1; 0.8 by default. */
  readonly opacity?: number;
  /** Whether the image is made grey, so that all colours are heat; true by default. */
  readonly gray?: boolean;
}

/** Weak heat dark, strong heat light. */
const glowing: ColorScale = [[0, "#4a0c6b"], [0.5, "#d8433a"], [1, "#fff04f"]];

const schema = {
  ...pictureSchema,
  labels: listOf(text()),
  range,
  colorScale: colorScale(),
  opacity: number({ least: 0, most: 1 }, 0.8),
  gray: flag(true),
} satisfies Schema<OverlayOptions>;

/**
 * Heat over images: which parts count. `heat` is [rows, columns], or [n, rows, columns] for n images,
 * and is enlarged to their size; contributions of the channels [h, w, c] or [n, h, w, c] are summed.
 * The stronger the heat, the more of its colour and the less of the image.
 *
 * ```ts
 * import { ones, plot, tensor } from "@striate/striate";
 * const heat = tensor([[0, 1], [0, 0]]);
 * const figure = await plot.overlay(ones([32, 32, 3]), heat, { title: "Top right" });
 * console.log(`${figure}`); // Figure "Top right": image
 * ```
 *
 * @throws {TypeError} if there are no images, or not one heat for each.
 * @throws {RangeError} for an unknown option.
 */
export function overlay(
  images: Exclude<ImagesLike, Dataset>,
  heat: Tensor,
  given: OverlayOptions = {},
): PendingFigure {
  return PendingFigure.of(drawOverlay(images, heat, given));
}

async function drawOverlay(
  images: Exclude<ImagesLike, Dataset>,
  heat: Tensor,
  given: OverlayOptions,
): Promise<Figure> {
  const where = "plot.overlay", { labels, ...settings } = options(where, given, schema);
  const pixels = await overlaid(where, images, heat, settings);
  if (labels && labels.length !== pixels.length) {
    throw wrongType(`${where}: labels`, `${pixels.length}, one for each image`, labels.length);
  }
  return mosaic(pixels, { ...settings, labels });
}

/** How heat is coloured. */
type Look = Pick<OverlayOptions, "range" | "colorScale" | "opacity" | "gray">;

/** Images with heat over them, as bytes. */
export async function overlaid(
  where: string,
  images: Exclude<ImagesLike, Dataset>,
  heat: Tensor,
  look: Look,
): Promise<Pixels[]> {
  instance(Tensor).read(heat, `${where}: heat`);
  const { pixels } = await readImages(images, where, undefined, Infinity);
  const maps = heatMaps(heat, pixels.length, `${where}: heat`);
  const [n, rows, columns] = maps.shape as [number, number, number];
  const result: Pixels[] = [];
  for (let i = 0; i < n; i++) {
    const { height, width } = pixels[i]!;
    const map = maps.slice([i], [1]).reshape([1, rows, columns, 1]);
    const enlarged = await resize2d(map, [height, width]).data();
    result.push(cover(pixels[i]!, enlarged, look));
  }
  return result;
}

/** The heat of n images: [n, rows, columns]. */
function heatMaps(heat: Tensor, n: number, where: string): Tensor {
  const { shape, rank } = heat, isColor = shape.at(-1) === 1 || shape.at(-1) === 3;
  const x = heat.cast("f32");
  if (rank === 4 && shape[0] === n) return x.sum(-1);
  if (rank === 3 && shape[0] === n && !(n === 1 && isColor && shape[1]! > 1)) return x;
  if (n === 1 && rank === 3 && isColor) return x.sum(-1).expandDims(0);
  if (n === 1 && rank === 2) return x.expandDims(0);
  throw wrongType(
    where,
    n === 1 ? "[rows, columns] or [h, w, channels]" : `[${n}, rows, columns], as there are images`,
    formatShape(shape),
  );
}

/** The heat that one number in a hundred exceeds, whatever its sign. */
function nearlyMost(heat: ArrayLike<number>): number {
  const sorted = Float32Array.from(heat, Math.abs).sort();
  return sorted[Math.floor(0.99 * (sorted.length - 1))]! || sorted.at(-1)!;
}

/** An image with heat over it. */
function cover(
  { width, height, channels, data }: Pixels,
  heat: ArrayLike<number>,
  { range, colorScale, opacity = 0.8, gray = true }: Look,
): Pixels {
  const most = nearlyMost(heat), isSigned = Array.prototype.some.call(heat, (h) => h < 0);
  const [low, high] = range ?? (isSigned ? [-most, most] : [0, most]);
  const scale = high === low ? 0 : 1 / (high - low), middle = low < 0 && high > 0 ? 0 : low;
  const ramp = colorRamp(colorScaleOf(colorScale ?? (middle > low ? diverging : glowing)));
  const farthest = Math.max(high - middle, middle - low) || 1;
  const result = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const h = Math.min(high, Math.max(low, heat[i]! || 0));
    const color = ramp((h - low) * scale);
    const covered = opacity * Math.abs(h - middle) / farthest;
    const at = i * channels;
    const luma = channels === 1
      ? data[at]!
      : 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
    for (let c = 0; c < 3; c++) {
      const under = gray || channels === 1 ? luma : data[at + c]!;
      result[3 * i + c] = Math.round((1 - covered) * under + covered * color[c]!);
    }
  }
  return { width, height, channels: 3, data: result };
}
