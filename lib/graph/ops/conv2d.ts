import { formatShape, sameShape, type Shape, sizeOf } from "../../core/shape.ts";
import type { ConvolutionGeometry, Pair } from "../kernel.ts";
import { apply, defineOp, type Node, type TensorType } from "../node.ts";
import { reshape } from "./layout.ts";
import { matmul } from "./matmul.ts";

/** Positions of a window of `size` (dilated) along an axis of `length` padded by `padding`. */
export function windowCount(
  length: number,
  size: number,
  stride: number,
  padding: number,
  dilation = 1,
): number {
  return Math.floor((length + padding - (size - 1) * dilation - 1) / stride) + 1;
}

/** How many windows of `size` there are down and across an image, [n, height, width, ..]. */
export function windowCounts(
  image: Shape,
  size: Shape,
  { stride, padding }: Pick<ConvolutionGeometry, "stride" | "padding">,
  dilation: Pair = [1, 1],
): Pair {
  const [top, bottom, left, right] = padding;
  return [
    windowCount(image[1]!, size[0]!, stride[0], top + bottom, dilation[0]),
    windowCount(image[2]!, size[1]!, stride[1], left + right, dilation[1]),
  ];
}

function checkConvolution(name: string, image: Shape, kernel: Shape, g: ConvolutionGeometry): void {
  if (image.length !== 4 || kernel.length !== 4) {
    throw new TypeError(
      `${name}: expected images [n, height, width, channels] and a kernel [height, width, ` +
        `channels, filters], found ${formatShape(image)} and ${formatShape(kernel)}`,
    );
  }
  const channels = image[3]!, [, , perGroup, filters] = kernel as [number, number, number, number];
  if (channels !== perGroup * g.groups || filters % g.groups !== 0) {
    throw new TypeError(
      `${name}: ${channels} channels, ${filters} filters and ${g.groups} groups do not fit a kernel ${
        formatShape(kernel)
      }; expected ${channels / g.groups} channels in the kernel and filters that groups divide`,
    );
  }
}

/** The shape of conv2d's result. */
export function convolutionShape(image: Shape, kernel: Shape, g: ConvolutionGeometry): number[] {
  checkConvolution("conv2d", image, kernel, g);
  const [height, width] = windowCounts(image, kernel, g, g.dilation);
  if (height < 1 || width < 1) {
    throw new RangeError(
      `conv2d: kernel ${kernel[0]}x${kernel[1]} with padding [${
        g.padding.join(", ")
      }] and dilation [${g.dilation.join(", ")}] does not fit the ${image[1]}x${
        image[2]
      } input; use padding: "same" or a smaller kernel`,
    );
  }
  return [image[0]!, height, width, kernel[3]!];
}

function checkFloat(name: string, types: readonly TensorType[]): void {
  const other = types.find(({ dtype }) => dtype !== "f32");
  if (other === undefined) return;
  throw new TypeError(`${name}: expected f32, found ${other.dtype}; cast() it first`);
}

/** Multiply-adds of a convolution that yields `output` with `kernel`; padding counts as work. */
const cost = (output: Shape, kernel: Shape) =>
  sizeOf(output) * kernel[0]! * kernel[1]! * kernel[2]!;

/** What a gradient of conv2d is told besides: the shape of its result. */
type GradientAttributes = ConvolutionGeometry & { readonly shape: Shape };

/** Checks that conv2d of images with a kernel, of which `given` is one, gives what `output` is. */
function checkOutput(
  name: string,
  given: string,
  image: Shape,
  kernel: Shape,
  output: TensorType,
  geometry: ConvolutionGeometry,
): void {
  const expected = convolutionShape(image, kernel, geometry);
  if (sameShape(expected, output.shape)) return;
  throw new TypeError(
    `${name}: ${given} ${formatShape(expected)}, not ${formatShape(output.shape)}`,
  );
}

/**
 * The result of a 1x1 convolution with stride 1 or one of its gradients, which mixes the channels
 * of each pixel: one matmul over all pixels. The node itself where `kernel` is of another kind.
 */
function pointwise(
  node: Node,
  kernel: Node,
  { stride, padding, groups }: ConvolutionGeometry,
  transposeA = false,
  transposeB = false,
): Node {
  const [height, width] = kernel.shape;
  const fits = height === 1 && width === 1 && groups === 1 && stride.every((s) => s === 1) &&
    padding.every((p) => p === 0);
  if (!fits) return node;
  const [a, b] = node.inputs.map((x) => reshape(x, [-1, x.shape.at(-1)!]));
  return reshape(matmul(a!, b!, transposeA, transposeB), node.shape);
}

