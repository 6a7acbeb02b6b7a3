import { escapeMarkup } from "../../plotly_svg/mod.ts";
import { percent } from "../../train/format.ts";
import { page, type Tile, tiles } from "./page.ts";

/** An image and what is seen in it. */
export interface Prediction {
  /** Its path. */
  readonly image: string;
  /** It as a PNG file. */
  readonly png: Uint8Array;
  /** The most probable classes, best first. */
  readonly labels: readonly { readonly name: string; readonly probability: number }[];
}

/** Names and shares as bars. */
export const bars = (labels: Prediction["labels"]): string =>
  labels.map(({ name, probability }) =>
    `<div class="bar"><span>${escapeMarkup(name)}</span><span>${
      percent(probability)
    }</span></div>` +
    `<div class="share" style="width:${(100 * probability).toFixed(2)}%"></div>`
  ).join("");

/** What a network sees in images, as a page. */
export function predictionPage(network: string, predictions: readonly Prediction[]): string {
  const list = predictions.map(({ image, png, labels }): Tile => ({
    png,
    alt: image,
    caption: `<p>${escapeMarkup(image)}</p>${bars(labels)}`,
  }));
  const count = predictions.length === 1 ? "1 image" : `${predictions.length} images`;
  return page(`What ${network} sees`, count, [
    { heading: "Images", html: tiles(list, { wide: true }) },
  ]);
}
