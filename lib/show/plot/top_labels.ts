import { outOfRange } from "../../core/errors.ts";
import { checkedBy, custom, listOf, required, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { type Json, pngUrl } from "../../plotly_svg/mod.ts";
import { checkImage, type RgbImage } from "../../vision/image.ts";
import { Figure } from "../figure.ts";
import { type FigureOptions, figureSchema } from "./plot_options.ts";
import { axis, baseLayout, hiddenAxis, ink, paperNote } from "./layout.ts";
import { shorten } from "./mosaic.ts";
import { enlarge } from "./pixels.ts";

/** A label and how probable it is. */
export interface RankedLabel {
  /** The label. */
  readonly label: string;
  /** From 0 to 1. */
  readonly probability: number;
}

/** Settings of {@linkcode topLabels}. */
export interface TopLabelsOptions extends FigureOptions {
  /** The right label: its bar has another colour. */
  readonly truth?: string;
  /** The image, beside the bars; of a tensor by `await plot.imageOf(tensor)`. */
  readonly image?: RgbImage;
}

const labelsSchema = {
  ...figureSchema,
  truth: text(),
  image: custom(
    "{ width, height, data }, which await plot.imageOf(tensor) makes of a tensor",
    (image): image is RgbImage => (image as RgbImage | null)?.data instanceof Uint8Array,
  ),
} satisfies Schema<TopLabelsOptions>;

const rankSchema = {
  label: required(text()),
  // Sums in f32 may be a little more than 1.
  probability: required(custom(
    "0 to 1",
    (value): value is number => typeof value === "number" && value >= 0 && value < 1.001,
    undefined,
    "number",
  )),
} satisfies Schema<RankedLabel>;

const ranks = listOf(checkedBy((one, where) => {
  const { label, probability } = Object(one) as Partial<RankedLabel>;
  return options(where, { label, probability }, rankSchema);
}));

const [usual, right] = ["#a9c9e8", "#ee8277"];

/**
 * The most probable labels of an image as bars, the right one in another colour, after figure 4 of
 * the AlexNet paper.
 *
 * ```ts
 * import { plot } from "@striate/striate";
 * const figure = plot.topLabels([
 *   { label: "leopard", probability: 0.82 },
 *   { label: "jaguar", probability: 0.11 },
 *   { label: "cheetah", probability: 0.05 },
 * ], { truth: "leopard" });
 * console.log(`${figure}`); // Figure: bar
 * ```
 *
 * @throws {TypeError} if something is no label with a probability, or no image.
 * @throws {RangeError} if there is no label, something is no probability, or for an unknown option.
 */
export function topLabels(ranked: readonly RankedLabel[], given: TopLabelsOptions = {}): Figure {
  const where = "plot.topLabels";
  const settings = options(where, given, labelsSchema);
  const { truth, image } = settings;
  ranks.read(ranked, `${where}: ranked`);
  if (ranked.length === 0) throw outOfRange(`${where}: ranked`, "at least one label", "none");
  const places = ranked.map((_, i) => i);
  const start = image === undefined ? 0 : 0.42;
  const width = settings.width ?? (image === undefined ? 420 : 640);
  const bars = Math.max(90, 34 * ranked.length);
  const height = settings.height ?? (image === undefined ? bars : Math.max(bars, 190)) + 70;
  // The percentages stand at the right.
  const room = ((1 - start) * (width - margin.l - margin.r)) / full;
  const texts = ranked.flatMap(({ label, probability }, i): Json[] => [
    { ...cell, x: 0.01, y: i, xanchor: "left", text: labelText(label, room, label === truth) },
    { ...cell, x: full, y: i, xanchor: "right", text: `${(100 * probability).toFixed(1)} %` },
  ]);
  return new Figure({
    data: [
      {
        type: "bar",
        orientation: "h",
        x: ranked.map(({ probability }) => Number(probability.toPrecision(6))),
        y: places,
        marker: { color: ranked.map(({ label }) => label === truth ? right : usual) },
        hoverinfo: "skip",
      },
    ],
    layout: baseLayout({ ...settings, width, height }, {
      xaxis: axis(undefined, {
        domain: [start, 1],
        // Beyond 1 there is room for the percentages, which no bar reaches.
        range: [0, full],
        tickvals: [0, 0.5, 1],
        ticktext: ["0", "0.5", "1"],
        zeroline: true,
      }),
      yaxis: axis(undefined, { ...hiddenAxis, range: [ranked.length - 0.5, -0.5] }),
      showlegend: false,
      bargap: 0.15,
      annotations: image && truth !== undefined ? [...texts, caption(truth)] : texts,
      images: image && [picture(image, where)],
    }, margin),
  });
}

const margin = { l: 16, r: 20, b: 32 };

/** A label that leaves the percentage its room; the right one in bold, which is wider. */
function labelText(label: string, room: number, isRight: boolean): string {
  return isRight ? `<b>${shorten(label, room / 1.06, 12)}</b>` : shorten(label, room, 12);
}

/** How far the axis of the probabilities goes. */
const full = 1.25;

/** A text beside a bar. */
const cell = {
  xref: "x",
  yref: "y",
  yanchor: "middle",
  showarrow: false,
  font: { size: 12, color: ink },
};

/** The middle of the image, in widths of the plot; its caption stands below it. */
const middle = 0.19;

/** The right label below the image. */
const caption = (text: string): Json =>
  paperNote(text, { x: middle, y: 0, xanchor: "center", yanchor: "top" }, { size: 13, color: ink });

/** The image at the left of the bars, as large as its place allows. */
function picture(image: RgbImage, where: string): Json {
  checkImage(image, `${where}: image`);
  // Viewers blur what they enlarge; a small image is enlarged here, pixel by pixel.
  const times = Math.ceil(240 / Math.max(image.width, image.height));
  const { data, width, height } = enlarge(image, times);
  return {
    source: pngUrl(data, width, height, 3),
    xref: "paper",
    yref: "paper",
    x: middle,
    y: 1,
    sizex: 2 * middle,
    sizey: 1,
    xanchor: "center",
    yanchor: "top",
    sizing: "contain",
    layer: "above",
  };
}
