import { contrastColor } from "../color/colors.ts";
import { paletteImage } from "../color/palette_image.ts";
import { boxBetween, group, rect } from "../svg/element.ts";
import { fillTemplate } from "../axes/number_format.ts";
import { isList, listAt, matrixOf, numberAt, textAt } from "../json.ts";
import { type Palette, paletteOf } from "../color/palette.ts";
import { pixelOf } from "../axes/axis.ts";
import { drawText, fittingSize, type Font, fontAt } from "../svg/text.ts";
import {
  cellCenters,
  cellEdges,
  type DrawnTrace,
  type PlacedTable,
  tableNumbers,
  tableSize,
} from "./trace.ts";

/** A table whose places are the edges of its cells, and its colours. */
interface Cells extends PlacedTable {
  readonly palette: Palette;
}

/** Draws a heat map: a table of numbers as cells of colour. */
export function drawHeatmap(trace: DrawnTrace, font: Font): string {
  const { json } = trace;
  const { rows, columns } = tableSize(json);
  if (rows === 0 || columns === 0) return "";
  const cells: Cells = {
    z: matrixOf(json.z),
    xs: cellEdges(json, trace.x, columns).map((edge) => pixelOf(trace.x, edge)),
    ys: cellEdges(json, trace.y, rows).map((edge) => pixelOf(trace.y, edge)),
    palette: paletteOf(json, "z", tableNumbers(json)),
  };
  const gaps = [numberAt(json, "xgap", 0), numberAt(json, "ygap", 0)] as const;
  const drawn = gaps[0] + gaps[1] === 0 && isEven(cells.xs) && isEven(cells.ys)
    ? drawPixels(cells)
    : drawCells(cells, gaps);
  return drawn + drawTexts(trace, cells, font);
}

/** Whether places are equally far from one another. */
function isEven(places: readonly number[]): boolean {
  const step = (places.at(-1)! - places[0]!) / (places.length - 1);
  return places.every((place, i) =>
    Math.abs(place - places[0]! - i * step) < 0.05 * Math.abs(step)
  );
}

/** All cells as one small image. */
function drawPixels({ z, xs, ys, palette }: Cells): string {
  const [left, right, top, bottom] = [xs[0]!, xs.at(-1)!, ys[0]!, ys.at(-1)!];
  const size = { width: xs.length - 1, height: ys.length - 1 };
  return paletteImage(boxBetween(left, right, top, bottom), size, palette, (row, column) => {
    const line = z[bottom > top ? row : size.height - 1 - row]!;
    return line[right > left ? column : size.width - 1 - column];
  });
}

/** Each cell as a rectangle, smaller by the gaps. */
function drawCells({ z, xs, ys, palette }: Cells, [gapX, gapY]: readonly [number, number]): string {
  const drawn = z.flatMap((row, r) =>
    row.map((value, c) => {
      if (Number.isNaN(value)) return "";
      const cell = boxBetween(xs[c]!, xs[c + 1]!, ys[r]!, ys[r + 1]!);
      if (![cell.x, cell.y, cell.width, cell.height].every(Number.isFinite)) return "";
      return rect({
        x: cell.x + gapX / 2,
        y: cell.y + gapY / 2,
        width: Math.max(0, cell.width - gapX),
        height: Math.max(0, cell.height - gapY),
      }, { fill: palette.color(value) });
    })
  );
  return group({ "shape-rendering": "crispEdges" }, drawn.join(""));
}

/** The texts of the cells, dark or white as the cell asks for. */
function drawTexts({ json, x, y }: DrawnTrace, { z, palette }: Cells, plain: Font): string {
  const template = textAt(json, "texttemplate", "");
  if (template === "") return "";
  const font = fontAt(json, "textfont", plain);
  const ownColor = textAt(json, "textfont.color", "");
  const { rows, columns } = tableSize(json);
  const xs = cellCenters(json, x, columns).map((at) => pixelOf(x, at));
  const ys = cellCenters(json, y, rows).map((at) => pixelOf(y, at));
  const texts = listAt(json, "text");
  const labels = z.map((row, r) =>
    row.map((value, c) => {
      if (Number.isNaN(value)) return "";
      const line = texts?.[r];
      return fillTemplate(template, {
        z: value,
        text: isList(line) ? line[c] : undefined,
        x: x.categories[c] ?? c,
        y: y.categories[r] ?? r,
      });
    })
  );
  // All of one size, at which they stay within their cells.
  const size = fittingSize(labels.flat(), distance(xs) - 4, distance(ys), font);
  if (size === undefined) return "";
  return labels.flatMap((row, r) =>
    row.map((label, c) => {
      if (label === "") return "";
      const color = ownColor === "" ? contrastColor(palette.color(z[r]![c]!)) : ownColor;
      return drawText(label, { x: xs[c]!, y: ys[r]! }, { ...font, size, color });
    })
  ).join("");
}

/** The least distance between neighbours; none where there is but one. */
function distance(places: readonly number[]): number {
  return Math.min(...places.slice(1).map((place, i) => Math.abs(place - places[i]!)));
}
