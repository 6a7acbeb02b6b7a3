import type { Figure } from "../figures.ts";

/** What notebook 15 computes: with GoogLeNet and photographs, or a small network and drawn pictures. */
export const figures: readonly Figure[] = [
  {
    figure: "saliency is the gradient by hand",
    pattern: /gradient against saliency, largest difference: (\S+)/,
    range: [0, 1e-4],
  },
  { figure: "completeness with 50 steps", pattern: /gap at 50 steps: ([\d.]+) %/, range: [0, 2] },
  { figure: "nine patches of a feature", pattern: /answers (\d+) patches/, value: 9 },
  { figure: "ablation: the whole network", pattern: /whole: ([\d.]+) % of/, range: [25, 100] },
  {
    figure: "ablation: a silenced block leaves a guess",
    pattern: /silenced, whichever block: at most ([\d.]+) % right/,
    range: [0, 20],
  },
];
