import { formatShape, sameShape, type Shape } from "../../core/shape.ts";
import type { WindowGeometry, WindowKernel } from "../kernel.ts";
import { apply, defineOp, type Node, type TensorType } from "../node.ts";
import { windowCounts } from "./conv2d.ts";
import { compare, multiply, select } from "./elementwise.ts";
import { literal } from "./generate.ts";
import { pad, slice } from "./layout.ts";

function infer(name: string, image: TensorType, g: WindowGeometry): TensorType {
  const [n, height, width, channels] = image.shape as [number, number, number, number];
  if (image.shape.length !== 4 || image.dtype !== "f32") {
    throw new TypeError(
      `${name}: expected f32 images [n, height, width, channels], found ${image.dtype} ` +
        `${formatShape(image.shape)}`,
    );
  }
  const [rows, columns] = windowCounts(image.shape, g.window, g);
  if (rows < 1 || columns < 1) {
    throw new RangeError(
      `${name}: window ${g.window[0]}x${g.window[1]} with padding [${
        g.padding.join(", ")
      }] does not fit the ${height}x${width} input; use a smaller window, padding: "same", or a larger input`,
    );
  }
  if (height === 0 || width === 0) {
    throw new RangeError(
      `${name}: expected images of at least one pixel, found ${
        formatShape(image.shape)
      }: a window ` +
        "would hold nothing but padding",
    );
  }
  if (g.padding.some((p, side) => p >= g.window[side < 2 ? 0 : 1])) {
    throw new RangeError(
      `${name}: padding [${g.padding.join(", ")}] must be smaller than the window ` +
        `${g.window[0]}x${g.window[1]}, or a window would hold nothing but padding`,
    );
  }
  return { shape: [n, rows, columns, channels], dtype: "f32" };
}

/** Checks the gradient of a window op's result: what images of a shape would give. */
function checkGradient(name: string, image: TensorType, g: TensorType, geometry: WindowGeometry) {
  const expected = infer(name, image, geometry).shape;
  if (sameShape(expected, g.shape) && g.dtype === "f32") return;
  throw new TypeError(
    `${name}: images ${formatShape(image.shape)} give ${formatShape(expected)}, not ` +
      `${g.dtype === "f32" ? "" : `${g.dtype} `}${formatShape(g.shape)}`,
  );
}

/** What devices launch. */
const pooling = (
  kind: WindowKernel["kind"],
  image: TensorType,
  output: TensorType,
  geometry: WindowGeometry,
): WindowKernel => ({ kind, image: image.shape, output: output.shape, geometry });

/** The largest element of each window; padding never wins. */
export const windowMaxOp = defineOp<WindowGeometry>({
  name: "windowMax",
  kind: "kernel",
  infer: ([image], geometry) => infer("windowMax", image!, geometry),
  gradient: (g, y, geometry) => [apply(windowMaxGradientOp, [y.inputs[0]!, y, g], geometry)],
  kernel: (node, geometry) => pooling("windowMax", node.inputs[0]!, node, geometry),
});

/**
 * Gives each window's gradient to the first element that is its maximum, or to its last NaN, as PyTorch
 * does. Inputs: images, maxima, gradient.
 */
export const windowMaxGradientOp = defineOp<WindowGeometry>({
  name: "windowMaxGradient",
  kind: "kernel",
  infer: ([image, maxima, g], geometry) => {
    checkGradient("windowMaxGradient", image!, maxima!, geometry);
    checkGradient("windowMaxGradient", image!, g!, geometry);
    return image!;
  },
  gradient: (g, { inputs: [image, maxima] }, geometry) => [
    undefined,
    undefined,
    atMaxima(g, image!, maxima!, geometry),
  ],
  kernel: (node, geometry) => pooling("windowMaxGradient", node, node.inputs[1]!, geometry),
});

/** For each window, the element of `values` where `image` has its maximum: the first, or the last NaN. */
function atMaxima(values: Node, image: Node, maxima: Node, geometry: WindowGeometry): Node {
  const { window: [height, width], stride, padding: [top, bottom, left, right] } = geometry;
  const frame = (x: Node, value: number) =>
    pad(x, [0, top, left, 0], [0, bottom, right, 0], [0, 0, 0, 0], value);
  const chosen = frame(values, 0);
  const at = (x: Node, i: number) =>
    slice(x, [0, Math.floor(i / width), i % width, 0], maxima.shape, [1, ...stride, 1]);
  const isNan = (x: Node) => compare("notEqual", x, x);
  let result = literal(0, maxima.shape);
  // What is chosen last counts: forwards the last one, backwards the first. The frame is never chosen.
  const [forwards, backwards] = [frame(image, 0), frame(image, NaN)];
  for (let i = 0; i < height * width; i++) {
    result = select(multiply(isNan(at(forwards, i)), isNan(maxima)), at(chosen, i), result);
  }
  for (let i = height * width - 1; i >= 0; i--) {
    result = select(compare("equal", at(backwards, i), maxima), at(chosen, i), result);
  }
  return result;
}

/** The sum of each window; padding counts as 0. */
export const windowSumOp = defineOp<WindowGeometry>({
  name: "windowSum",
  kind: "kernel",
  infer: ([image], geometry) => infer("windowSum", image!, geometry),
  gradient: (g, node, geometry) => [windowSumGradient(g, node.inputs[0]!.shape, geometry)],
  kernel: (node, geometry) => pooling("windowSum", node.inputs[0]!, node, geometry),
});

/** Spreads each window's gradient over its elements. */
export const windowSumGradientOp = defineOp<WindowGeometry & { readonly shape: Shape }>({
  name: "windowSumGradient",
  kind: "kernel",
  infer: ([g], { shape, ...geometry }) => {
    const image: TensorType = { shape, dtype: "f32" };
    checkGradient("windowSumGradient", image, g!, geometry);
    return image;
  },
  gradient: (g, _node, { shape: _, ...geometry }) => [windowSum(g, geometry)],
  kernel: (node, { shape: _, ...geometry }) =>
    pooling("windowSumGradient", node, node.inputs[0]!, geometry),
});

/** The maxima of the windows of images [n, h, w, c]. */
export function windowMax(image: Node, geometry: WindowGeometry): Node {
  return apply(windowMaxOp, [image], geometry);
}

/** The sums of the windows of images [n, h, w, c]. */
export function windowSum(image: Node, geometry: WindowGeometry): Node {
  return apply(windowSumOp, [image], geometry);
}

/** For each element of images of `shape`, the sum of `g` over the windows that hold it. */
export function windowSumGradient(g: Node, shape: Shape, geometry: WindowGeometry): Node {
  return apply(windowSumGradientOp, [g], { ...geometry, shape });
}
