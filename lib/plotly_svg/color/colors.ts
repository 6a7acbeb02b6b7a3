/**
 * Colours: those of successive traces, the scales that turn numbers into colours, and what can be
 * read on them.
 *
 * @module
 */

/** A colour as red, green and blue of 0..255 and opacity of 0..1. */
export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** A colour scale: places within 0..1 in rising order, each with its colour. */
export type ColorScale = readonly (readonly [place: number, color: string])[];

/**
 * The colours of successive traces. They differ in lightness as well as in hue, so that readers who
 * see no red or no green can tell them apart. The first ones are those of Okabe and Ito.
 */
export const colorway: readonly string[] = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#d55e00",
  "#cc79a7",
  "#56b4e9",
  "#901048",
  "#5a3fc0",
  "#4a5a00",
  "#6e6e6e",
];

/** The colour of the i-th trace. */
export const traceColor = (i: number): string => colorway[i % colorway.length]!;

const even = (colors: string): ColorScale => {
  const list = colors.split(" ");
  return list.map((color, i) => [i / (list.length - 1), `#${color}`]);
};

const uneven = (stops: string): ColorScale =>
  stops.split(", ").map((stop) => {
    const [place, color] = stop.split(" ");
    return [Number(place), `#${color}`];
  });

/** The colour scales by Plotly's names, with Plotly's stops. */
export const colorScales: Readonly<Record<string, ColorScale>> = {
  Greys: even("000000 ffffff"),
  Greens: even("00441b 006d2c 238b45 41ab5d 74c476 a1d99b c7e9c0 e5f5e0 f7fcf5"),
  YlGnBu: even("081d58 253494 225ea8 1d91c0 41b6c4 7fcdbb c7e9b4 edf8d9 ffffd9"),
  YlOrRd: even("800026 bd0026 e31a1c fc4e2a fd8d3c feb24c fed976 ffeda0 ffffcc"),
  Bluered: even("0000ff ff0000"),
  RdBu: uneven("0 050aac, 0.35 6a89f7, 0.5 bebebe, 0.6 dcaa84, 0.7 e6915a, 1 b20a1c"),
  Reds: uneven("0 dcdcdc, 0.2 f5c39d, 0.4 f5a069, 1 b20a1c"),
  Blues: uneven("0 050aac, 0.35 283cbe, 0.5 4664f5, 0.6 5a78f5, 0.7 6a89f7, 1 dcdcdc"),
  Picnic: even("0000ff 3399ff 66ccff 99ccff ccccff ffffff ffccff ff99ff ff66cc ff6666 ff0000"),
  Rainbow: even("96005a 0000c8 0019ff 0098ff 2cff96 97ff00 ffea00 ff6f00 ff0000"),
  Portland: even("0c3383 0a88ba f2d338 f28f38 d91e1e"),
  Jet: uneven("0 000083, 0.125 003caa, 0.375 05ffff, 0.625 ffff00, 0.875 fa0000, 1 800000"),
  Hot: uneven("0 000000, 0.3 e60000, 0.6 ffd200, 1 ffffff"),
  Blackbody: uneven("0 000000, 0.2 e60000, 0.4 e6d200, 0.7 ffffff, 1 a0c8ff"),
  Earth: uneven("0 000082, 0.1 00b4b4, 0.2 28d228, 0.4 e6e632, 0.6 784614, 1 ffffff"),
  Electric: uneven("0 000000, 0.15 1e0064, 0.4 780064, 0.6 a05a00, 0.8 e6c800, 1 fffadc"),
  Viridis: [
    ...("440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1fa088 28ae80 3fbc73 " +
      "5ec962 84d44b addc30 d8e219").split(" ").map((color, i) =>
        [16 * i / 255, `#${color}`] as const
      ),
    [1, "#fde725"],
  ],
  Cividis: even(
    "00204c 002a66 00346e 273f6c 3c4a6b 4c556b 5b5f6d 686a70 757575 838178 928c78 a19876 " +
      "b0a572 c0b16d d1bf66 e1cc5c f3db4f ffe945",
  ),
};

