import { element, pathOf, rect } from "./element.ts";

const s3 = Math.sqrt(3);

/** The outlines of symbols of radius 1, as Plotly sizes them. */
const outlines: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
  diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
  "triangle-up": [[-2 / s3, 0.5], [2 / s3, 0.5], [0, -1]],
  "triangle-down": [[-2 / s3, -0.5], [2 / s3, -0.5], [0, 1]],
  "triangle-left": [[0.5, -2 / s3], [0.5, 2 / s3], [-1, 0]],
  "triangle-right": [[-0.5, -2 / s3], [-0.5, 2 / s3], [1, 0]],
  cross: plus(1.2, 0.4),
  x: turned(plus(1.2 * 1.06, 0.44)),
  star: star(5, 1.4, 0.53),
  pentagon: star(5, 1, Math.cos(Math.PI / 5)),
  hexagon: star(3, 1, 1),
};

/** A plus sign: arms of a length and half a width. */
function plus(long: number, half: number): [number, number][] {
  const corner: [number, number][] = [[half, -half], [long, -half], [long, half]];
  return [0, 1, 2, 3].flatMap((quarter) =>
    corner.map(([x, y]): [number, number] =>
      quarter === 0 ? [x, y] : quarter === 1 ? [-y, x] : quarter === 2 ? [-x, -y] : [y, -x]
    )
  );
}

function turned(points: readonly (readonly [number, number])[]): [number, number][] {
  const c = Math.SQRT1_2;
  return points.map(([x, y]) => [c * (x - y), c * (x + y)]);
}

/** Points outside and between them inside, from the top. */
function star(corners: number, outer: number, inner: number): [number, number][] {
  return Array.from({ length: 2 * corners }, (_, i) => {
    const radius = i % 2 === 0 ? outer : inner, angle = Math.PI * i / corners;
    return [radius * Math.sin(angle), -radius * Math.cos(angle)];
  });
}

/** The part of a symbol's name that says its shape. */
const shapeName = (symbol: string) => symbol.replace(/(-open|-dot)+$/, "");

/** Whether only the outline of a symbol is drawn. */
export const isOpen = (symbol: string): boolean =>
  symbol.endsWith("-open") || /^(line|asterisk)/.test(symbol);

/** A symbol at a place; `attributes` as those of an element. */
export function drawMarker(
  symbol: string,
  x: number,
  y: number,
  radius: number,
  attributes: Readonly<Record<string, string | number | undefined>>,
): string {
  const outline = outlines[shapeName(symbol)];
  if (outline === undefined) return element("circle", { cx: x, cy: y, r: radius, ...attributes });
  if (symbol === "square") {
    const size = 2 * radius;
    return rect({ x: x - radius, y: y - radius, width: size, height: size }, attributes);
  }
  const d = pathOf(outline.map(([px, py]) => [x + radius * px, y + radius * py]), true);
  return element("path", { d, ...attributes });
}
