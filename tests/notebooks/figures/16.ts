import type { Figure } from "../figures.ts";

/** What notebook 16 computes. */
export const figures: readonly Figure[] = [
  { figure: "7 beside 3", pattern: /^7, 3 +1\.0000 +1\.0000 +0\.5000$/m },
  { figure: "7 beside 8", pattern: /^7, 8 +-1\.0000 +-1\.0000 +0\.5000$/m },
  { figure: "the noise of two", pattern: /m = 2: .* by ([\d.]+)/, value: 0.71, tolerance: 0.03 },
  {
    figure: "renorm, bounds closed",
    pattern: /^closed.* 7, 8 +1\.000 +0\.000 +-1\.0000 +-1\.0000/m,
  },
  {
    figure: "renorm, bounds half open",
    pattern: /^r up to.* 7, 8 +0\.667 +0\.200 +-0\.4667 +-0\.4667/m,
  },
  { figure: "renorm, open: as at inference", pattern: /^open +7, 8 .* 0\.5000 +0\.5000$/m },
  { figure: "group norm by hand", pattern: /by hand: (\S+), by the library: \1/ },
  { figure: "groups of one channel", pattern: /are instance norm: true/ },
  { figure: "batch norm, 32", pattern: /^batch norm +([\d.]+) %/m, range: [65, 85] },
  { figure: "batch norm, 2", pattern: /^batch norm +\S+ % +([\d.]+) %/m, range: [38, 60] },
  { figure: "group norm, 2", pattern: /^group norm +\S+ % +([\d.]+) %/m, range: [60, 80] },
  {
    figure: "batch norm, sorted",
    pattern: /^batch norm +\S+ % +\S+ % +([\d.]+) %/m,
    range: [38, 54],
  },
  {
    figure: "batch renorm, sorted",
    pattern: /^batch renorm +\S+ % +\S+ % +([\d.]+) %/m,
    range: [48, 68],
  },
  { figure: "the recorded experiment", pattern: /^recorded, batch-renorm: /m },
];
