import { describeValue, outOfRange } from "../../core/errors.ts";
import { checkedBy, number, positiveInteger } from "../../core/option_kinds.ts";
import { type Json, measureText, pngUrl } from "../../plotly_svg/mod.ts";
import { Figure } from "../figure.ts";
import type { Trace } from "../figure_data.ts";
import { checkRange, type FigureOptions, figureSchema } from "./plot_options.ts";
import { baseLayout, faint, fitTitle, hiddenAxis, widthForTitle } from "./layout.ts";
import { paste, type PixelRange, type Pixels, shrink } from "./pixels.ts";

/** The options that all figures of pictures have. */
export const pictureSchema = {
  ...figureSchema,
  columns: positiveInteger(),
  scale: number({ above: 0, most: 200 }),
  range: checkedBy<PixelRange>((range, where) => {
    if (range === "each" || range === "all") return range;
    if (Array.isArray(range)) return checkRange(range, where);
    throw outOfRange(where, '"each", "all" or [low, high]', describeValue(range));
  }),
};

/** Settings of figures of pictures. */
export interface PictureOptions extends FigureOptions {
  /** Pictures in a row. */
  readonly columns?: number;
  /** Screen pixels for a pixel (a number, a weight) of the pictures; by default they fill the width. */
  readonly scale?: number;
}

/** How pictures are laid out. */
export interface MosaicOptions extends PictureOptions {
  /** A label above each picture. */
  readonly labels?: readonly string[] | undefined;
  /** What was left out. */
  readonly note?: string | undefined;
}

/** Pictures in rows and columns. */
interface Sheet {
  readonly images: readonly Pixels[];
  readonly columns: number;
  /** The size of the largest picture. */
  readonly width: number;
  readonly height: number;
  /** Screen pixels for a pixel. */
  readonly scale: number;
  /** Pixels between pictures, and above each for its label. */
  readonly gap: number;
  readonly band: number;
}

/** No picture in a figure has more pixels a side than this. */
const mostPixels = 2048;

/** Pictures beside and below each other in one picture, as a figure. */
export function mosaic(images: readonly Pixels[], options: MosaicOptions): Figure {
  const sheet = sheetOf(images, options);
  const picture = drawSheet(sheet);
  const { labels = [], note, title } = options;
  const annotations = [
    ...labels.slice(0, images.length).flatMap((label, i) => labelNote(label, i, sheet)),
    ...note === undefined ? [] : [cornerNote(note, picture)],
  ];
  const [shownWidth, shownHeight] = [picture.width * sheet.scale, picture.height * sheet.scale];
  const width = options.width ?? Math.round(Math.max(160, widthForTitle(title), shownWidth + 32));
  const { lines } = fitTitle(title, width);
  const t = lines === 0 ? 12 : 24 + 20 * lines, b = note === undefined ? 12 : 26;
  const side = options.width === undefined ? Math.floor((width - shownWidth) / 2) : 12;
  return new Figure({
    data: [imageTrace(picture)],
    layout: baseLayout(
      { ...options, width, height: options.height ?? Math.round(shownHeight + t + b) },
      {
        xaxis: { ...hiddenAxis, range: [-0.5, picture.width - 0.5], constrain: "domain" },
        yaxis: {
          ...hiddenAxis,
          range: [picture.height - 0.5, -0.5],
          scaleanchor: "x",
          constrain: "domain",
        },
        annotations: annotations.length > 0 ? annotations : undefined,
      },
      { l: side, r: side, t, b },
    ),
  });
}

/** A picture whose pixels are units of the axes. */
export function imageTrace({ data, width, height, channels }: Pixels, look: Json = {}): Trace {
  const source = pngUrl(data, width, height, channels);
  return { type: "image", source, x0: 0, y0: 0, dx: 1, dy: 1, ...look, hoverinfo: "skip" };
}

