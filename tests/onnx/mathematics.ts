import {
  elu,
  hardSigmoid,
  leakyRelu,
  logSoftmax,
  softmax,
  softplus,
  type Tensor,
  where,
} from "../../mod.ts";
import { type Argument, axisOf, binary, type Operator, type Settings, unary } from "./operator.ts";

/** clip(alpha x + beta, 0, 1) by our function, which has other constants. */
const hardSigmoidOf = (x: Tensor, alpha: number, beta: number) =>
  hardSigmoid(x.mul(6 * alpha).add(6 * beta - 3));

/** A reduction, over axes from an input or all. */
function reduction(f: (x: Tensor, axes: readonly number[], keep: boolean) => Tensor): Operator {
  return ([x, axes], settings) => {
    const none = axes === undefined || axes.numbers.length === 0;
    if (none && settings.number("noop_with_empty_axes", 0) === 1) return [x!.tensor];
    const list = none ? x!.shape.map((_, axis) => axis) : axes.numbers;
    return [f(x!.tensor, list, settings.number("keepdims", 1) === 1)];
  };
}

/** Mean 0 and variance 1 over axes: the result, the mean, and what it was multiplied by. */
function normalized(x: Tensor, axes: readonly number[], epsilon: number): [Tensor, Tensor, Tensor] {
  const mean = x.mean(axes, true), inverse = x.variance(axes, true).add(epsilon).rsqrt();
  return [x.sub(mean).mul(inverse), mean, inverse];
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const epsilonOf = (settings: Settings) => settings.number("epsilon", 1e-5);
/** A number a channel, to broadcast over images with their channels first. */
const perChannel = (x: Argument, rank: number) =>
  x.tensor.reshape([-1, ...range(2, rank).map(() => 1)]);

/** Operators on numbers, and on their sums. */
export const mathematicalOperators: Readonly<Record<string, Operator>> = {
  Add: binary((a, b) => a.add(b)),
  Sub: binary((a, b) => a.sub(b)),
  Mul: binary((a, b) => a.mul(b)),
  Div: binary((a, b) => a.div(b)),
  Sum: (inputs) => [inputs.map((x) => x!.tensor).reduce((a, b) => a.add(b))],
  Sqrt: unary((x) => x.sqrt()),
  Identity: unary((x) => x),
  Clip: ([x, low, high]) => {
    const above = low ? x!.tensor.maximum(low.tensor) : x!.tensor;
    return [high ? above.minimum(high.tensor) : above];
  },

  Relu: unary((x) => x.relu()),
  LeakyRelu: unary((x, settings) => leakyRelu(x, settings.number("alpha", 0.01))),
  PRelu: ([x, slope]) => {
    // Up to version 6, the slopes are those of the channels.
    const old = slope!.shape.length === 1 && x!.shape.length === 4;
    const factor = old ? perChannel(slope!, 4) : slope!.tensor;
    return [where(x!.tensor.less(0), x!.tensor.mul(factor), x!.tensor)];
  },
  Elu: unary((x, settings) => elu(x, settings.number("alpha", 1))),
  Sigmoid: unary((x) => x.sigmoid()),
  Tanh: unary((x) => x.tanh()),
  Softplus: unary((x) => softplus(x)),
  HardSigmoid: unary((x, settings) =>
    hardSigmoidOf(x, settings.number("alpha", 0.2), settings.number("beta", 0.5))
  ),
  HardSwish: unary((x) => x.mul(hardSigmoid(x))),
  Softmax: unary((x, settings) => softmax(x, settings.number("axis", -1))),
  LogSoftmax: unary((x, settings) => logSoftmax(x, settings.number("axis", -1))),

  MatMul: binary((a, b) => a.matmul(b)),
  Gemm: ([a, b, c], settings) => {
    const turned = (x: Tensor, name: string) => settings.number(name, 0) ? x.transpose() : x;
    const product = turned(a!.tensor, "transA").matmul(turned(b!.tensor, "transB"))
      .mul(settings.number("alpha", 1));
    return [c ? product.add(c.tensor.mul(settings.number("beta", 1))) : product];
  },

  ReduceSum: reduction((x, axes, keep) => x.sum(axes, keep)),
  ReduceSumSquare: reduction((x, axes, keep) => x.square().sum(axes, keep)),
  ReduceMean: reduction((x, axes, keep) => x.mean(axes, keep)),
  ReduceMax: reduction((x, axes, keep) => x.max(axes, keep)),
  ArgMax: ([x], settings) => {
    const axis = axisOf(settings.number("axis", 0), x!.shape.length);
    // The last of equal ones is the first from behind.
    const last = settings.number("select_last_index", 0) === 1;
    const found = last
      ? x!.tensor.flip(axis).argmax(axis).neg().add(x!.shape[axis]! - 1)
      : x!.tensor.argmax(axis);
    return [settings.number("keepdims", 1) ? found.expandDims(axis) : found];
  },

  InstanceNormalization: ([x, gamma, beta], settings) => {
    const rank = x!.shape.length;
    const [normal] = normalized(x!.tensor, range(2, rank), epsilonOf(settings));
    return [normal.mul(perChannel(gamma!, rank)).add(perChannel(beta!, rank))];
  },
  GroupNormalization: ([x, gamma, beta], settings) => {
    const { shape, tensor } = x!, groups = settings.number("num_groups", 1);
    const grouped = tensor.reshape([shape[0]!, groups, -1]);
    const normal = normalized(grouped, [2], epsilonOf(settings))[0].reshape(shape);
    return [normal.mul(perChannel(gamma!, shape.length)).add(perChannel(beta!, shape.length))];
  },
  LayerNormalization: ([x, gamma, beta], settings) => {
    const rank = x!.shape.length, axis = axisOf(settings.number("axis", -1), rank);
    const [normal, ...others] = normalized(x!.tensor, range(axis, rank), epsilonOf(settings));
    return [normal.mul(gamma!.tensor).add(beta!.tensor), ...others];
  },
};
