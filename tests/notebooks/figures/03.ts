import type { Figure } from "../figures.ts";

const sizes = [[20, 5, 5, 0, 4], [20, 5, 3, 0, 6], [227, 11, 4, 0, 55], [4, 3, 1, 0, 2], [
  5,
  3,
  1,
  1,
  5,
]];
const alexnet = { conv1: 11, pool1: 19, conv2: 51, pool2: 67, conv3: 99, conv5: 163, pool5: 195 };
const vgg = { conv1_2: 5, conv2_2: 14, conv3_3: 40, conv4_3: 92, conv5_3: 196, pool5: 212 };
const field = (net: string, name: string, size: number): Figure => ({
  figure: `${net}: receptive field of ${name}`,
  pattern: new RegExp(`${net}[^]*?^${name} +(\\d+)x`, "m"),
  value: size,
});

export const figures: readonly Figure[] = [
  { figure: "the windows' sums are conv2d's", pattern: /conv2d equals the sums by hand: true/ },
  {
    figure: "cross-correlation turns an impulse's kernel",
    pattern: /turns the kernel round: true/,
  },
  { figure: "convolution does not", pattern: /repeats it as it is: +true/ },
  ...sizes.flatMap(([w, f, s, p, out]): Figure[] => [
    {
      figure: `output size by the formula: W=${w}, F=${f}, S=${s}, P=${p}`,
      pattern: new RegExp(`W=${w}, F=${f}, S=${s}, P=${p} → ([\\d.]+)`),
      value: out!,
    },
    {
      figure: `output size by conv2d: W=${w}, F=${f}, S=${s}, P=${p}`,
      pattern: new RegExp(`^ *${w} +${f} +${s} +${p} +${out} +(\\d+)x\\1`, "m"),
      value: out!,
    },
  ]),
  {
    figure: "a size that is no integer is rounded down",
    pattern: /4\.5 ; windows: (\d+)/,
    value: 4,
  },
  { figure: "224 pixels do not give AlexNet's 55", pattern: /W = 224: 54.25 → (\d+)/, value: 54 },
  { figure: "with stride 1 SAME keeps the size", pattern: /SAME keeps the size: true/ },
  { figure: "volume: the padded input", pattern: /input 5x5x3, padded 7x7x3/ },
  { figure: "volume: the output", pattern: /shape: 3x3x2/ },
  { figure: "volume: a number of 27 products", pattern: /bias: 3 \+ 1 \+ 2 \+ 1 = (\d)/, value: 7 },
  { figure: "volume: a sum as the demonstration has it", pattern: /2 \+ \(-3\) \+ 2 \+ 1 = 2/ },
  { figure: "volume: conv2d minus the sums", pattern: /our 18 sums: (\S+)/, value: 0 },
  { figure: "the map moves with the image", pattern: /map of the moved image: (\S+)/, value: 0 },
  { figure: "AlexNet conv1: units", pattern: /55x55x96: ([\d,]+) units/, value: 290400 },
  { figure: "AlexNet conv1: parameters of a unit", pattern: /= ([\d,]+) parameters/, value: 364 },
  {
    figure: "AlexNet conv1 without sharing",
    pattern: /weights of their own: ([\d,]+)/,
    value: 105705600,
  },
  {
    figure: "AlexNet conv1 with sharing",
    pattern: /34,848 weights \+ 96 biases = ([\d,]+) parameters/,
    value: 34944,
  },
  {
    figure: "64 3x3 kernels on RGB",
    pattern: /= 1,728, biases: 64, together ([\d,]+)/,
    value: 1792,
  },
  { figure: "the same by the library", pattern: /library: ([\d,]+) parameters/, value: 1792 },
  {
    figure: "their multiply-adds at 224x224",
    pattern: /parameters, ([\d,]+) multiply-adds/,
    value: 86704128,
  },
  { figure: "two 3x3 see 5x5", pattern: /second 3x3: .* 5x5, .* (\d+)x\1/, value: 5 },
  { figure: "three 3x3 see 7x7", pattern: /third 3x3: .* 7x7, .* (\d+)x\1/, value: 7 },
  { figure: "and the slopes agree", pattern: /pixels with a slope: 49, a square of 7x7/ },
  ...Object.entries(alexnet).map(([name, size]) => field("AlexNet", name, size)),
  ...Object.entries(vgg).map(([name, size]) => field("VGG-16", name, size)),
  { figure: "max pooling by hand", pattern: /max +by hand (\S+) by library \1/ },
  { figure: "average pooling by hand", pattern: /mean by hand (\S+) by library \1/ },
  { figure: "4x4 pooling shrinks", pattern: /shrinks the signal (\d+) times/, value: 16 },
  { figure: "overlapping pooling", pattern: /overlapping\) +55x55x96 +(\d+)x27x96/, value: 27 },
  { figure: "a small translation and max pooling", pattern: /4x4 max pooling: (\S+)/, value: 0 },
  { figure: "1x1 convolution is a dense layer", pattern: /dense layer over the channels: true/ },
  { figure: "1x1 convolution from 64 to 32", pattern: /14x14x64 → 14x14x32/ },
  { figure: "transposed convolution by hand", pattern: /equals stamping by hand: true/ },
  {
    figure: "transposed convolution is the shape inverse",
    pattern: /^ *11 +4 +0 +227x227 +55x55 +(\d+)x227/m,
    value: 227,
  },
  { figure: "and what sends slopes back", pattern: /equals convᵀ\(y\): true/ },
  { figure: "the cross", pattern: /output of the first neuron is (\d)/, value: 4 },
];
