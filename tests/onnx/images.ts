import {
  averagePool2d,
  batchNorm,
  conv2d,
  convTranspose2d,
  globalAveragePool2d,
  globalMaxPool2d,
  localResponseNorm,
  maxPool2d,
  resize2d,
  type Tensor,
} from "../../mod.ts";
import type { Argument, Operator, Settings } from "./operator.ts";

type Pair = readonly [number, number];

/** ONNX's images have their channels first, ours last. */
const channelsLast = (x: Tensor) => x.transpose([0, 2, 3, 1]);
const channelsFirst = (x: Tensor) => x.transpose([0, 3, 1, 2]);

/** Where and how far a window of `size` moves: top, bottom, left, right padding. */
function movement(settings: Settings, image: Pair, size: Pair) {
  const stride = settings.pair("strides", 1), dilation = settings.pair("dilations", 1);
  const same = /^SAME_(UPPER|LOWER)$/.exec(settings.text("auto_pad"))?.[1];
  const [top, left, bottom, right] = settings.numbers("pads") ?? [0, 0, 0, 0];
  if (same === undefined) {
    return { stride, dilation, padding: [top!, bottom!, left!, right!] as const };
  }
  const sides = [0, 1].flatMap((i) => {
    const steps = Math.ceil(image[i]! / stride[i]!) - 1;
    const total = Math.max(0, steps * stride[i]! + (size[i]! - 1) * dilation[i]! + 1 - image[i]!);
    const less = Math.floor(total / 2);
    return same === "UPPER" ? [less, total - less] : [total - less, less];
  });
  return {
    stride,
    dilation,
    padding: sides as unknown as readonly [number, number, number, number],
  };
}

const imageSize = (x: Tensor) => x.shape.slice(2) as unknown as Pair;
const optional = (bias: Tensor | undefined) => bias === undefined ? {} : { bias };

function pooled(
  pool: (x: Tensor, size: Pair, options: Parameters<typeof averagePool2d>[2]) => Tensor,
): Operator {
  return ([x], settings) => {
    const size = settings.pair("kernel_shape", 1);
    const { stride, padding } = movement(settings, imageSize(x!.tensor), size);
    const ceilMode = settings.number("ceil_mode", 0) === 1;
    const countIncludePadding = settings.number("count_include_pad", 0) === 1;
    return [channelsFirst(pool(channelsLast(x!.tensor), size, {
      stride,
      padding,
      ceilMode,
      countIncludePadding,
    }))];
  };
}

/** The mean of p-th powers, times how many there are, to the power of 1/p. */
const lpPool: Operator = (inputs, settings, outputs) => {
  const p = settings.number("p", 2), [height, width] = settings.pair("kernel_shape", 1);
  return pooled((x, size, options) =>
    averagePool2d(x.abs().pow(p), size, { ...options, countIncludePadding: true })
      .mul(height * width).pow(1 / p)
  )(inputs, settings, outputs);
};

/**
 * The sizes that a Resize asks for, of rank 4 and with two axes that change. Scales are rounded down
 * to sizes; where they are no longer the same, this library has no such result.
 */
function sizesOf(
  shape: readonly number[],
  settings: Settings,
  scales?: Argument,
  sizes?: Argument,
) {
  const axes = settings.numbers("axes") ?? shape.map((_, axis) => axis);
  const policy = settings.text("keep_aspect_ratio_policy", "stretch");
  const factors = scales?.numbers ?? sizes!.numbers.map((size, i) => size / shape[axes[i]!]!);
  const common = policy === "not_larger" ? Math.min(...factors) : Math.max(...factors);
  const result = [...shape];
  axes.forEach((axis, i) => {
    if (scales) result[axis] = Math.floor(factors[i]! * shape[axis]!);
    else if (policy === "stretch") result[axis] = sizes!.numbers[i]!;
    else result[axis] = Math.round(common * shape[axis]!);
  });
  return result;
}

const methods = { nearest: "nearest", linear: "bilinear", cubic: "bicubic" } as const;

