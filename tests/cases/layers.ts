import { conv2dInputGradient } from "../../lib/graph/ops/conv2d.ts";
import { randomUniform } from "../../lib/graph/ops/generate.ts";
import { ones } from "../../lib/tensor/create.ts";
import * as activation from "../../lib/tensor/functions/activation.ts";
import { conv2d } from "../../lib/tensor/functions/convolution.ts";
import { dropout } from "../../lib/tensor/functions/dropout.ts";
import * as losses from "../../lib/tensor/functions/loss.ts";
import * as normalization from "../../lib/tensor/functions/normalization.ts";
import * as pool from "../../lib/tensor/functions/pool.ts";
import { Tensor } from "../../lib/tensor/tensor.ts";
import {
  bytes,
  type Case,
  constant,
  distinct,
  functions,
  given,
  indices,
  integers,
  real,
} from "./case.ts";

type Unary = (x: Tensor) => Tensor;

const plain = { padding: 1 };

const batchNorm = (x: Tensor, gamma?: Tensor, beta?: Tensor) =>
  normalization.batchNorm(x, { ...gamma && { gamma }, ...beta && { beta }, epsilon: 1e-3 });

/** Every activation, past its kinks and beyond what its exponentials can hold. */
const everyActivation = functions(
  Object.entries<activation.Activation>(activation.activations).flatMap(([name, { call }]) =>
    [
      [name, [distinct([201])], (x: Tensor) => call(x)],
      [`${name} of large numbers`, [given([4], [-100, 100, 1000, -1000])], (x: Tensor) => call(x)],
    ] as const
  ),
);

const activations = functions([
  ["leakyRelu, another slope", [distinct([17])], (x) => activation.leakyRelu(x, 0.1)],
  ["elu, another alpha", [distinct([33])], (x) => activation.elu(x, 1.5)],
  ["gelu, approximate", [real([33], -4, 4)], (x) => activation.gelu(x, true)],
  ["softmax of rows", [real([4, 7], -4, 4)], (x) => activation.softmax(x)],
  ["softmax along the first axis", [real([4, 7], -4, 4)], (x) => activation.softmax(x, 0)],
  ["logSoftmax of large numbers", [real([3, 10], -80, 80)], (x) => activation.logSoftmax(x)],
]);

const lossCases = functions([
  [
    "crossEntropy",
    [real([6, 10], -3, 3), integers([6], 0, 10)],
    (x, y) => losses.crossEntropy(x, y),
  ],
  [
    "crossEntropy with label smoothing",
    [real([5, 4], -3, 3), integers([5], 0, 4)],
    (x, y) => losses.crossEntropy(x, y, { labelSmoothing: 0.1 }),
  ],
  [
    "crossEntropy of probabilities",
    [real([5, 4], -3, 3), constant(real([5, 4], 0, 1))],
    (x, y) => losses.crossEntropy(x, y, { labelSmoothing: 0.2 }),
  ],
  [
    "binaryCrossEntropy",
    [distinct([9]), integers([9], 0, 2)],
    (x, y) => losses.binaryCrossEntropy(x, y),
  ],
  ["meanSquaredError", [real([4, 3]), real([4, 3])], (x, y) => losses.meanSquaredError(x, y)],
  [
    "meanAbsoluteError",
    [distinct([4, 3]), given([4, 3], [5, -6])],
    (x, y) => losses.meanAbsoluteError(x, y),
  ],
  ["hinge", [distinct([9]), integers([9], 0, 2)], (x, y) => losses.hinge(x, y)],
  [
    "focalCrossEntropy, smoothed",
    [real([5, 4], -3, 3), integers([5], 0, 4)],
    (x, y) => losses.focalCrossEntropy(x, y, { gamma: 1.5, labelSmoothing: 0.1 }),
  ],
  [
    "binaryFocalCrossEntropy with weights of examples",
    [distinct([4, 3]), integers([4, 3], 0, 2), real([4], 0.5, 2)],
    (x, y, weights) => losses.binaryFocalCrossEntropy(x, y, { weights, gamma: 2 }),
  ],
  [
    "crossEntropy with weights of classes, smoothed",
    [real([5, 4], -3, 3), integers([5], 0, 4), real([4], 0.5, 2)],
    (x, y, classWeights) => losses.crossEntropy(x, y, { labelSmoothing: 0.1, classWeights }),
  ],
  [
    "crossEntropy at each place, with weights of examples",
    [real([3, 2, 4], -3, 3), integers([3, 2], 0, 4), real([3], 0.5, 2)],
    (x, y, weights) => losses.crossEntropy(x, y, { weights }),
  ],
  [
    "crossEntropy of probabilities with weights of both kinds",
    [real([5, 3], -3, 3), constant(real([5, 3], 0, 1)), real([3], 0.5, 2), real([5], 0.5, 2)],
    (x, y, classWeights, weights) => losses.crossEntropy(x, y, { classWeights, weights }),
  ],
  [
    "binaryCrossEntropy with weights of examples",
    [distinct([4, 3]), integers([4, 3], 0, 2), real([4], 0.5, 2)],
    (x, y, weights) => losses.binaryCrossEntropy(x, y, { weights }),
  ],
  [
    "meanSquaredError with a weight for each number",
    [real([4, 3]), real([4, 3]), real([4, 3], 0.5, 2)],
    (x, y, weights) => losses.meanSquaredError(x, y, { weights }),
  ],
  [
    "meanAbsoluteError with weights of examples",
    [distinct([4, 3]), given([4, 3], [5, -6]), real([4], 0.5, 2)],
    (x, y, weights) => losses.meanAbsoluteError(x, y, { weights }),
  ],
  [
    "hinge with weights that are all 0",
    [distinct([9]), integers([9], 0, 2), constant(given([9], [0]))],
    (x, y, weights) => losses.hinge(x, y, { weights }),
  ],
  [
    "top-1 hits",
    [distinct([5, 4]), integers([5], 0, 4)],
    (x, y) => x.argmax(1).equal(y).sum(),
  ],
]);

