import type { Figure } from "../figures.ts";

/** What notebook 06 computes. */
export const figures: readonly Figure[] = [
  {
    figure: "AlexNet 2012: parameters and multiply-adds",
    pattern: /60,965,224 parameters, ([\d,]+) multiply-adds/,
    value: 724406816,
  },
  { figure: "AlexNet 2012, grouped", pattern: /alexnet-2012 .* (60\.97)/, value: 60.97 },
  { figure: "AlexNet, ungrouped", pattern: /alexnet-ungrouped\s+([\d,]+)/, value: 62378344 },
  { figure: "AlexNet, ungrouped: multiply-adds", pattern: /62\.38\s+([\d,]+)/, value: 1135256096 },
  { figure: "AlexNet of 2014", pattern: /alexnet {2,}([\d,]+)/, value: 61100840 },
  {
    figure: "a grouped convolution is two",
    cell: "code-16",
    pattern: /difference: (\S+)/,
    value: 0,
    tolerance: 1e-5,
  },
  // On drawn shapes about 7, on CIFAR-10 about 25.
  { figure: "ReLU: epochs to 25 %", pattern: /ReLU: (\d+) epochs/, range: [2, 35] },
  { figure: "ReLU against tanh", pattern: /ReLU needs ([\d.]+) times/, range: [1.5, 10] },
  {
    figure: "local response normalisation by hand and by the library",
    pattern: /2 +200 +(51\.\d{4}) +\1/,
  },
  { figure: "overlapping pooling", pattern: /3 wide, stride 2: {2}8 8 4 7/ },
  {
    figure: "AlexNet's update rule, by hand and by the library",
    pattern: /6 +0\.2274 +(4\.2029) +\1/,
  },
  { figure: "the middle crop", pattern: /the middle one ([\d.]+) %/, range: [80, 97] },
  { figure: "the mean of ten crops", pattern: /mean of ten: ([\d.]+) %/, range: [87, 100] },
  { figure: "units off, biases 0", pattern: /biases 0: ([\d.]+) % of/, range: [30, 70] },
  { figure: "units off, biases 1", pattern: /biases 1: ([\d.]+) % of/, range: [0, 15] },
  {
    figure: "decay lowers the training loss at first",
    pattern: /smaller loss after epoch 2 from (\d) of 3 seeds/,
    value: 3,
  },
  {
    figure: "and raises it in the end",
    pattern: /smaller loss after epoch 8 from (\d) of 3 seeds/,
    value: 0,
  },
  {
    figure: "the paper's decay does nothing in so few steps",
    pattern: /decay 0\.0005: no loss is moved by more than ([\d.]+)/,
    range: [0, 0.02],
  },
  // What was recorded, or that nothing has been.
  { figure: "the recorded experiment", pattern: /^recorded, relu-tanh: /m },
];
