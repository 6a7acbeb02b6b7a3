/**
 * Weights that PyTorch keeps in pieces, put together: of `weight_norm` and `spectral_norm`, in the
 * form of `torch.nn.utils` and in that of `torch.nn.utils.parametrizations`.
 *
 * @module
 */
import { sameShape, type Shape, sizeOf, stridesOf } from "../core/shape.ts";
import { isFloating } from "./element_types.ts";
import { unreadableTensor, type WeightTensor, weightTensor } from "./weight_file.ts";

/** The names of a weight's pieces, with the tensor that they make. */
interface Form {
  /** The name of the first piece; its groups are the module's name and the weight's. */
  readonly first: RegExp;
  /** The other pieces, given the module's name and the weight's. */
  readonly others: (module: string, weight: string) => readonly string[];
  readonly join: (pieces: readonly WeightTensor[]) => Joined;
}

/** A tensor of pieces, or why it cannot be made. */
type Joined = { readonly shape: Shape; read(): Promise<Float32Array<ArrayBuffer>> } | string;

const forms: readonly Form[] = [
  {
    first: /^(.*?)([^./]*weight[^./]*)_g$/,
    others: (module, weight) => [`${module}${weight}_v`],
    join: ([length, direction]) => weightNorm(length!, direction!),
  },
  {
    first: /^(.*?)parametrizations[./]([^./]+)[./]original0$/,
    others: (module, weight) => [`${module}parametrizations.${weight}.original1`],
    join: ([length, direction]) => weightNorm(length!, direction!),
  },
  {
    first: /^(.*?)([^./]*weight[^./]*)_orig$/,
    others: (module, weight) => [`${module}${weight}_u`, `${module}${weight}_v`],
    join: ([weight, left, right]) => spectralNorm(weight!, left!, right!),
  },
  {
    first: /^(.*?)parametrizations[./]([^./]+)[./]original$/,
    others: (module, weight) =>
      ["_u", "_v"].map((vector) => `${module}parametrizations.${weight}.0.${vector}`),
    join: ([weight, left, right]) => spectralNorm(weight!, left!, right!),
  },
];

/** The tensors, those that are in pieces put together under the weight's own name. */
export function joinReparametrized(
  tensors: ReadonlyMap<string, WeightTensor>,
  where: string,
): Map<string, WeightTensor> {
  const result = new Map(tensors);
  for (const [name, tensor] of tensors) {
    for (const { first, others, join } of forms) {
      const [, module, weight] = first.exec(name) ?? [];
      if (module === undefined || weight === undefined) continue;
      const whole = `${module}${weight}`, names = [name, ...others(module, weight)];
      const pieces = names.map((name) => tensors.get(name));
      if (tensors.has(whole) || !pieces.every((piece) => piece !== undefined)) continue;
      const joined = join(pieces);
      // As the file names it, but for the end.
      const original = tensor.name.slice(0, tensor.name.length - name.length) + whole;
      for (const name of names) result.delete(name);
      result.set(
        whole,
        typeof joined === "string"
          ? unreadableTensor({ name: original, shape: tensor.shape, type: joined }, where)
          : joinedTensor(original, joined),
      );
    }
  }
  return result;
}

function joinedTensor(name: string, joined: Exclude<Joined, string>): WeightTensor {
  const { shape, read } = joined, size = sizeOf(shape);
  // Parts are asked for one after another: the whole is kept until the last.
  let whole: Promise<Float32Array<ArrayBuffer>> | undefined;
  return weightTensor({ name, shape, type: "f32" }, async (begin, end) => {
    const numbers = await (whole ??= read());
    if (end === size) whole = undefined;
    return numbers.slice(begin, end);
  });
}

const floats = async (tensor: WeightTensor) => await tensor.read() as Float32Array<ArrayBuffer>;

/**
 * g v / |v|: the norm is over the axes in which g has but one number.
 * Source: https://arxiv.org/abs/1602.07868
 */
function weightNorm(length: WeightTensor, direction: WeightTensor): Joined {
  const { shape } = direction;
  const axes = length.shape.length === 0 ? shape.map(() => 1) : length.shape;
  const fits = axes.length === shape.length && axes.every((d, i) => d === 1 || d === shape[i]);
  if (!fits || ![length, direction].every(({ type }) => isFloating(type))) {
    return "weight_norm whose pieces do not fit";
  }
  // Steps in g for each axis of v.
  const steps = stridesOf(axes).map((step, axis) => axes[axis] === 1 ? 0 : step);
  const packed = stridesOf(shape);
  const place = (i: number) =>
    steps.reduce((at, step, axis) => at + Math.floor(i / packed[axis]!) % shape[axis]! * step, 0);
  const read = async () => {
    const lengths = await floats(length), result = await floats(direction);
    const squares = new Float64Array(lengths.length);
    for (let i = 0; i < result.length; i++) squares[place(i)]! += result[i]! ** 2;
    for (let i = 0; i < result.length; i++) {
      const at = place(i);
      result[i] = result[i]! * lengths[at]! / Math.sqrt(squares[at]!);
    }
    return result;
  };
  return { shape, read };
}

/**
 * W / (uᵀ W v), W with one axis as rows and all others as columns: the first, or the second in a
 * transposed convolution.
 * Source: https://arxiv.org/abs/1802.05957
 */
function spectralNorm(weight: WeightTensor, left: WeightTensor, right: WeightTensor): Joined {
  const { shape } = weight, size = sizeOf(shape);
  const rows = [0, 1].filter((axis) =>
    sameShape(left.shape, [shape[axis] ?? -1]) && sameShape(right.shape, [size / shape[axis]!])
  );
  if (rows.length === 0 || ![weight, left, right].every(({ type }) => isFloating(type))) {
    return "spectral_norm whose pieces do not fit";
  }
  const read = async () => {
    const [result, u, v] = [await floats(weight), await floats(left), await floats(right)];
    // With the wrong axis the vectors are no singular ones, and the value is far smaller.
    const norm = Math.max(...rows.map((axis) => singularValue(result, shape, axis, u, v)));
    return result.map((x) => x / norm);
  };
  return { shape, read };
}

/** uᵀ W v for the matrix whose rows are the entries of `axis`. */
function singularValue(
  weight: Float32Array,
  shape: Shape,
  axis: number,
  u: Float32Array,
  v: Float32Array,
): number {
  const step = sizeOf(shape.slice(axis + 1)), rows = shape[axis]!;
  let sum = 0;
  for (let i = 0; i < weight.length; i++) {
    const row = Math.floor(i / step) % rows;
    const column = Math.floor(i / (step * rows)) * step + i % step;
    sum += u[row]! * weight[i]! * v[column]!;
  }
  return sum;
}
