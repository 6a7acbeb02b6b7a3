/**
 * Initializers, and what they fill weights with.
 *
 * @module
 */
import { describeValue } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import { unknownName } from "../core/suggest.ts";

/** A rule for the first values of a weight, as plain data so that it can be saved. */
export interface Initializer {
  /** The rule: "zeros", "heNormal" and so on. */
  readonly name: string;
  /** The value of `constant`. */
  readonly value?: number;
  /** The mean of `normal` and `truncatedNormal`. */
  readonly mean?: number;
  /** The standard deviation of `normal` and `truncatedNormal`. */
  readonly standardDeviation?: number;
  /** The factor of `orthogonal`. */
  readonly gain?: number;
}

/** All zeros. */
export const zeros = (): Initializer => ({ name: "zeros" });
/** All one value. */
export const constant = (value: number): Initializer => ({ name: "constant", value });
/** A normal distribution; by default N(0, 0.01) with 0.01 the standard deviation, as AlexNet's. */
export const normal = (standardDeviation = 0.01, mean = 0): Initializer => ({
  name: "normal",
  mean,
  standardDeviation,
});
/**
 * A normal distribution whose values beyond two standard deviations are drawn again: what is left
 * deviates by 0.88 times as much. (PyTorch's `trunc_normal_` cuts off at -2 and 2 by default.)
 */
export const truncatedNormal = (standardDeviation = 0.01, mean = 0): Initializer => ({
  name: "truncatedNormal",
  mean,
  standardDeviation,
});
/** Uniform in ±sqrt(6 / (fan in + fan out)). Source: Glorot and Bengio 2010. */
export const glorotUniform = (): Initializer => ({ name: "glorotUniform" });
/** Normal with variance 2 / (fan in + fan out). Source: Glorot and Bengio 2010. */
export const glorotNormal = (): Initializer => ({ name: "glorotNormal" });
/** Uniform in ±sqrt(6 / fan in). Source: He et al. 2015, arXiv 1502.01852. */
export const heUniform = (): Initializer => ({ name: "heUniform" });
/** Normal with variance 2 / fan in. Source: He et al. 2015, arXiv 1502.01852. */
export const heNormal = (): Initializer => ({ name: "heNormal" });
/** Uniform in ±sqrt(3 / fan in). Source: LeCun et al. 1998, "Efficient BackProp". */
export const lecunUniform = (): Initializer => ({ name: "lecunUniform" });
/** Normal with variance 1 / fan in. Source: LeCun et al. 1998, "Efficient BackProp". */
export const lecunNormal = (): Initializer => ({ name: "lecunNormal" });

/**
 * What outputs read is orthogonal, each of length `gain` (1): Q^T Q = gain^2 I for a kernel as a matrix
 * [all inputs of an output, outputs]; with more outputs than inputs, Q Q^T is that. Q is drawn evenly
 * from all such matrices, as PyTorch's `orthogonal_` does. It takes time in proportion to the longer
 * side and the square of the shorter one, seconds for [4608, 512]. Source: Saxe et al. 2013, arXiv 1312.6120.
 */
export const orthogonal = (gain = 1): Initializer => ({ name: "orthogonal", gain });

/**
 * How many numbers a unit reads, and how many units read a number, where windows move by one pixel:
 * as in PyTorch and Keras, strides do not count. Of `groups` of channels a unit sees one: PyTorch and
 * Keras divide the fan in alone, which makes depthwise kernels by Glorot's rules far too small. A
 * transposed convolution has the fans of its own direction; PyTorch and Keras, which go by the order
 * of the kernel's axes, have them the other way round.
 */
export interface Fans {
  /** Numbers that a unit reads. */
  readonly fanIn: number;
  /** Units that read a number. */
  readonly fanOut: number;
}

/**
 * The fans of a kernel [..., inputs, outputs] that every output reads with all inputs: axes before the
 * last two are the receptive field.
 */
export function fansOf(shape: Shape): Fans {
  const [inputs, outputs] = shape.length < 2 ? [shape[0] ?? 1, shape[0] ?? 1] : shape.slice(-2);
  const field = sizeOf(shape.slice(0, -2));
  return { fanIn: inputs! * field, fanOut: outputs! * field };
}

/** Fills a weight with the next numbers. */
type Fill = (
  data: Float32Array<ArrayBuffer>,
  random: Random,
  initializer: Initializer,
  fans: Fans,
  shape: Shape,
) => void;

/** What each number of a weight is drawn from by itself. */
export type Distribution =
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "normal"; readonly mean: number; readonly standardDeviation: number };

type DistributionOf = (initializer: Initializer, fans: Fans) => Distribution;

const uniform = (variance: (fans: Fans) => number): DistributionOf => (_, fans) => {
  const high = Math.sqrt(3 * variance(fans));
  return { kind: "uniform", low: -high, high };
};
const gaussian = (variance: (fans: Fans) => number): DistributionOf => (_, fans) => (
  { kind: "normal", mean: 0, standardDeviation: Math.sqrt(variance(fans)) }
);
const glorot = (fans: Fans) => 2 / (fans.fanIn + fans.fanOut);
const he = (fans: Fans) => 2 / fans.fanIn;
const lecun = (fans: Fans) => 1 / fans.fanIn;

