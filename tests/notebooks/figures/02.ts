import type { Figure } from "../figures.ts";

export const figures: readonly Figure[] = [
  {
    figure: "a network of 3 inputs, two hidden layers of 4 and one output: shapes",
    pattern: /shapes: 3x1 → 4x1 → 4x1 → 1x1/,
  },
  ...[1, 2, 3].map((l): Figure => ({
    figure: `its layer ${l} by hand and by the library`,
    pattern: new RegExp(`^a${l} .* below 0.000001`, "m"),
  })),
  { figure: "its parameters: 41, each with its slope", pattern: /slopes of .*: (\d+)/, value: 41 },
  {
    figure: "XOR is learnt",
    pattern: / 0 +0 +0 +\S+ +0\n +0 +1 +1 +\S+ +1\n +1 +0 +1 +\S+ +1\n +1 +1 +0 +\S+ +0/,
  },
  {
    figure: "back-propagation by hand, by gradient and by differences",
    pattern: /largest disagreement below 0.0000001: true/,
  },
  {
    figure: "the same for all slopes of the larger network",
    pattern:
      /gradient\(\) agree to 0.0000001: true\nby hand and differences agree to 0.0000001: true/,
  },
  ...[0.01, 0.08, 0.15, 0.17].map((rate): Figure => ({
    figure: `descent with a learning rate of ${rate} goes as it must`,
    pattern: new RegExp(
      `^ *${rate} +\\S+ +\\S+ +(\\S+) +\\1 +${rate > 2 / 12 ? "diverges" : "converges"}`,
      "m",
    ),
  })),
  { figure: "the first valley", pattern: /\(-1.482, -1.203\) +([\d.]+)/, range: [0, 1e-4] },
  { figure: "the second valley", pattern: /\(1.482, 1.203\) +([\d.]+)/, range: [0, 1e-4] },
  { figure: "the saddle", pattern: /\(0, 0\) +\(0.000, 0.000\) +([\d.]+)/, range: [0.9, 1.1] },
  {
    figure: "one hidden layer on digits, MNIST where it is there: accuracy",
    pattern: /test accuracy ([\d.]+) %/,
    range: [97.5, 100],
  },
  { figure: "two hidden units bend the plane", pattern: /right at the end: (\d) of 4/, value: 4 },
  { figure: "deltas of the drawing", pattern: /deltas are the slopes of the biases: true/ },
  {
    figure: "ten templates, without a hidden layer",
    pattern: /without a hidden layer: ([\d.]+) %/,
    range: [60, 93.5],
  },
];
