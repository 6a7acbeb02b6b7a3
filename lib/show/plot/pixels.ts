import type { RgbImage } from "../../vision/image.ts";
import { Figure } from "../figure.ts";
import { measureText, pngUrl } from "../../plotly_svg/mod.ts";
import { extentOf } from "./numbers.ts";
import {
  baseLayout,
  type FigureOptions,
  fitTitle,
  hiddenAxis,
  type Json,
  widthForTitle,
} from "./options.ts";

/** Which numbers are black and white: of each image, of all together, or these two. */
export type PixelRange = "each" | "all" | readonly [number, number];

/** A picture as bytes, rows from the top: grey, or red, green and blue. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** Numbers that make a picture. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: ArrayLike<number>;
}

/** An image as pixels. */
export const pixelsOf = ({ width, height, data }: RgbImage): Pixels => ({
  width,
  height,
  channels: 3,
  data,
});

/** Numbers as bytes: the low end of the range black, the high end white. */
export function toPixels(planes: readonly Plane[], range: PixelRange | undefined): Pixels[] {
  const rangeOf = (lists: readonly ArrayLike<number>[]) => extentOf(lists) ?? [0, 0];
  const all = range === "each" ? undefined : rangeOf(planes.map(({ data }) => data));
  const unit = range === undefined && all![0] >= 0 && all![1] <= 1;
  const each = range === "each" || range === undefined && !unit;
  const common = unit ? [0, 1] as const : typeof range === "object" ? range : all!;
  return planes.map((plane) => {
    const [low, high] = each ? rangeOf([plane.data]) : common;
    const scale = high === low ? 0 : 255 / (high - low);
    // The clamped array rounds, cuts off what is outside, and has 0 for NaN.
    const data = new Uint8ClampedArray(plane.data.length);
    for (let i = 0; i < data.length; i++) data[i] = (plane.data[i]! - low) * scale;
    return { ...plane, data: new Uint8Array(data.buffer) };
  });
}

/** The mean of blocks of `factor` pixels a side: for pictures larger than any screen. */
function shrink({ width, height, channels, data }: Pixels, factor: number): Pixels {
  const [w, h] = [
    Math.max(1, Math.floor(width / factor)),
    Math.max(1, Math.floor(height / factor)),
  ];
  const result = new Uint8Array(w * h * channels);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const rows = Math.min(factor, height - y * factor),
        cells = Math.min(factor, width - x * factor);
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let i = 0; i < rows; i++) {
          const row = (y * factor + i) * width + x * factor;
          for (let j = 0; j < cells; j++) sum += data[(row + j) * channels + c]!;
        }
        result[(y * w + x) * channels + c] = Math.round(sum / (rows * cells));
      }
    }
  }
  return { width: w, height: h, channels, data: result };
}

/** How pictures are laid out. */
export interface MosaicOptions extends FigureOptions {
  /** Pictures in a row. */
  readonly columns?: number;
  /** Screen pixels for a pixel of the pictures. */
  readonly scale?: number;
  /** A label above each picture. */
  readonly labels?: readonly string[];
  /** What was left out. */
  readonly note?: string;
}

/** No picture in a figure has more pixels a side than this. */
const mostPixels = 2048;

