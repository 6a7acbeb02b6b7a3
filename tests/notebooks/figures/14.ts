import type { Figure } from "../figures.ts";

const organs = /Branch|Entire|Flower|Fruit|Leaf|LeafScan|Stem|Overall/.source;

/** What notebook 14 computes; its photographs and their network may not be here. */
export const figures: readonly Figure[] = [
  { figure: "the source is learnt", pattern: /others of them: ([\d.]+) %/, range: [90, 100] },
  { figure: "eighteen pictures", pattern: /target: (\d+) pictures/, value: 18 },
  {
    figure: "features of a middle layer",
    pattern: /features of conv3: ([\d.]+) %/,
    range: [40, 60],
  },
  {
    figure: "features of random weights",
    pattern: /features of conv3: .*weights ([\d.]+) %/,
    range: [30, 42],
  },
  { figure: "from scratch", pattern: /^from scratch +([\d.]+) %/m, range: [30, 42] },
  { figure: "nothing frozen", pattern: /^n = 0 +([\d.]+) %/m, range: [44, 62] },
  { figure: "all frozen but the head", pattern: /^n = 4 +([\d.]+) %/m, range: [40, 55] },
  {
    figure: "head first, then all",
    pattern: /^head first, then all, small steps +([\d.]+) %/m,
    range: [44, 62],
  },
  {
    figure: "ants and bees",
    pattern: /^up to features\.12 +\d+ of 28 |photographs and weights are not here/m,
  },
  { figure: "plants: iterations", pattern: /lesson 1: iterations.*\+([\d.]+) /, value: 7.51 },
  { figure: "plants: augmentation", pattern: /lesson 2: augmentation.*\+([\d.]+) /, value: 6.26 },
  { figure: "plants: batch", pattern: /lesson 3: batch.*\+([\d.]+) /, value: 4.12 },
  { figure: "plants: all three", pattern: /all three: \+([\d.]+);/, value: 15.81 },
  { figure: "plants: each column", pattern: new RegExp(`^(?:${organs}) +36\\.49 +54\\.33`, "m") },
  { figure: "plants: scans hardly change", pattern: /^LeafScan .* ([\d.]+)$/m, value: 3.73 },
];
