import { concatenate, decodeImage, oneHot, stack, type Tensor, tensor, topK } from "../../mod.ts";
import { axisOf, type Operator, unary } from "./operator.ts";

/** One axis cut to indices from `start` to before `end`, every `step`-th. */
function cut(x: Tensor, axis: number, start: number, end: number, step: number): Tensor {
  const size = x.shape[axis]!;
  const clamp = (n: number, low: number, high: number) => Math.min(Math.max(n, low), high);
  const from = start < 0 ? start + size : start, to = end < 0 ? end + size : end;
  if (step < 0) {
    // Backwards is forwards on the axis turned round.
    const first = clamp(from, 0, size - 1), last = clamp(to, -1, size - 1);
    return cut(x.flip(axis), axis, size - 1 - first, size - 1 - last, -step);
  }
  const first = clamp(from, 0, size), last = clamp(to, 0, size);
  const at = (value: number, other: number) => x.shape.map((_, i) => i === axis ? value : other);
  const sizes = x.shape.with(axis, Math.max(0, Math.ceil((last - first) / step)));
  return x.slice(at(first, 0), sizes, at(step, 1));
}

/** Padding before and after each axis; a negative one cuts. */
function padded(x: Tensor, widths: readonly (readonly [number, number])[], value = 0): Tensor {
  const grown = x.pad(widths.map(([a, b]) => [Math.max(0, a), Math.max(0, b)]), value);
  return widths.reduce((result, [a, b], axis) => {
    const size = result.shape[axis]!;
    return a < 0 || b < 0 ? cut(result, axis, Math.max(0, -a), size + Math.min(0, b), 1) : result;
  }, grown);
}

/** Operators that move numbers. */
export const layoutOperators: Readonly<Record<string, Operator>> = {
  Reshape: ([x, shape]) => [
    x!.tensor.reshape(shape!.numbers.map((d, axis) => d === 0 ? x!.shape[axis]! : d)),
  ],
  Flatten: unary((x, settings) => {
    const rows = x.shape.slice(0, axisOf(settings.number("axis", 1), x.rank));
    return x.reshape([rows.reduce((product, d) => product * d, 1), -1]);
  }),
  Unsqueeze: ([x, axes]) => {
    const rank = x!.shape.length + axes!.numbers.length;
    const list = axes!.numbers.map((axis) => axisOf(axis, rank)).sort((a, b) => a - b);
    return [list.reduce((result, axis) => result.expandDims(axis), x!.tensor)];
  },
  Transpose: unary((x, settings) => x.transpose(settings.numbers("perm"))),
  Concat: (inputs, settings) => [
    concatenate(inputs.map((x) => x!.tensor), settings.number("axis", 0)),
  ],

  Slice: ([x, starts, ends, axes, steps]) => [
    starts!.numbers.reduce((result, start, i) => {
      const axis = axisOf(axes?.numbers[i] ?? i, x!.shape.length);
      return cut(result, axis, start, ends!.numbers[i]!, steps?.numbers[i] ?? 1);
    }, x!.tensor),
  ],
  Split: ([x, split], settings, outputs) => {
    const axis = axisOf(settings.number("axis", 0), x!.shape.length), size = x!.shape[axis]!;
    const part = Math.ceil(size / outputs);
    const sizes = split?.numbers ??
      Array.from({ length: outputs }, (_, i) => Math.min(part, size - i * part));
    let start = 0;
    return sizes.map((n) => cut(x!.tensor, axis, start, start += n, 1));
  },

  Pad: ([x, pads, value, axes], settings) => {
    const list = pads?.numbers ?? settings.numbers("pads")!, half = list.length / 2;
    const widths = x!.shape.map(() => [0, 0] as [number, number]);
    for (let i = 0; i < half; i++) {
      const axis = axisOf(axes?.numbers[i] ?? i, x!.shape.length);
      widths[axis] = [list[i]!, list[i + half]!];
    }
    return [padded(x!.tensor, widths, value?.numbers[0] ?? settings.number("value", 0))];
  },
  CenterCropPad: ([x, shape], settings) => {
    const axes = settings.numbers("axes") ?? x!.shape.map((_, axis) => axis);
    const widths = x!.shape.map(() => [0, 0] as [number, number]);
    axes.forEach((axis, i) => {
      const missing = shape!.numbers[i]! - x!.shape[axis]!;
      const before = Math.trunc(missing / 2);
      widths[axis] = [before, missing - before];
    });
    return [padded(x!.tensor, widths)];
  },

  OneHot: ([indices, depth, values], settings) => {
    const axis = axisOf(settings.number("axis", -1), indices!.shape.length + 1);
    const classes = depth!.numbers[0]!, [off, on] = values!.numbers as [number, number];
    // Negative indices count from the end.
    const list = indices!.numbers.map((i) => i < 0 ? i + classes : i);
    const hot = oneHot(tensor(Int32Array.from(list), { shape: indices!.shape }), classes);
    const order = indices!.shape.map((_, i) => i).toSpliced(axis, 0, indices!.shape.length);
    return [hot.mul(on - off).add(off).transpose(order)];
  },
  TopK: async ([x, k], settings) => {
    const sign = settings.number("largest", 1) === 1 ? 1 : -1;
    const rows = await topK(x!.tensor.mul(sign), k!.numbers[0]!);
    return [
      stack(rows.map((row) => tensor(row.map(({ score }) => sign * score)))),
      stack(rows.map((row) => tensor(row.map(({ index }) => index), { dtype: "i32" }))),
    ];
  },

  ImageDecoder: async ([bytes], settings) => {
    const { width, height, data } = await decodeImage(Uint8Array.from(bytes!.numbers));
    const rgb = tensor(Int32Array.from(data), { shape: [height, width, 3] });
    return [settings.text("pixel_format") === "BGR" ? rgb.flip(2) : rgb];
  },
};