const layers = functions([
  ["batchNorm of images", [real([3, 2, 3, 5]), real([5], 0.5, 2), real([5])], batchNorm],
  ["batchNorm of vectors", [real([8, 3]), real([3], 0.5, 2), real([3])], batchNorm],
  ["batchNorm, neither gain nor bias", [real([6, 3])], (x) => batchNorm(x)],
  [
    "batchNorm, inference",
    [
      real([2, 3, 3, 4]),
      real([4], 0.5, 2),
      real([4]),
      real([4]),
      real([4], 0.5, 2),
    ],
    (x, gamma, beta, mean, variance) =>
      normalization.batchNorm(x, { gamma, beta, mean, variance, epsilon: 1e-3 }),
  ],
  ["batchNorm, relu, convolution", [
    real([2, 4, 4, 3]),
    real([3], 0.5, 2),
    real([3]),
    real([3, 3, 3, 4]),
  ], (x, gamma, beta, kernel) => conv2d(batchNorm(x, gamma, beta).relu(), kernel, plain)],
  [
    "groupNorm of images",
    [real([2, 3, 2, 6]), real([6], 0.5, 2), real([6])],
    (x, gamma, beta) => normalization.groupNorm(x, 2, { gamma, beta, epsilon: 1e-3 }),
  ],
  ["groupNorm of vectors", [real([3, 8])], (x) => normalization.groupNorm(x, 2, { epsilon: 1e-3 })],
  [
    "instanceNorm of images",
    [real([2, 3, 2, 4]), real([4], 0.5, 2), real([4])],
    (x, gamma, beta) => normalization.instanceNorm(x, { gamma, beta, epsilon: 1e-3 }),
  ],
  [
    "layerNorm of images",
    [real([2, 3, 2, 5]), real([5], 0.5, 2), real([5])],
    (x, gamma, beta) => normalization.layerNorm(x, { gamma, beta, epsilon: 1e-3 }),
  ],
  [
    "localResponseNorm",
    [real([1, 2, 3, 9], 0.1, 3)],
    (x) => normalization.localResponseNorm(x, { alpha: 0.5, k: 2 }),
  ],
  [
    "localResponseNorm, even size",
    [real([2, 1, 2, 5])],
    (x) => normalization.localResponseNorm(x, { size: 4, alpha: 1, beta: 0.5 }),
  ],
  [
    "dropout",
    [real([5, 9]), indices([3], [11, 12, 13])],
    (x, state) => dropout(x, 0.3, { noise: new Tensor(randomUniform(state.node, x.shape, 4)) }),
  ],
  [
    "maxPool2d, ceil mode",
    [distinct([1, 6, 7, 2])],
    (x) => pool.maxPool2d(x, 3, { stride: 2, ceilMode: true }),
  ],
  [
    "maxPool2d, same",
    [distinct([1, 5, 7, 2])],
    (x) => pool.maxPool2d(x, [3, 2], { stride: 2, padding: "same" }),
  ],
  ["averagePool2d", [real([2, 4, 6, 3])], (x) => pool.averagePool2d(x, 2)],
  [
    "averagePool2d without the padding",
    [real([2, 5, 6, 3])],
    (x) => pool.averagePool2d(x, 3, { stride: 2, padding: 1 }),
  ],
  [
    "averagePool2d with the padding, ceil mode",
    [real([2, 5, 6, 3])],
    (x) =>
      pool.averagePool2d(x, 3, {
        stride: 2,
        padding: 1,
        countIncludePadding: true,
        ceilMode: true,
      }),
  ],
  ["globalAveragePool2d", [real([2, 3, 4, 5])], pool.globalAveragePool2d],
  ["globalMaxPool2d", [distinct([2, 3, 4, 5])], pool.globalMaxPool2d],
  [
    "convTranspose2d with bias",
    [real([1, 3, 4, 2]), real([3, 3, 3, 2]), real([3])],
    (x, kernel, bias) => {
      const geometry = {
        stride: [2, 2],
        padding: [1, 1, 1, 1],
        dilation: [1, 1],
        groups: 1,
      } as const;
      return new Tensor(conv2dInputGradient(x.node, kernel.node, [1, 6, 8, 3], geometry)).add(bias);
    },
  ],
  [
    "dense, tanh",
    [real([5, 7]), real([7, 3]), real([3])],
    (x, w, b) => x.matmul(w).add(b).tanh(),
  ],
  [
    "an embedding",
    [real([6, 4]), integers([3], 0, 6), real([4, 2])],
    (table, i, w) => table.take(i).matmul(w),
  ],
  [
    "bytes to a convolution",
    [bytes([1, 5, 5, 3]), real([3, 3, 3, 2])],
    (x, kernel) => conv2d(x.cast("f32").sub(127.5).mul(1 / 64), kernel, plain),
  ],
  ["a residual block", [
    real([1, 4, 4, 3]),
    real([3, 3, 3, 3], -0.5, 0.5),
    real([3]),
    real([3, 3, 3, 3], -0.5, 0.5),
  ], (x, k1, bias, k2) => {
    const inner = conv2d(x, k1, { ...plain, bias }).tanh();
    return conv2d(inner, k2, plain).add(x).sigmoid();
  }],
  ["squeeze and excitation", [real([2, 3, 3, 4]), real([4, 2]), real([2, 4])], (x, w1, w2) => {
    const hidden = pool.globalAveragePool2d(x).matmul(w1).tanh();
    return x.mul(hidden.matmul(w2).sigmoid().reshape([2, 1, 1, 4]));
  }],
  ["LeNet in small, to its loss", [
    constant(real([3, 8, 8, 1])),
    real([3, 3, 1, 2]),
    real([2]),
    real([32, 4], -0.5, 0.5),
    real([4]),
    integers([3], 0, 4),
  ], (x, kernel, bias1, weight, bias2, labels) => {
    const features = pool.maxPool2d(conv2d(x, kernel, { ...plain, bias: bias1 }).tanh(), 2);
    const logits = features.reshape([3, 32]).matmul(weight).add(bias2);
    return losses.crossEntropy(logits, labels);
  }],
  ["gradient clipping", [real([4, 3]), real([5])], (a, b) => {
    const norm = a.square().sum().add(b.square().sum()).sqrt();
    return a.mul(ones([]).div(norm).minimum(1));
  }],
]);

/** Layers and losses as they are composed of ops. */
export const layerCases: readonly Case[] = [
  ...everyActivation,
  ...activations,
  ...lossCases,
  ...layers,
];
