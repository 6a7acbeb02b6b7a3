import type { Figure } from "../figures.ts";

/** What notebook 17 computes, or shows as recorded where Open MPI is not. */
export const figures: readonly Figure[] = [
  { figure: "the mean of four gradients", pattern: /^ +4 +30 +\d+ % +0\.001 %/m },
  { figure: "the program", pattern: /batchSize: 120, .*\n[^]*group,\n/ },
  { figure: "two processes: the same curve", pattern: /2 processes: losses .* than 0\.01 %/ },
  { figure: "three processes: the same curve", pattern: /3 processes: losses .* than 0\.01 %/ },
  {
    figure: "the digits are learnt",
    pattern: /2 processes: .* right on ([\d.]+) %/,
    range: [85, 100],
  },
  {
    figure: "bytes of two",
    pattern: /^ +2 +120 +29\.6 MB +([\d,]+) +246,824$/m,
    range: [246_824, 247_100],
  },
  { figure: "bytes of three", pattern: /^ +3 +120 +39\.5 MB .* ([\d,]+)$/m, value: 329_099 },
  { figure: "the towers are the net", pattern: /whole net: off by less than 0\.001 %/ },
  { figure: "bytes of the towers", pattern: /for 3 images: (\d+)\nby counting: \1/, value: 8124 },
  { figure: "AlexNet in towers", pattern: /two towers: ([\d.]+) MB/, value: 31.6 },
  { figure: "AlexNet in halves", pattern: /two halves of the batch: ([\d.]+) MB/, value: 243.9 },
];
