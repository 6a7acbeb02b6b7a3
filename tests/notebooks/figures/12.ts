import type { Figure } from "../figures.ts";

/**
 * What notebook 12 computes: with published weights or those of a small network, on photographs or on
 * drawn pictures.
 */
export const figures: readonly Figure[] = [
  { figure: "classes of the folder", pattern: /classes: ants, bees/ },
  { figure: "balanced classes", pattern: /to learn +(\d+) +(\d+) +\2/, range: [56, 64] },
  {
    figure: "the augmentation as a text",
    pattern: /randomResizedCrop\(size: 64,.*> randomHorizontalFlip.*colorJitter/,
  },
  {
    figure: "from nothing",
    cell: "code-18",
    pattern: /from nothing +\d+ +\d+ +([\d.]+) %/,
    range: [40, 90],
  },
  {
    figure: "a new head",
    cell: "code-18",
    pattern: /trunk frozen +\d+ +\d+ +([\d.]+) %/,
    range: [60, 100],
  },
  {
    figure: "fine-tuned",
    cell: "code-18",
    pattern: /fine-tuned +\d+ +\d+ +([\d.]+) %/,
    range: [55, 100],
  },
  { figure: "a part learns", pattern: /([\d,]+) of [\d,]+ learn/, range: [10_000, 500_000] },
  { figure: "mistakes", pattern: /(\d+) of \d+ wrong/, range: [0, 36] },
  { figure: "the saved model knows its classes", pattern: /MB; classes: ants, bees/ },
  { figure: "a new picture", pattern: /a bee\? \w+, ([\d.]+) %/, range: [50, 100] },
];
