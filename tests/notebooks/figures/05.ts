import type { Figure } from "../figures.ts";

/** What notebook 05 computes. */
export const figures: readonly Figure[] = [
  { figure: "batch descent: a step an epoch", pattern: /batch \(1,500\)\s+12\s+18,000\s+12 / },
  {
    figure: "mini-batch descent: loss for the same work",
    pattern: /mini-batch \(50\)\s+12\s+18,000\s+360\s+([\d.]+)/,
    range: [0, 0.2],
  },
  {
    figure: "steps to a loss of 0.1: fifty examples against one",
    pattern: /fifty are faster if their step takes less than (\d+) times as long/,
    range: [10, 50],
  },
  {
    figure: "too large a rate diverges",
    pattern: /rate 1000: fit: the loss was not a finite number/,
  },
  {
    figure: "N(0, 0.01): variance after 20 layers",
    pattern: /relu N.*(\d\.\de-\d+)\s+0\.0/,
    range: [0, 1e-30],
  },
  {
    figure: "Glorot with ReLU: half of the variance a layer",
    pattern: /relu Glorot.*\s([\d.]+)/,
    range: [0.4, 0.55],
  },
  {
    figure: "He with ReLU: the variance stays",
    pattern: /relu He.*\s([\d.]+)/,
    range: [0.85, 1.15],
  },
  {
    figure: "batch normalisation by hand and by the library",
    pattern: /by hand:\s+-1.0000 {2}0.3333 {2}0.3333 {2}4.3333\nby the library: -1.0000 {2}0.3333/,
  },
  {
    figure: "batch normalisation: times fewer steps",
    pattern: /: ([\d.]+) times fewer/,
    range: [2, 30],
  },
  {
    figure: "dropout: the mean stays",
    pattern: /zero: [\d.]+ %, mean: ([\d.]+)/,
    value: 1,
    tolerance: 0.03,
  },
  {
    figure: "gap without dropout",
    pattern: /mean\s+0\.0\s+[\d.]+ %\s+[\d.]+ %\s+([\d.]+)/,
    range: [7, 15],
  },
  {
    figure: "gap with dropout",
    pattern: /mean\s+0\.5\s+[\d.]+ %\s+[\d.]+ %\s+([\d.]+)/,
    range: [2, 7],
  },
  { figure: "training set growth", pattern: /became 4000: (\d+) times/, value: 10 },
  {
    figure: "accuracy with ten times the data",
    pattern: /distorted tenfold\s+500\s+[\d.]+ %\s+([\d.]+)/,
    range: [96, 100],
  },
  { figure: "crops and flips, 256 to 224", pattern: /32 x 32 x 2 = (\d+)/, value: 2048 },
  { figure: "plants: three times the steps", pattern: /^steps x3 +([\d.]+)/m, value: 7.51 },
  { figure: "plants: eight times the copies", pattern: /^copies x8 +([\d.]+)/m, value: 6.26 },
  { figure: "plants: batches three times as large", pattern: /^batch x3 +([\d.]+)/m, value: 4.12 },
  {
    figure: "plants: all three",
    pattern: /^steps x3, batch x3, copies x8 +([\d.]+)/m,
    value: 15.81,
  },
  { figure: "early stopping", pattern: /early stopping: (\d+) of 60 epochs/, range: [5, 59] },
  {
    figure: "N(0, 0.2) explodes",
    pattern: /relu N\(0, 0\.2\) .* (\d\.\de\+13) /,
    value: 3e13,
    tolerance: 2e13,
  },
  { figure: "back through tanh, He", pattern: /^He +\S+ +(\S+)$/m, range: [1, 10] },
  { figure: "back, Glorot", pattern: /^Glorot and LeCun +\S+ +(\S+)$/m, range: [0.005, 0.2] },
  { figure: "fifty masks", pattern: /50 masks, averaged +([\d.]+) %/, range: [88, 100] },
  { figure: "one mask", pattern: /1 masks, averaged +([\d.]+) %/, range: [60, 92] },
  { figure: "recorded: batch norm", pattern: /on CIFAR-10: ([\d.]+) times fewer/, value: 2.3 },
  { figure: "recorded: the gap with all three", pattern: /^all three .* ([\d.]+)$/m, value: 16.8 },
  {
    figure: "degree 11 goes through all points",
    pattern: /degree 11: error (\S+) on the twelve/,
    range: [0, 1e-6],
  },
  {
    figure: "and is wrong beside them",
    pattern: /on the twelve, ([\d.]+) on others/,
    range: [0.5, 100],
  },
  { figure: "the best degree", pattern: /best on others: degree (\d+)/, range: [3, 8] },
  { figure: "the plateau on photographs", pattern: /^recorded, plateau: /m },
];
