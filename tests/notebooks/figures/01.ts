import type { Figure } from "../figures.ts";

const slopes = ["step", "linear", "sigmoid", "tanh", "ReLU", "leaky ReLU", "ELU", "softplus"];

export const figures: readonly Figure[] = [
  {
    figure: "the product of two matrices",
    pattern: /gives \[ 3, 2 \][^]*?^10 {2}5 {2}30 {2}11 {2}50 {2}17$/m,
  },
  ...[0, 45, 90, 135].map((angle): Figure => ({
    figure: `a filter of ${angle} degrees answers most to a bar of ${angle} degrees`,
    pattern: new RegExp(`^ +${angle} +(\\d+) +\\d\\d\\.`, "m"),
    value: angle,
  })),
  { figure: "orientation of one cell", pattern: /strongest at (\d+) degrees/, value: 45 },
  {
    figure: "frequency of one cell",
    pattern: /strongest at .* and ([\d.]+)\s+waves/,
    value: 1 / 6,
    tolerance: 0.02,
  },
  { figure: "net = w·x + b", pattern: /net = .* = (\S+)/, value: 0.25 },
  {
    figure: "a neuron by hand, by dense and by a model",
    pattern: /by hand +([\d.]+)\nby dense +\1\nby model +\1/,
    value: 1 / (1 + Math.exp(-0.25)),
    tolerance: 1e-5,
  },
  ...[...slopes, "GELU", "SiLU"].map((name): Figure => ({
    figure: `${name}: the slope by gradient is that by differences`,
    pattern: new RegExp(`^${name} +\\S+ +true`, "m"),
  })),
  {
    figure: "sigmoid: largest slope",
    pattern: /^sigmoid +\S+ +\S+ +\S+ +([\d.]+)/m,
    value: 0.25,
  },
  { figure: "tanh: largest slope", pattern: /^tanh +\S+ +\S+ +\S+ +([\d.]+)/m, value: 1 },
  {
    figure: "the perceptron ends with no mistake",
    pattern: /mistakes in each epoch: .*, (\d+)\n/,
    value: 0,
  },
  { figure: "AND is separable", pattern: /^AND +[\d,]+ +(\d)/m, value: 4 },
  { figure: "OR is separable", pattern: /^OR +[\d,]+ +(\d)/m, value: 4 },
  { figure: "XOR is not", pattern: /^XOR +[\d,]+ +(\d)/m, value: 3 },
  { figure: "three neurons compute XOR", pattern: / 0 +0 +0\n +0 +1 +1\n +1 +0 +1\n +1 +1 +0/ },
  {
    figure: "the linear neuron's weights are the least-squares solution",
    pattern: /difference from the exact weights below 0.00001: true/,
  },
  { figure: "10^11 cells with 10^3 synapses", pattern: /: (1e\+14) strengths/, value: 1e14 },
  {
    figure: "an on-centre cell has no favourite angle",
    pattern: /smallest response by largest: ([\d.]+)/,
    range: [0.85, 1],
  },
];