const distributions: Readonly<Record<string, DistributionOf>> = {
  normal: (initializer) => {
    const { mean, standardDeviation } = initializer;
    return { kind: "normal", mean: mean!, standardDeviation: standardDeviation! };
  },
  glorotUniform: uniform(glorot),
  glorotNormal: gaussian(glorot),
  heUniform: uniform(he),
  heNormal: gaussian(he),
  lecunUniform: uniform(lecun),
  lecunNormal: gaussian(lecun),
};

/** What an initializer draws numbers from; undefined where it does more than that. */
export const distributionOf = (
  initializer: Initializer,
  fans: Fans,
): Distribution | undefined => distributions[initializer.name]?.(initializer, fans);

/** Fills a weight with the next numbers of a distribution. */
const fillFrom = (distribution: DistributionOf): Fill => (data, random, initializer, fans) => {
  const drawn = distribution(initializer, fans);
  if (drawn.kind === "uniform") random.fillUniform(data, drawn.low, drawn.high);
  else random.fillNormal(data, drawn.mean, drawn.standardDeviation);
};

const fills: Readonly<Record<string, Fill>> = {
  zeros: (data) => void data.fill(0),
  constant: (data, _, { value }) => void data.fill(value!),
  truncatedNormal: (data, random, { mean, standardDeviation }) => {
    for (let i = 0; i < data.length; i++) {
      let x = random.normal();
      while (Math.abs(x) > 2) x = random.normal();
      data[i] = mean! + standardDeviation! * x;
    }
  },
  ...Object.fromEntries(
    Object.entries(distributions).map(([name, distribution]) => [name, fillFrom(distribution)]),
  ),
  orthogonal: (data, random, { gain }, _, shape) => {
    const columns = shape.at(-1)!, rows = data.length / columns;
    const isTall = rows >= columns, length = Math.max(rows, columns);
    // Gram and Schmidt's way, for vectors that are columns or rows.
    const vectors: Float64Array[] = [];
    for (let v = 0; v < Math.min(rows, columns); v++) {
      const vector = Float64Array.from({ length }, () => random.normal());
      for (const other of vectors) addTimes(vector, -dot(vector, other), other);
      addTimes(vector, 1 / Math.sqrt(dot(vector, vector)) - 1, vector);
      vectors.push(vector);
      vector.forEach((x, i) => data[isTall ? i * columns + v : v * columns + i] = gain! * x);
    }
  },
};

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addTimes(a: Float64Array, factor: number, b: Float64Array): void {
  for (let i = 0; i < a.length; i++) a[i]! += factor * b[i]!;
}

/** Initializers by name, as `kernelInitializer: "heNormal"` may say. */
export type InitializerLike = Initializer | string;

const isLike = (given: unknown): given is InitializerLike =>
  typeof given === "string" || (typeof given === "object" && given !== null);

/** What those with settings have where a name alone is given. */
const defaults: Readonly<Record<string, Initializer>> = {
  normal: normal(),
  truncatedNormal: truncatedNormal(),
  orthogonal: orthogonal(),
};

/** Checks an initializer given by a user; a name alone means its defaults. */
export function initializerOf(given: unknown): Initializer {
  if (!isLike(given)) {
    throw new TypeError(
      `initializer: expected a name such as "heNormal", or what initializers.heNormal() gives, ` +
        `found ${describeValue(given)}`,
    );
  }
  const { name, ...settings } = typeof given === "string" ? { name: given } : given;
  if (!Object.hasOwn(fills, name)) {
    throw new RangeError(unknownName("initializer", name, Object.keys(fills)));
  }
  const result = { ...defaults[name], name, ...settings };
  for (const [key, value] of Object.entries({ value: 0, ...result })) {
    if (key === "name" || Number.isFinite(value)) continue;
    throw new TypeError(
      `initializer ${name}: ${key}: expected a number, found ${describeValue(value)}`,
    );
  }
  if (name === "constant" && result.value === undefined) {
    throw new TypeError("initializer constant: expected a value, as in initializers.constant(0.5)");
  }
  if (result.standardDeviation !== undefined && result.standardDeviation < 0) {
    throw new RangeError(
      `initializer ${name}: standardDeviation: expected at least 0, found ${result.standardDeviation}`,
    );
  }
  return result;
}

/** Refuses an initializer that makes no sense for a weight of a shape. */
export function checkInitializer({ name }: Initializer, shape: Shape, weight: string): void {
  if (name !== "orthogonal" || shape.length >= 2) return;
  throw new RangeError(
    `initializer orthogonal: expected a weight of at least two axes, found ${weight} of the shape ` +
      formatShape(shape),
  );
}

/** The first values of a weight of `shape`, with the fans of its layer. */
export function initialize(
  initializer: Initializer,
  shape: Shape,
  random: Random,
  fans: Fans = fansOf(shape),
): Float32Array<ArrayBuffer> {
  const data = new Float32Array(sizeOf(shape));
  fills[initializer.name]!(data, random, initializer, fans, shape);
  return data;
}
