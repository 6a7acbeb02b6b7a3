/**
 * Reading the pictures that figures draw.
 *
 * @module
 */
import { drawFigure } from "../../lib/plotly_svg/figure/figure.ts";
import type { Json } from "../../lib/plotly_svg/json.ts";

/** The attributes of all elements of a name, in their order. */
export function tags(svg: string, name: string): Record<string, string>[] {
  return [...svg.matchAll(new RegExp(`<${name}\\b([^>]*)>`, "g"))].map(([, inside]) =>
    Object.fromEntries(
      [...inside!.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]),
    )
  );
}

/** A text of a picture and where it is. */
export interface Written {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly attributes: Record<string, string>;
}

/** All texts of a picture, without the markup in them. */
export function texts(svg: string): Written[] {
  return [...svg.matchAll(/<text\b([^>]*)>(.*?)<\/text>/g)].map(([whole, , inside]) => {
    const attributes = tags(whole!, "text")[0]!;
    const text = inside!.replace(/<[^>]*>/g, "").replaceAll("&lt;", "<").replaceAll("&amp;", "&");
    return { text, x: Number(attributes.x), y: Number(attributes.y), attributes };
  });
}

/** The one text that reads so. */
export function written(svg: string, text: string): Written {
  const found = texts(svg).filter((one) => one.text === text);
  if (found.length !== 1) {
    throw new Error(
      `${JSON.stringify(text)} stands ${found.length} times among ${texts(svg).map((t) => t.text)}`,
    );
  }
  return found[0]!;
}

/** The places along a path, in parts that begin where the pen is lifted. */
export function pathParts(d: string): [number, number][][] {
  return d.split("M").slice(1).map((part) => {
    const places: [number, number][] = [];
    // A small letter is a step from the place before.
    for (const [, letter, x, y] of part.matchAll(/(^|[Ll])([^,]*),([^LlZz]*)/g)) {
      const [px, py] = letter === "l" ? places.at(-1)! : [0, 0];
      places.push([px + Number(x), py + Number(y)]);
    }
    return places;
  });
}

/** A figure whose plot is 200 x 100 pixels, from (50, 20) to (250, 120). */
export function draw(data: Json[], layout: Json = {}): string {
  return drawFigure({
    data,
    layout: {
      width: 300,
      height: 160,
      margin: { l: 50, r: 50, t: 20, b: 40 },
      showlegend: false,
      ...layout,
    },
  });
}

/** Axes from 0 to 10 across and from 0 to 10 up: 20 pixels and 10 pixels for a unit. */
export const tens: Json = { xaxis: { range: [0, 10] }, yaxis: { range: [0, 10] } };