/** Pictures beside and below each other in one picture, as a figure. */
export function mosaic(given: readonly Pixels[], options: MosaicOptions): Figure {
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

  const available = (options.width ?? 640) - 32;
  // Fills the width, unless that makes few pictures huge, or many a long scroll.
  const long = Math.max(2, 900 / (rows * height));
  const fit = Math.min(available / (columns * width), 440 / height, long, 24);
  const { labels } = options;
  const usual = fit >= 1 ? Math.floor(fit) : fit;
  const scale = options.scale !== undefined
    ? options.scale * factor
    : options.width !== undefined || labels === undefined
    ? usual
    : Math.max(usual, scaleFor(labels, columns, width + (n === 1 ? 0 : 1), height));
  const gap = n === 1 ? 0 : Math.max(1, Math.round(4 / scale));
  const band = labels === undefined ? 0 : Math.ceil(17 / scale);
  const [cellWidth, cellHeight] = [width + gap, height + gap + band];
  const sheet = {
    width: columns * cellWidth - gap,
    height: rows * cellHeight - gap,
    channels: images.some(({ channels }) => channels === 3) ? 3 as const : 1 as const,
  };
  const data = new Uint8Array(sheet.width * sheet.height * sheet.channels).fill(255);
  const annotations: Json[] = [];
  images.forEach((image, i) => {
    const left = (i % columns) * cellWidth + Math.floor((width - image.width) / 2);
    const top = Math.floor(i / columns) * cellHeight + band +
      Math.floor((height - image.height) / 2);
    paste(image, { ...sheet, data }, left, top);
    const label = labels?.[i];
    if (label === undefined || label === "") return;
    annotations.push({
      text: shorten(label, cellWidth * scale),
      x: (i % columns) * cellWidth + (width - 1) / 2,
      y: Math.floor(i / columns) * cellHeight + band - 0.5,
      xref: "x",
      yref: "y",
      xanchor: "center",
      yanchor: "bottom",
      showarrow: false,
      borderpad: 0,
      font: { size: labelSize },
    });
  });
  const { note, title } = options;
  if (note !== undefined) {
    annotations.push({
      text: note,
      x: sheet.width - 0.5,
      y: sheet.height - 0.5,
      xref: "x",
      yref: "y",
      xanchor: "right",
      yanchor: "top",
      showarrow: false,
      font: { size: 10, color: "#6b7684" },
    });
  }
  const [shownWidth, shownHeight] = [sheet.width * scale, sheet.height * scale];
  const figureWidth = options.width ??
    Math.round(Math.max(160, widthForTitle(title), shownWidth + 32));
  const t = title === undefined ? 12 : 24 + 20 * fitTitle(title, figureWidth).lines;
  const b = note === undefined ? 12 : 26;
  const rest = (figureWidth - shownWidth) / 2;
  const side2 = options.width === undefined ? Math.floor(rest) : 12;
  return new Figure({
    data: [{
      type: "image",
      source: pngUrl(data, sheet.width, sheet.height, sheet.channels),
      x0: 0,
      y0: 0,
      dx: 1,
      dy: 1,
      hoverinfo: "skip",
    }],
    layout: baseLayout(
      { ...options, width: figureWidth, height: options.height ?? Math.round(shownHeight + t + b) },
      {
        xaxis: { ...hiddenAxis, range: [-0.5, sheet.width - 0.5], constrain: "domain" },
        yaxis: {
          ...hiddenAxis,
          range: [sheet.height - 0.5, -0.5],
          scaleanchor: "x",
          constrain: "domain",
        },
        ...annotations.length > 0 ? { annotations } : {},
      },
      { l: side2, r: side2, t, b },
    ),
  });
}

/** So many columns that the whole is about 16 to 10. */
function defaultColumns(n: number, aspect: number): number {
  return n <= 6 ? n : Math.min(n, Math.ceil(Math.sqrt(n * 1.6 / aspect)));
}

const labelSize = 11;

/** How wide a label is, with a little space beside it. */
const labelWidth = (label: string) => measureText(label, labelSize).width + 2;

/** The scale at which no label need be cut, or the largest at which the cells still have room. */
function scaleFor(
  labels: readonly string[],
  columns: number,
  cellWidth: number,
  height: number,
): number {
  const wanted = Math.ceil(Math.max(...labels.map(labelWidth)) / cellWidth);
  const most = Math.min((900 - 32) / (columns * cellWidth), 440 / height, 24);
  return Math.min(wanted, most >= 1 ? Math.floor(most) : most);
}

/** A label that is no wider than its place, in a size of its letters. */
export function shorten(label: string, width: number, size = labelSize): string {
  const wide = (text: string) => measureText(text, size).width + 2 > width;
  if (!wide(label)) return label;
  let length = label.length - 1;
  while (length > 2 && wide(`${label.slice(0, length)}…`)) length--;
  return `${label.slice(0, length)}…`;
}

function paste(image: Pixels, sheet: Pixels, left: number, top: number): void {
  for (let y = 0; y < image.height; y++) {
    const from = y * image.width, to = (top + y) * sheet.width + left;
    if (image.channels === sheet.channels) {
      const row = image.data.subarray(
        from * image.channels,
        (from + image.width) * image.channels,
      );
      sheet.data.set(row, to * sheet.channels);
      continue;
    }
    for (let x = 0; x < image.width; x++) {
      sheet.data.fill(image.data[from + x]!, (to + x) * 3, (to + x + 1) * 3);
    }
  }
}
