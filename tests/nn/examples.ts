import type { Shape } from "../../lib/core/shape.ts";
import { activations } from "../../lib/tensor/functions/activation.ts";

/** A layer on an input: the output's shape, parameters and multiply-adds of one example. */
export interface LayerExample {
  readonly method: string;
  readonly given: readonly unknown[];
  readonly input: Shape;
  readonly output: Shape;
  readonly parameters: number;
  readonly multiplyAdds: number;
}

const example = (
  method: string,
  given: readonly unknown[],
  input: Shape,
  output: Shape,
  parameters = 0,
  multiplyAdds = 0,
): LayerExample => ({ method, given, input, output, parameters, multiplyAdds });

const image = [12, 10, 4];
/** Examples of every layer; one without any fails the tests. */
export const layerExamples: readonly LayerExample[] = [
  example("dense", [7], [5], [7], 42, 35),
  example("dense", [7, { bias: false }], [3, 5], [3, 7], 35, 105),
  example("conv2d", [6, 3], image, [10, 8, 6], 222, 10 * 8 * 6 * 36),
  example("conv2d", [6, [3, 5], { padding: "same" }], image, [12, 10, 6], 366, 12 * 10 * 6 * 60),
  example("conv2d", [6, 3, { stride: 2, padding: 1 }], image, [6, 5, 6], 222, 6 * 5 * 6 * 36),
  example("conv2d", [6, 3, { stride: [2, 1], padding: [0, 1] }], image, [5, 10, 6], 222, 10800),
  example("conv2d", [6, 3, { padding: [1, 2, 3, 4], bias: false }], image, [13, 15, 6], 216, 42120),
  example("conv2d", [8, 3, { groups: 4, dilation: 2 }], image, [8, 6, 8], 80, 8 * 6 * 8 * 9),
  example("depthwiseConv2d", [3], image, [10, 8, 4], 40, 10 * 8 * 4 * 9),
  example(
    "depthwiseConv2d",
    [3, { depthMultiplier: 2, stride: 2, bias: false }],
    image,
    [
      5,
      4,
      8,
    ],
    72,
    5 * 4 * 8 * 9,
  ),
  example("separableConv2d", [6, 3, { depthMultiplier: 2 }], image, [10, 8, 6], 126, 80 * 120),
  example("convTranspose2d", [6, 3, { stride: 2 }], image, [25, 21, 6], 222, 12 * 10 * 4 * 54),
  example("convTranspose2d", [6, 2, { groups: 2 }], image, [13, 11, 6], 54, 12 * 10 * 4 * 12),
  example(
    "convTranspose2d",
    [2, 3, { stride: 2, padding: 1, outputPadding: 1 }],
    image,
    [24, 20, 2],
    74,
    12 * 10 * 4 * 18,
  ),
  example("maxPool2d", [2], image, [6, 5, 4]),
  example("maxPool2d", [3, { stride: 2 }], image, [5, 4, 4]),
  example("maxPool2d", [3, { stride: 2, ceilMode: true }], image, [6, 5, 4]),
  example("maxPool2d", [[3, 2], { padding: "same", stride: 1 }], image, [12, 10, 4]),
  example("averagePool2d", [2], image, [6, 5, 4]),
  example("averagePool2d", [3, { padding: 1, countIncludePadding: true }], image, [4, 4, 4]),
  example("globalAveragePool2d", [], image, [4]),
  example("globalMaxPool2d", [], image, [4]),
  example("flatten", [], image, [480]),
  example("reshape", [[-1, 8]], image, [60, 8]),
  example("zeroPadding2d", [[1, 2, 0, 3]], image, [15, 13, 4]),
  example("zeroPadding2d", [1], image, [14, 12, 4]),
  example("batchNorm", [], image, image, 8),
  example("batchNorm", [{ scale: false }], [5], [5], 5),
  example("batchNorm", [{ scale: false, center: false }], [5], [5], 0),
  example("groupNorm", [2], image, image, 8),
  example("groupNorm", [5, { scale: false }], [5], [5], 5),
  example("instanceNorm", [], image, image, 8),
  example("layerNorm", [], image, image, 8),
  example("layerNorm", [{ center: false }], [5], [5], 5),
  example("batchRenorm", [], image, image, 8),
  example("batchRenorm", [{ scale: false, rSteps: [0, 9] }], [5], [5], 5),
  example("localResponseNorm", [], image, image),
  example("dropout", [0.5], image, image),
  example("stochasticDepth", [0.5], image, image),
  example("stochasticDepth", [0.2, { mode: "batch" }], [5], [5]),
  example("upsample2d", [2], image, [24, 20, 4]),
  example("upsample2d", [[1, 3], { method: "bilinear" }], image, [12, 30, 4]),
  example("adaptiveAveragePool2d", [[5, 2]], image, [5, 2, 4]),
  example("identityShortcut", [7, 2], image, [6, 5, 7]),
  example("radialBasis", [3], [5], [3]),
  example("selectChannels", [[3, 0]], image, [12, 10, 2]),
  ...[...Object.keys(activations), "scaledTanh"].map((method) => example(method, [], image, image)),
];

/** For people: "conv2d(6,3) of [12,10,4]". */
export function nameOf({ method, given, input }: LayerExample): string {
  const call = given.length === 0 ? method : `${method}(${JSON.stringify(given).slice(1, -1)})`;
  return `${call} of [${input}]`;
}
