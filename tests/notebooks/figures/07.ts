import type { Figure } from "../figures.ts";

/** What notebook 07 computes: stacks of 3x3 windows, the VGG nets, and a miniature of them. */
export const figures: readonly Figure[] = [
  { figure: "two 3x3 see one 5x5", pattern: /2 x 3x3: sees (\d+) x 5/, value: 5 },
  { figure: "three 3x3 see one 7x7", pattern: /3 x 3x3: sees (\d+) x 7/, value: 7 },
  { figure: "two kernels as one", pattern: /largest difference is below 1e-4: true/ },
  {
    figure: "27 C² against 49 C² weights",
    pattern: /512 +6,553,600 +4,718,592 +12,845,056 +([\d,]+) +7,077,888 +12,845,056/,
    value: 27 * 512 ** 2,
  },
  { figure: "VGG-11", pattern: /VGG-11 .* ([\d,]+) +7,609,090,048/, value: 132_863_336 },
  { figure: "VGG-13", pattern: /VGG-13 .* ([\d,]+) +11,308,466,176/, value: 133_047_848 },
  { figure: "VGG-16", pattern: /VGG-16 .* 13 +3 +([\d,]+) +15,470,264,320/, value: 138_357_544 },
  { figure: "VGG-19", pattern: /VGG-19 .* ([\d,]+) +19,632,062,464/, value: 143_667_240 },
  { figure: "64 3x3 kernels on RGB", pattern: /conv1_1 .* 1,792 +([\d,]+)/, value: 86_704_128 },
  { figure: "fc6: parameters", pattern: /fc6: ([\d,]+) = 7/, value: 102_764_544 },
  { figure: "fc6: share of the parameters", pattern: /([\d.]+) % of all parameters/, value: 74.3 },
  { figure: "activations of an image", pattern: /([\d,]+) numbers, 58.1 MiB/, value: 15_237_608 },
  { figure: "AlexNet: field of conv5", pattern: /convolution: AlexNet (\d+), /, value: 163 },
  {
    figure: "VGG-16: field of conv5_3",
    pattern: /convolution: .* VGG-16 (\d+) pixels/,
    value: 196,
  },
  { figure: "AlexNet: field of pool5", pattern: /pooling: AlexNet (\d+), /, value: 195 },
  { figure: "VGG-16: field of pool5", pattern: /pooling: .* VGG-16 (\d+) pixels/, value: 212 },
  { figure: "the recorded experiment", pattern: /^recorded, vgg-depth: /m },
  { figure: "VGG-11 with BN", pattern: /VGG-11 +132,863,336 +([\d,]+)/, value: 132_868_840 },
  { figure: "VGG-13 with BN", pattern: /VGG-13 +133,047,848 +([\d,]+)/, value: 133_053_736 },
  { figure: "VGG-16 with BN", pattern: /VGG-16 +138,357,544 +([\d,]+)/, value: 138_365_992 },
  { figure: "VGG-19 with BN", pattern: /VGG-19 +143,667,240 +([\d,]+)/, value: 143_678_248 },
  { figure: "miniature, plain", pattern: /plain, seed 1: ([\d.]+) % right/, range: [50, 80] },
  {
    figure: "miniature with batch norm",
    pattern: /with batch norm, seed 1: ([\d.]+) % right/,
    range: [70, 100],
  },
  { figure: "VGG-16: published top-1", pattern: /vgg16 .* ([\d.]+) +90\.38/, value: 71.59 },
];
