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

/** The colour of the run of a number; later ones have the same colours with other dashes. */
export const colorOf = (index: number): string => palette[index % palette.length]!;

/** The dash of its line. */
export const dashOf = (index: number): string =>
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