/** How pictures are arranged, and made smaller where they are larger than any screen. */
function sheetOf(given: readonly Pixels[], options: MosaicOptions): Sheet {
  const n = given.length;
  const side = (images: readonly Pixels[], of: "width" | "height") =>
    Math.max(...images.map((image) => image[of]));
  const aspect = side(given, "width") / side(given, "height");
  const columns = Math.min(n, options.columns ?? defaultColumns(n, aspect));
  const rows = Math.ceil(n / columns);
  const longest = Math.max(columns * side(given, "width"), rows * side(given, "height"));
  const factor = Math.ceil(longest / mostPixels);
  const images = factor > 1 ? given.map((image) => shrink(image, factor)) : given;
  const [width, height] = [side(images, "width"), side(images, "height")];
  const scale = options.scale === undefined
    ? usualScale(columns, rows, width, height, n > 1, options)
    : options.scale * factor;
  const gap = n === 1 ? 0 : Math.max(1, Math.round(4 / scale));
  const band = options.labels === undefined ? 0 : Math.ceil(17 / scale);
  return { images, columns, width, height, scale, gap, band };
}

/** So many columns that the whole is about 16 to 10. */
function defaultColumns(n: number, aspect: number): number {
  return n <= 6 ? n : Math.min(n, Math.ceil(Math.sqrt(n * 1.6 / aspect)));
}

/** Fills the width, unless that makes few pictures huge, or many a long scroll. */
function usualScale(
  columns: number,
  rows: number,
  width: number,
  height: number,
  several: boolean,
  options: MosaicOptions,
): number {
  const available = (options.width ?? 640) - 32, long = Math.max(2, 900 / (rows * height));
  const fit = Math.min(available / (columns * width), 440 / height, long, 24);
  const whole = (scale: number) => scale >= 1 ? Math.floor(scale) : scale;
  if (options.width !== undefined || options.labels === undefined) return whole(fit);
  // So large that no label need be cut, as far as the cells have room.
  const cell = width + (several ? 1 : 0);
  const wanted = Math.ceil(Math.max(...options.labels.map(labelWidth)) / cell);
  const most = Math.min((900 - 32) / (columns * cell), 440 / height, 24);
  return Math.max(whole(fit), Math.min(wanted, whole(most)));
}

/** The left and the upper edge of a cell, and of the picture below its label. */
function cellAt(i: number, { columns, width, height, gap, band }: Sheet) {
  return {
    left: (i % columns) * (width + gap),
    top: Math.floor(i / columns) * (height + gap + band) + band,
  };
}

/** All pictures in one, white between them. */
function drawSheet(sheet: Sheet): Pixels {
  const { images, columns, width, height, gap, band } = sheet;
  const rows = Math.ceil(images.length / columns);
  const channels = images.some(({ channels }) => channels === 3) ? 3 : 1;
  const size = { width: columns * (width + gap) - gap, height: rows * (height + gap + band) - gap };
  const data = new Uint8Array(size.width * size.height * channels).fill(255);
  const whole: Pixels = { ...size, channels, data };
  images.forEach((image, i) => {
    const { left, top } = cellAt(i, sheet);
    const [right, down] = [width - image.width, height - image.height];
    paste(image, whole, left + Math.floor(right / 2), top + Math.floor(down / 2));
  });
  return whole;
}

const labelSize = 11;

/** How wide a label is, with a little space beside it. */
const labelWidth = (label: string) => measureText(label, labelSize).width + 2;

/** A label that is no wider than its place, in a size of its letters. */
export function shorten(label: string, width: number, size = labelSize): string {
  const wide = (text: string) => measureText(text, size).width + 2 > width;
  if (!wide(label)) return label;
  let length = label.length - 1;
  while (length > 2 && wide(`${label.slice(0, length)}…`)) length--;
  return `${label.slice(0, length)}…`;
}

/** The label above a picture. */
function labelNote(label: string, i: number, sheet: Sheet): Json[] {
  if (label === "") return [];
  const { left, top } = cellAt(i, sheet), { width, gap, scale } = sheet;
  return [{
    text: shorten(label, (width + gap) * scale),
    x: left + (width - 1) / 2,
    y: top - 0.5,
    xref: "x",
    yref: "y",
    xanchor: "center",
    yanchor: "bottom",
    showarrow: false,
    borderpad: 0,
    font: { size: labelSize },
  }];
}

/** What was left out, below the pictures. */
const cornerNote = (text: string, { width, height }: Pixels): Json => ({
  text,
  x: width - 0.5,
  y: height - 0.5,
  xref: "x",
  yref: "y",
  xanchor: "right",
  yanchor: "top",
  showarrow: false,
  font: { size: 10, color: faint },
});
