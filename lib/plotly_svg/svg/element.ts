/**
 * Elements of SVG as text.
 *
 * @module
 */

/** A size in pixels. */
export interface Size {
  /** From left to right. */
  readonly width: number;
  /** From top to bottom. */
  readonly height: number;
}

/** A rectangle in pixels. */
export interface Box extends Size {
  /** Left edge. */
  readonly x: number;
  /** Upper edge. */
  readonly y: number;
}

/** The rectangle between two corners, whichever is where. */
export function boxBetween(x1: number, x2: number, y1: number, y2: number): Box {
  return {
    x: Math.min(x1, x2),
    y: Math.min(y1, y2),
    width: Math.abs(x2 - x1),
    height: Math.abs(y2 - y1),
  };
}

/** A number with at most two decimals: the same picture on every machine. */
export function short(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return Number.isFinite(rounded) ? String(rounded === 0 ? 0 : rounded) : "0";
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** A text that is safe within SVG or HTML, between tags and in double quotes. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}

/** Attributes of an element; those that are undefined are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element with its attributes and what is inside. */
export function element(name: string, attributes: Attributes, inside = ""): string {
  let text = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    text += ` ${key}="${typeof value === "number" ? short(value) : escapeMarkup(value)}"`;
  }
  return inside === "" ? `${text}/>` : `${text}>${inside}</${name}>`;
}

/** A group with attributes; nothing if nothing is inside. */
export function group(attributes: Attributes, inside: string): string {
  return inside === "" ? "" : element("g", attributes, inside);
}

/** A rectangle. */
export function rect({ x, y, width, height }: Box, attributes: Attributes): string {
  return element("rect", { x, y, width, height, ...attributes });
}

/** A straight line. */
export function line(x1: number, y1: number, x2: number, y2: number, look: Attributes): string {
  return element("path", { d: `M${short(x1)},${short(y1)}L${short(x2)},${short(y2)}`, ...look });
}

/** The `d` of a path through points, without a step where one is not finite. */
export function pathOf(points: Iterable<readonly [number, number]>, closed = false): string {
  let d = "", pen = false;
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      pen = false;
      continue;
    }
    d += `${pen ? "L" : "M"}${short(x)},${short(y)}`;
    pen = true;
  }
  return closed && d !== "" ? `${d}Z` : d;
}

/** The `d` of a path of many points, in tenths of pixels: short, as each is a step from the one before. */
export function stepsOf(points: Iterable<readonly [number, number]>, closed = false): string {
  let d = "", px = 0, py = 0;
  for (const point of points) {
    const [x, y] = [Math.round(10 * point[0]), Math.round(10 * point[1])];
    d += `${d === "" ? "M" : "l"}${(x - px) / 10},${(y - py) / 10}`;
    [px, py] = [x, y];
  }
  return closed && d !== "" ? `${d}z` : d;
}

/** Attributes for a line's colour, width and dashes. */
export function stroke(color: string, width: number, dash?: unknown): Attributes {
  return { stroke: color, "stroke-width": width, "stroke-dasharray": dashes(dash, width) };
}

/** Plotly's names of dashes as lengths, which grow with the width. */
function dashes(dash: unknown, width: number): string | undefined {
  const w = Math.max(3, width);
  switch (dash) {
    case undefined:
    case "solid":
      return undefined;
    case "dot":
      return `${w},${w}`;
    case "dash":
      return `${3 * w},${3 * w}`;
    case "longdash":
      return `${5 * w},${5 * w}`;
    case "dashdot":
      return `${3 * w},${w},${w},${w}`;
    case "longdashdot":
      return `${5 * w},${2 * w},${w},${2 * w}`;
  }
  return String(dash).replaceAll("px", "");
}

/** A picture inside the picture, whose pixels stay squares when it is enlarged. */
export function pixelImage(box: Box, href: string, attributes: Attributes = {}): string {
  return element("image", {
    ...box,
    href,
    preserveAspectRatio: "none",
    style: "image-rendering:pixelated",
    ...attributes,
  });
}
