/**
 * Texts: how wide they are, and Plotly's markup in them.
 *
 * @module
 */
import { element, escapeMarkup, short, type Size } from "./element.ts";
import { type Json, numberAt, textAt } from "../json.ts";

/** Helvetica's advance widths in thousandths of the size, from the space to the tilde. */
const widths =
  ("278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 " +
    "556 556 556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 " +
    "556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 " +
    "500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 " +
    "500 334 260 334 584").split(" ").map(Number);

/** A piece of a line in one style. */
export interface Span {
  readonly text: string;
  readonly bold: boolean;
  readonly italic: boolean;
  /** Raised, lowered or neither. */
  readonly level: "sup" | "sub" | "";
}

/** Distance from line to line, in sizes. */
export const lineHeight = 1.3;

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  nbsp: "\u00a0",
  times: "×",
  plusmn: "±",
};

/** The tags that plotly.js takes for markup; any other, such as "<unk>", is text. */
const tags = /(<\/?(?:br|b|strong|i|em|sup|sub|s|u|a|span)(?:\s[^>]*|\s*\/)?>|\n)/i;

/** Lines of spans, from text with `<b> <i> <br> <sup> <sub>`; links and the like are left out. */
export function parseText(text: string): Span[][] {
  const lines: Span[][] = [[]];
  let bold = 0, italic = 0;
  let level: Span["level"] = "";
  for (const [i, part] of text.split(tags).entries()) {
    const tag = i % 2 === 0 ? null : /^<(\/?)([a-zA-Z]+)/.exec(part);
    if (i % 2 === 1 && part === "\n" || tag?.[2]?.toLowerCase() === "br") lines.push([]);
    else if (tag !== null) {
      const step = tag[1] === "" ? 1 : -1;
      const name = tag[2]!.toLowerCase();
      if (name === "b" || name === "strong") bold += step;
      else if (name === "i" || name === "em") italic += step;
      else if (name === "sup" || name === "sub") level = step === 1 ? name : "";
    } else if (part !== "") {
      const plain = part.replace(/&(\w+);/g, (whole, name) => entities[name] ?? whole);
      lines.at(-1)!.push({ text: plain, bold: bold > 0, italic: italic > 0, level });
    }
  }
  return lines;
}

/** The lines of a text, without its markup. */
export function plainLines(text: string): string[] {
  return parseText(text).map((line) => line.map(({ text }) => text).join(""));
}

/** The width of one line without markup. */
function plainWidth(text: string, size: number, bold: boolean): number {
  let sum = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    // Beyond ASCII: letters of Europe are as wide as a digit, those of East Asia square.
    sum += widths[code - 32] ?? (code >= 0x2e80 ? 1000 : code === 0x2212 ? 584 : 556);
  }
  return sum * size / 1000 * (bold ? 1.06 : 1);
}

function lineWidth(line: readonly Span[], size: number, bold: boolean): number {
  return line.reduce(
    (sum, span) =>
      sum + plainWidth(span.text, span.level === "" ? size : size * 0.7, bold || span.bold),
    0,
  );
}

/** The width and height of a text, markup and lines considered. */
export function measureText(text: string, size: number, bold = false): Size {
  const lines = parseText(text);
  return {
    width: Math.max(...lines.map((line) => lineWidth(line, size, bold))),
    height: lines.length * size * lineHeight,
  };
}

/** Letters smaller than this, in pixels, cannot be read. */
const smallest = 4;

/** The size at which texts fit into a width and a height; undefined where nobody could read them. */
export function fittingSize(
  texts: readonly string[],
  width: number,
  height: number,
  { size, bold }: Font,
): number | undefined {
  const sizes = texts.map((text) => measureText(text, size, bold));
  const across = Math.max(0, ...sizes.map((one) => one.width));
  const up = Math.max(0, ...sizes.map((one) => one.height));
  const fitting = Math.min(size, size * width / across, size * height / up);
  return fitting >= smallest ? fitting : undefined;
}

/** How letters look. */
export interface Font {
  readonly size: number;
  readonly color: string;
  readonly bold: boolean;
}

/** The font at a path of the JSON; what is missing comes from another. */
export function fontAt(value: unknown, path: string, otherwise: Font): Font {
  const font = (value as Json | undefined) ?? {};
  const weight = textAt(font, `${path}.weight`, "");
  return {
    size: numberAt(font, `${path}.size`, otherwise.size),
    color: textAt(font, `${path}.color`, otherwise.color),
    bold: weight === "" ? otherwise.bold : weight === "bold",
  };
}

/** Where a text goes. */
export interface Place {
  readonly x: number;
  readonly y: number;
  /** What of the text stands at x; the middle if left out. */
  readonly anchor?: "start" | "middle" | "end";
  /** What of the text stands at y; the middle if left out. */
  readonly vertical?: "top" | "middle" | "bottom" | "baseline";
  /** Degrees clockwise around the place. */
  readonly angle?: number;
}

/** From a line's middle down to its baseline: half a capital's height, in sizes. */
const middleToBaseline = 0.36;

/** A text of one or several lines. */
export function drawText(text: string, place: Place, font: Font): string {
  const { x, y, anchor = "middle", vertical = "middle", angle = 0 } = place;
  const { size, color, bold } = font;
  const lines = parseText(text);
  const step = size * lineHeight, height = step * lines.length;
  const top = vertical === "top" ? y : vertical === "bottom" ? y - height : y - height / 2;
  const firstLine = vertical === "baseline" ? y : top + step / 2 + size * middleToBaseline;
  return lines.map((line, i) =>
    line.length === 0 ? "" : element("text", {
      x,
      y: firstLine + i * step,
      "font-size": size,
      fill: color,
      "text-anchor": anchor === "start" ? undefined : anchor,
      "font-weight": bold ? "bold" : undefined,
      transform: angle === 0 ? undefined : `rotate(${short(angle)} ${short(x)} ${short(y)})`,
      // Spaces at the ends count where the line goes on in another style.
      "xml:space": line.length > 1 ? "preserve" : undefined,
    }, spans(line, size))
  ).join("");
}

function spans(line: readonly Span[], size: number): string {
  let lowered = 0;
  return line.map(({ text, bold, italic, level }) => {
    const offset = level === "sup" ? -0.4 * size : level === "sub" ? 0.2 * size : 0;
    const dy = offset - lowered;
    lowered = offset;
    if (!bold && !italic && level === "" && dy === 0) return escapeMarkup(text);
    return element("tspan", {
      dy: dy === 0 ? undefined : dy,
      "font-size": level === "" ? undefined : size * 0.7,
      "font-weight": bold ? "bold" : undefined,
      "font-style": italic ? "italic" : undefined,
    }, escapeMarkup(text));
  }).join("");
}
