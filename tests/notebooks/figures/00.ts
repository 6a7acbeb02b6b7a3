import type { Figure } from "../figures.ts";

/** What notebook 0 computes: with GoogLeNet and photographs, or a small network and drawn pictures. */
export const figures: readonly Figure[] = [
  { figure: "numbers in", pattern: /numbers in: (?:224 x 224 x 3 = 150,528|32 x 32 x 3 = 3,072)/ },
  { figure: "classes", pattern: /numbers out: ([\d,]+)/, range: [10, 1000] },
  {
    figure: "the first picture's name",
    cell: "code-6",
    pattern: /: \w[^:]*, (\d+) %/,
    range: [35, 100],
  },
  {
    figure: "the knob: as it is",
    cell: "code-15",
    pattern: /^0°: [^,]+, (\d+) %/m,
    range: [30, 100],
  },
  {
    figure: "the knob: upside down",
    cell: "code-15",
    pattern: /^180°: [^,]+, (\d+) %/m,
    range: [1, 100],
  },
];