/** Cross-correlation of images (NHWC) with a kernel (HWIO). */
export const conv2dOp = defineOp<ConvolutionGeometry>({
  name: "conv2d",
  kind: "kernel",
  infer: ([image, kernel], geometry) => {
    checkFloat("conv2d", [image!, kernel!]);
    return { shape: convolutionShape(image!.shape, kernel!.shape, geometry), dtype: "f32" };
  },
  gradient: (g, { inputs }, geometry) => {
    const [image, kernel] = inputs as [Node, Node];
    return [
      conv2dInputGradient(g, kernel, image.shape, geometry),
      conv2dKernelGradient(image, g, kernel.shape, geometry),
    ];
  },
  multiplyAdds: ({ inputs, shape }) => cost(shape, inputs[1]!.shape),
  simplify: (node, geometry) => pointwise(node, node.inputs[1]!, geometry),
  kernel: ({ inputs: [image, kernel], shape }, geometry) => (
    { kind: "conv2d", image: image!.shape, kernel: kernel!.shape, output: shape, geometry }
  ),
  takesTail: true,
});

/**
 * The gradient of conv2d with respect to its images: each output gradient is spread over the window
 * that it came from. Also known as transposed convolution.
 */
export const conv2dInputGradientOp = defineOp<GradientAttributes>({
  name: "conv2dInputGradient",
  kind: "kernel",
  infer: ([output, kernel], { shape, ...geometry }) => {
    checkFloat("conv2dInputGradient", [output!, kernel!]);
    const given = `images ${formatShape(shape)} give`;
    checkOutput("conv2dInputGradient", given, shape, kernel!.shape, output!, geometry);
    return { shape, dtype: "f32" };
  },
  gradient: (g, { inputs }, { shape: _, ...geometry }) => {
    const [output, kernel] = inputs as [Node, Node];
    return [conv2d(g, kernel, geometry), conv2dKernelGradient(g, output, kernel.shape, geometry)];
  },
  multiplyAdds: ({ inputs }) => cost(inputs[0]!.shape, inputs[1]!.shape),
  simplify: (node, geometry) => pointwise(node, node.inputs[1]!, geometry, false, true),
  kernel: ({ inputs: [output, kernel] }, { shape, ...geometry }) => ({
    kind: "conv2dInputGradient",
    image: shape,
    kernel: kernel!.shape,
    output: output!.shape,
    geometry,
  }),
  takesTail: true,
});

/** The gradient of conv2d with respect to its kernel: images and output gradients correlated. */
export const conv2dKernelGradientOp = defineOp<GradientAttributes>({
  name: "conv2dKernelGradient",
  kind: "kernel",
  infer: ([image, output], { shape, ...geometry }) => {
    checkFloat("conv2dKernelGradient", [image!, output!]);
    const given = `kernel ${formatShape(shape)} gives`;
    checkOutput("conv2dKernelGradient", given, image!.shape, shape, output!, geometry);
    return { shape, dtype: "f32" };
  },
  gradient: (g, { inputs }, { shape: _, ...geometry }) => {
    const [image, output] = inputs as [Node, Node];
    return [conv2dInputGradient(output, g, image.shape, geometry), conv2d(image, g, geometry)];
  },
  multiplyAdds: ({ inputs, shape }) => cost(inputs[1]!.shape, shape),
  simplify: (node, geometry) => pointwise(node, node, geometry, true, false),
  kernel: ({ inputs: [image, output] }, { shape, ...geometry }) => ({
    kind: "conv2dKernelGradient",
    image: image!.shape,
    kernel: shape,
    output: output!.shape,
    geometry,
  }),
});

/** Cross-correlates images [n, h, w, c] with a kernel [kh, kw, c / groups, filters]. */
export function conv2d(image: Node, kernel: Node, geometry: ConvolutionGeometry): Node {
  return apply(conv2dOp, [image, kernel], geometry);
}

/** Spreads `output` back over images of `shape` that conv2d would turn into it. */
export function conv2dInputGradient(
  output: Node,
  kernel: Node,
  shape: Shape,
  geometry: ConvolutionGeometry,
): Node {
  return apply(conv2dInputGradientOp, [output, kernel], { ...geometry, shape });
}

/** The gradient of a kernel of `shape` from images and the gradient of conv2d's result. */
export function conv2dKernelGradient(
  image: Node,
  output: Node,
  shape: Shape,
  geometry: ConvolutionGeometry,
): Node {
  return apply(conv2dKernelGradientOp, [image, output], { ...geometry, shape });
}
