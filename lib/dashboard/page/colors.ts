/// <reference lib="dom" />

/** Colours of lines that are told apart on light and dark ground, also by most who are colour-blind. */
const palette = [
  "#4269d0",
  "#efb118",
  "#ff725c",
  "#3ca951",
  "#a463f2",
  "#6cc5b0",
  "#ff8ab7",
  "#9c6b4e",
  "#97bbf5",
  "#9498a0",
];

const dashes = ["solid", "dash", "dot", "dashdot"];

/**
 * The colour of the run of a number, of one that is not shown a grey; later ones have the same colours
 * with other dashes.
 */
export const colorOf = (index: number | undefined): string =>
  index === undefined ? "var(--line)" : palette[index % palette.length]!;

/** A mark in the colour of a run. */
export function swatch(index: number | undefined): HTMLElement {
  const mark = document.createElement("span");
  mark.className = "swatch";
  mark.style.background = colorOf(index);
  return mark;
}

/** The dash of its line. */
export const dashOf = (index = 0): string =>
  dashes[Math.floor(index / palette.length) % dashes.length]!;

/** Places on a scale from dark to light that grows evenly in brightness: viridis, at eight places. */
const scale = [
  [68, 1, 84],
  [70, 50, 127],
  [54, 92, 141],
  [39, 127, 142],
  [31, 161, 135],
  [74, 194, 109],
  [159, 218, 58],
  [253, 231, 37],
] as const;

/** A colour for a share from 0 to 1. */
export function scaled(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (scale.length - 1), low = Math.floor(at);
  const [a, b] = [scale[low]!, scale[Math.min(scale.length - 1, low + 1)]!];
  const mixed = a.map((from, i) => Math.round(from + (b[i]! - from) * (at - low)));
  return `rgb(${mixed.join(" ")})`;
}

/** A colour of the page's style. */
export const themed = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
