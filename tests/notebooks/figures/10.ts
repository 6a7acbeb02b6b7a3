import type { Figure } from "../figures.ts";

export const figures: readonly Figure[] = [
  { figure: "squeeze, excite and scale by hand", pattern: /by hand and by library agree: true/ },
  { figure: "SE-ResNet-18", pattern: /ResNet-18 +11,689,512 +11,778,592/ },
  { figure: "SE-ResNet-34", pattern: /ResNet-34 +21,797,672 +21,958,868/ },
  { figure: "SE-ResNet-50", pattern: /ResNet-50 +25,557,032 +28,088,024/ },
  { figure: "SE-ResNet-152", pattern: /ResNet-152 +60,192,808 +66,821,848/ },
  { figure: "biases of SE-ResNet-50", pattern: /([\d,]+) of them biases/, value: 16_048 },
  { figure: "SE-ResNet-50 without biases", pattern: /([\d,]+) without/, value: 28_071_976 },
  { figure: "SE-ResNet-50: multiply-adds", pattern: /with SE: ([\d,]+)/, value: 3_860_488_192 },
  { figure: "added by formula", pattern: /by the formula: ([\d,]+)/, value: 2_530_992 },
  { figure: "added by the graphs", pattern: /from the graphs: ([\d,]+)/, value: 2_530_992 },
  { figure: "a vote cannot do it", pattern: /accuracy: without ([\d.]+) %/, range: [40, 76] },
  { figure: "the block can", pattern: /accuracy: without .*, with ([\d.]+) %/, range: [95, 100] },
  { figure: "SE-ResNet learns shapes", pattern: /test error: .*with ([\d.]+) %/, range: [0, 20] },
  { figure: "SENet-154", pattern: /parameters: ([\d,]+)\n/, value: 115_088_984 },
  { figure: "SENet-154: multiply-adds", pattern: /multiply-adds: (20,688,363,520)\n/ },
  { figure: "the block, drawn and built", pattern: /block: (\d+) parameters, .*: \1$/m, value: 22 },
  { figure: "the recorded experiment", pattern: /^recorded, squeeze-excitation: /m },
];