/** [n, channels] as images of one pixel. */
const pixel = (x: Tensor) => x.reshape([...x.shape, 1, 1]);

/** Operators on images. */
export const imageOperators: Readonly<Record<string, Operator>> = {
  Conv: ([x, kernel, bias], settings) => {
    const size = kernel!.shape.slice(2) as unknown as Pair;
    return [channelsFirst(conv2d(channelsLast(x!.tensor), kernel!.tensor.transpose([2, 3, 1, 0]), {
      ...movement(settings, imageSize(x!.tensor), size),
      groups: settings.number("group", 1),
      ...optional(bias?.tensor),
    }))];
  },

  ConvTranspose: ([x, kernel, bias], settings) => {
    const size = kernel!.shape.slice(2) as unknown as Pair;
    const { stride, dilation, padding } = movement(settings, imageSize(x!.tensor), size);
    const groups = settings.number("group", 1);
    // ONNX has the channels of all groups before the filters of one, as PyTorch has.
    const [channels, filters] = kernel!.shape as [number, number];
    const ours = kernel!.tensor
      .reshape([groups, channels / groups, filters, ...size]).transpose([3, 4, 2, 0, 1])
      .reshape([...size, filters, channels]);
    const wanted = settings.numbers("output_shape");
    const outputPadding = wanted === undefined
      ? settings.pair("output_padding", 0)
      : [0, 1].map((i) =>
        wanted[i]! - (imageSize(x!.tensor)[i]! - 1) * stride[i]! - (size[i]! - 1) * dilation[i]! - 1
      ) as unknown as Pair;
    return [channelsFirst(convTranspose2d(channelsLast(x!.tensor), ours, {
      stride,
      dilation,
      groups,
      ...settings.text("auto_pad") === "SAME_UPPER"
        ? { padding: "same" }
        : { padding, outputPadding },
      ...optional(bias?.tensor),
    }))];
  },

  MaxPool: pooled((x, size, { countIncludePadding: _, ...options } = {}) =>
    maxPool2d(x, size, options)
  ),
  AveragePool: pooled(averagePool2d),
  LpPool: lpPool,
  GlobalAveragePool: ([x]) => [pixel(globalAveragePool2d(channelsLast(x!.tensor)))],
  GlobalMaxPool: ([x]) => [pixel(globalMaxPool2d(channelsLast(x!.tensor)))],

  BatchNormalization: ([x, gamma, beta, mean, variance], settings, outputs) => {
    const given = { gamma: gamma!.tensor, beta: beta!.tensor };
    const [epsilon, momentum] = [
      settings.number("epsilon", 1e-5),
      settings.number("momentum", 0.9),
    ];
    const images = channelsLast(x!.tensor);
    if (settings.number("training_mode", 0) === 0) {
      const known = { mean: mean!.tensor, variance: variance!.tensor };
      return [channelsFirst(batchNorm(images, { ...given, ...known, epsilon }))];
    }
    const running = [[mean!, images.mean([0, 1, 2])], [
      variance!,
      images.variance([0, 1, 2]),
    ]] as const;
    return [
      channelsFirst(batchNorm(images, { ...given, epsilon })),
      ...running.map(([old, now]) => old.tensor.mul(momentum).add(now.mul(1 - momentum))),
    ].slice(0, outputs);
  },

  Resize: ([x, , scales, sizes], settings) => {
    const [, , height, width] = sizesOf(x!.shape, settings, scales, sizes);
    return [channelsFirst(resize2d(channelsLast(x!.tensor), [height!, width!], {
      method: methods[settings.text("mode", "nearest") as keyof typeof methods],
      alignCorners: settings.text("coordinate_transformation_mode") === "align_corners",
      antialias: settings.number("antialias", 0) === 1,
    }))];
  },

  LRN: ([x], settings) => [
    channelsFirst(localResponseNorm(channelsLast(x!.tensor), {
      size: settings.number("size", 1),
      alpha: settings.number("alpha", 1e-4),
      beta: settings.number("beta", 0.75),
      k: settings.number("bias", 1),
    })),
  ],
};
