import type { Figure } from "../figures.ts";

/** What notebook 04 computes. */
export const figures: readonly Figure[] = [
  { figure: "softmax sums to 1", pattern: /sum of the posterior: (\S+)/, value: 1 },
  { figure: "cross-entropy by hand", pattern: /J by hand:\s+(\S+)/, value: 1.49518 },
  { figure: "cross-entropy by the library", pattern: /J by the library:\s+(\S+)/, value: 1.49518 },
  {
    figure: "gradient of the true class: o - y, by nudging and by gradient()",
    pattern: /dog\s+(-0\.77579)\s+\1\s+\1/,
    value: -0.77579,
  },
  { figure: "LeNet-5: conv1", pattern: /conv1 \(C1\): (\d+) parameters/, value: 156 },
  { figure: "LeNet-5: parameters", pattern: /the graph says ([\d,]+)/, value: 61706 },
  { figure: "LeNet-5: multiply-adds", pattern: /total\s+61,706\s+([\d,]+)/, value: 416520 },
  { figure: "LeNet-5 of 1998", pattern: /1998: ([\d,]+) trainable/, value: 60000 },
  { figure: "LeNet-5 of 1998: C3", pattern: /\+ 16 biases = ([\d,]+)/, value: 1516 },
  { figure: "LeNet-5: test accuracy", pattern: /right, ([\d.]+) %/, range: [98.5, 100] },
  { figure: "saved and loaded: the same logits", pattern: /after loading: (\S+)/, value: 0 },
  {
    figure: "perceptron, digits moved by 3",
    cell: "code-why",
    pattern: /^ +3 +([\d.]+) +\d/m,
    range: [20, 85],
  },
  {
    figure: "LeNet-5, digits moved by 3",
    cell: "code-why",
    pattern: /^ +3 +[\d.]+ +([\d.]+)$/m,
    range: [60, 97],
  },
];