/** The scale of a name (in any case), or the scale itself; Plotly's RdBu for anything else. */
export function colorScaleOf(scale: unknown): ColorScale {
  if (Array.isArray(scale) && scale.length > 0) {
    // A list of colours without places is an even scale.
    if (typeof scale[0] === "string") {
      return scale.map((color, i) => [scale.length === 1 ? 0 : i / (scale.length - 1), color]);
    }
    return scale;
  }
  if (typeof scale !== "string") return colorScales.RdBu!;
  const name = scale.replace(/_r$/, "").toLowerCase();
  const found = Object.entries(colorScales).find(([known]) => known.toLowerCase() === name)?.[1];
  if (found === undefined) return colorScales.RdBu!;
  return scale.endsWith("_r") ? reversedScale(found) : found;
}

/** The scale from its end to its start. */
export function reversedScale(scale: ColorScale): ColorScale {
  return scale.map(([place, color]) => [1 - place, color] as const).reverse();
}

const names: Readonly<Record<string, Rgba>> = {
  transparent: [0, 0, 0, 0],
  none: [0, 0, 0, 0],
  black: [0, 0, 0, 1],
  white: [255, 255, 255, 1],
  gray: [128, 128, 128, 1],
  grey: [128, 128, 128, 1],
  lightgray: [211, 211, 211, 1],
  lightgrey: [211, 211, 211, 1],
  red: [255, 0, 0, 1],
  green: [0, 128, 0, 1],
  blue: [0, 0, 255, 1],
  orange: [255, 165, 0, 1],
  yellow: [255, 255, 0, 1],
  purple: [128, 0, 128, 1],
  crimson: [220, 20, 60, 1],
  steelblue: [70, 130, 180, 1],
};

/** A CSS colour as numbers: `#rgb`, `#rrggbb`, `rgb(…)`, `rgba(…)` and a few names; else grey. */
export function parseColor(color: string): Rgba {
  const text = color.trim().toLowerCase();
  const hex = /^#([0-9a-f]{3,8})$/.exec(text)?.[1];
  if (hex !== undefined) {
    const width = hex.length < 6 ? 1 : 2;
    const part = (i: number) => {
      const digits = hex.slice(i * width, (i + 1) * width);
      return digits === "" ? 255 : parseInt(width === 1 ? digits + digits : digits, 16);
    };
    return [part(0), part(1), part(2), part(3) / 255];
  }
  const parts = /^rgba?\(([^)]*)\)$/.exec(text)?.[1]?.split(/[\s,/]+/).filter((p) => p !== "");
  if (parts !== undefined && parts.length >= 3) {
    const [red, green, blue, alpha] = parts.map((part, i) =>
      part.endsWith("%") ? parseFloat(part) * (i < 3 ? 2.55 : 0.01) : parseFloat(part)
    );
    return [red!, green!, blue!, alpha ?? 1];
  }
  return names[text] ?? [128, 128, 128, 1];
}

/** A colour as CSS: `#rrggbb`, or `rgba(…)` where it is not opaque. */
export function formatColor([red, green, blue, alpha]: Rgba): string {
  const [r, g, b] = [red, green, blue].map((v) => Math.round(Math.min(255, Math.max(0, v))));
  if (alpha < 1) return `rgba(${r},${g},${b},${Number(alpha.toFixed(3))})`;
  return `#${[r!, g!, b!].map((v) => v.toString(16).padStart(2, "0")).join("")}`;
}

/** A colour with its opacity multiplied. */
export function fade(color: string, opacity: number): string {
  const [red, green, blue, alpha] = parseColor(color);
  return formatColor([red, green, blue, alpha * opacity]);
}

/** A function from 0..1 to the colours of a scale, between whose stops it goes straight. */
export function colorRamp(scale: ColorScale): (t: number) => Rgba {
  const stops = scale.map(([place, color]) => [place, parseColor(color)] as const);
  return (t) => {
    const above = stops.findIndex(([place]) => place >= t);
    if (above === 0) return stops[0]![1];
    if (above < 0) return stops.at(-1)![1];
    const [low, from] = stops[above - 1]!, [high, to] = stops[above]!;
    const part = high === low ? 1 : (t - low) / (high - low);
    const mix = (i: 0 | 1 | 2 | 3) => from[i] + part * (to[i] - from[i]);
    return [mix(0), mix(1), mix(2), mix(3)];
  };
}

/** How light a colour looks, 0..1 (relative luminance of WCAG 2). */
export function luminance(color: string): number {
  const [red, green, blue] = parseColor(color).slice(0, 3).map((value) => {
    const v = value / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** Dark or white, whichever can be read better on a background. */
export function contrastColor(background: string): string {
  return luminance(background) > 0.21 ? "#222222" : "#ffffff";
}
