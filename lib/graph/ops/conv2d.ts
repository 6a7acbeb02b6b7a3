import { formatShape, type Shape, sizeOf } from "../../core/shape.ts";
import type { ConvolutionGeometry, ConvolutionKernel } from "../kernel.ts";
import { apply, type Node, type Op, type TensorType } from "../node.ts";
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

function checkConvolution(name: string, image: Shape, kernel: Shape, g: ConvolutionGeometry): void {
  if (image.length !== 4 || kernel.length !== 4) {
    throw new TypeError(
      `${name}: expected images [n, height, width, channels] and a kernel [height, width, channels, filters], found ${
        formatShape(image)
      } and ${formatShape(kernel)}`,
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
  const height = windowCount(
    image[1]!,
    kernel[0]!,
    g.stride[0],
    g.padding[0] + g.padding[1],
    g.dilation[0],
  );
  const width = windowCount(
    image[2]!,
    kernel[1]!,
    g.stride[1],
    g.padding[2] + g.padding[3],
    g.dilation[1],
  );
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

function float(name: string, types: readonly TensorType[]): void {
  for (const { dtype } of types) {
    if (dtype !== "f32") {
      throw new TypeError(`${name}: expected f32, found ${dtype}; cast() it first`);
    }
  }
}

const geometryOf = ({ stride, padding, dilation, groups }: ConvolutionGeometry) => ({
  stride,
  padding,
  dilation,
  groups,
});

/** Multiply-adds of a convolution that yields `output` with `kernel`; padding counts as work. */
const cost = (output: Shape, kernel: Shape) =>
  sizeOf(output) * kernel[0]! * kernel[1]! * kernel[2]!;

/** What devices launch. */
const convolution = (
  kind: ConvolutionKernel["kind"],
  image: Node,
  kernel: Node,
  output: Node,
  geometry: ConvolutionGeometry,
): ConvolutionKernel => ({
  kind,
  image: image.shape,
  kernel: kernel.shape,
  output: output.shape,
  geometry: geometryOf(geometry),
});

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
export const conv2dOp: Op<ConvolutionGeometry> = {
  name: "conv2d",
  kind: "kernel",
  infer: ([image, kernel], geometry) => {
    float("conv2d", [image!, kernel!]);
    return { shape: convolutionShape(image!.shape, kernel!.shape, geometry), dtype: "f32" };
  },
  gradient: (g, node, geometry) => {
    const [image, kernel] = node.inputs as [Node, Node];
    return [
      conv2dInputGradient(g, kernel, image.shape, geometry),
      conv2dKernelGradient(image, g, kernel.shape, geometry),
    ];
  },
  multiplyAdds: (node) => cost(node.shape, node.inputs[1]!.shape),
  simplify: (node, geometry) => pointwise(node, node.inputs[1]!, geometry),
  kernel: (node, geometry) => {
    const [image, kernel] = node.inputs as [Node, Node];
    return convolution("conv2d", image, kernel, node, geometry);
  },
  takesTail: true,
};

/**
 * The gradient of conv2d with respect to its images: each output gradient is spread over the window
 * that it came from. Also known as transposed convolution.
 */
export const conv2dInputGradientOp: Op<ConvolutionGeometry & { readonly shape: Shape }> = {
  name: "conv2dInputGradient",
  kind: "kernel",
  infer: ([output, kernel], attributes) => {
    float("conv2dInputGradient", [output!, kernel!]);
    const expected = convolutionShape(attributes.shape, kernel!.shape, attributes);
    if (formatShape(expected) !== formatShape(output!.shape)) {
      throw new TypeError(
        `conv2dInputGradient: images ${formatShape(attributes.shape)} give ${
          formatShape(expected)
        }, not ${formatShape(output!.shape)}`,
      );
    }
    return { shape: attributes.shape, dtype: "f32" };
  },
  gradient: (g, node, geometry) => {
    const [output, kernel] = node.inputs as [Node, Node];
    return [
      conv2d(g, kernel, geometry),
      conv2dKernelGradient(g, output, kernel.shape, geometry),
    ];
  },
  multiplyAdds: (node) => cost(node.inputs[0]!.shape, node.inputs[1]!.shape),
  simplify: (node, geometry) => pointwise(node, node.inputs[1]!, geometry, false, true),
  kernel: (node, geometry) => {
    const [output, kernel] = node.inputs as [Node, Node];
    return convolution("conv2dInputGradient", node, kernel, output, geometry);
  },
  takesTail: true,
};

/** The gradient of conv2d with respect to its kernel: images and output gradients correlated. */
export const conv2dKernelGradientOp: Op<ConvolutionGeometry & { readonly shape: Shape }> = {
  name: "conv2dKernelGradient",
  kind: "kernel",
  infer: ([image, output], attributes) => {
    float("conv2dKernelGradient", [image!, output!]);
    const expected = convolutionShape(image!.shape, attributes.shape, attributes);
    if (formatShape(expected) !== formatShape(output!.shape)) {
      throw new TypeError(
        `conv2dKernelGradient: kernel ${formatShape(attributes.shape)} gives ${
          formatShape(expected)
        }, not ${formatShape(output!.shape)}`,
      );
    }
    return { shape: attributes.shape, dtype: "f32" };
  },
  gradient: (g, node, geometry) => {
    const [image, output] = node.inputs as [Node, Node];
    return [
      conv2dInputGradient(output, g, image.shape, geometry),
      conv2d(image, g, geometry),
    ];
  },
  multiplyAdds: (node) => cost(node.inputs[1]!.shape, node.shape),
  simplify: (node, geometry) => pointwise(node, node, geometry, true, false),
  kernel: (node, geometry) => {
    const [image, output] = node.inputs as [Node, Node];
    return convolution("conv2dKernelGradient", image, node, output, geometry);
  },
};

/** Cross-correlates images [n, h, w, c] with a kernel [kh, kw, c / groups, filters]. */
export function conv2d(image: Node, kernel: Node, geometry: ConvolutionGeometry): Node {
  return apply(conv2dOp, [image, kernel], geometryOf(geometry));
}

/** Spreads `output` back over images of `shape` that conv2d would turn into it. */
export function conv2dInputGradient(
  output: Node,
  kernel: Node,
  shape: Shape,
  geometry: ConvolutionGeometry,
): Node {
  const attributes = { ...geometryOf(geometry), shape };
  return apply(conv2dInputGradientOp, [output, kernel], attributes);
}

/** The gradient of a kernel of `shape` from images and the gradient of conv2d's result. */
export function conv2dKernelGradient(
  image: Node,
  output: Node,
  shape: Shape,
  geometry: ConvolutionGeometry,
): Node {
  const attributes = { ...geometryOf(geometry), shape };
  return apply(conv2dKernelGradientOp, [image, output], attributes);
}

/** The rows of this module. */
export const ops: readonly Op[] = [conv2dOp, conv2dInputGradientOp, conv2dKernelGradientOp];
