import { escapeMarkup } from "../../plotly_svg/mod.ts";
import { page, type Tile, tiles } from "./page.ts";
import { bars, type Prediction } from "./prediction_page.ts";

/** An image, what is seen in it, and where. */
export interface ExplainedImage extends Prediction {
  /** The class that is explained. */
  readonly target: string;
  /** The picture of each method, and what is to be said of it. */
  readonly pictures: readonly {
    readonly method: string;
    readonly png: Uint8Array;
    readonly note?: string;
  }[];
}

/** Where in images a network looks, as a page. */
export function explanationPage(network: string, images: readonly ExplainedImage[]): string {
  const sections = images.map(({ image, png, labels, target, pictures }) => {
    const seen: Tile = { png, alt: image, caption: bars(labels) };
    const explained = pictures.map(({ method, png, note }): Tile => ({
      png,
      alt: `${method} of ${target} in ${image}`,
      caption: escapeMarkup(note === undefined ? method : `${method}: ${note}`),
    }));
    return {
      heading: image,
      note: `Explained: ${target}.`,
      html: tiles([seen, ...explained], { wide: true }),
    };
  });
  return page(
    `Where ${network} looks`,
    "Heat over the image, yellow where the class depends on it most; or red for the class and blue " +
      "against it. Pictures on grey are slopes by each colour of each pixel.",
    sections,
  );
}
