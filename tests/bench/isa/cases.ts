import type { ConvolutionKernel, Kernel } from "../../../lib/graph/kernel.ts";
import { stridesOf } from "../../../lib/core/shape.ts";
import { convolutionShape } from "../../../lib/graph/ops/conv2d.ts";

/** A kernel whose machine code is looked at. */
export interface IsaCase {
  readonly name: string;
  readonly kernel: Kernel;
  readonly inputs: number;
}

function matmul(size: number, transposed = ""): IsaCase {
  const transposeA = transposed === "A", transposeB = transposed === "B";
  const [m, n, k] = [size, size, size];
  const kernel = { kind: "matmul", batch: 1, m, n, k, transposeA, transposeB } as const;
  const name = `matmul ${size}${transposed && `, ${transposed} transposed`}`;
  return { name, kernel, inputs: 2 };
}

const directions = {
  forward: "conv2d",
  "input gradient": "conv2dInputGradient",
  "kernel gradient": "conv2dKernelGradient",
} as const;

/** Some of a convolution of square images and its gradients. */
function convolution(
  name: string,
  [count, size, channels, window, filters]: readonly [number, number, number, number, number],
  { stride = 1, padding = 0, groups = 1 },
  wanted: readonly (keyof typeof directions)[] = ["forward", "input gradient", "kernel gradient"],
): IsaCase[] {
  const image = [count, size, size, channels];
  const kernel = [window, window, channels / groups, filters];
  const geometry: ConvolutionKernel["geometry"] = {
    stride: [stride, stride],
    padding: [padding, padding, padding, padding],
    dilation: [1, 1],
    groups,
  };
  const output = convolutionShape(image, kernel, geometry);
  return wanted.map((direction) => ({
    name: `${name} ${direction}`,
    kernel: { kind: directions[direction], image, kernel, output, geometry },
    inputs: 2,
  }));
}

const f32 = "f32" as const;

function sum(shape: readonly number[], axes: readonly number[]): IsaCase {
  const view = { offset: 0, strides: stridesOf(shape) };
  return {
    name: `sum of ${shape.join("x")} over ${axes.join(", ")}`,
    kernel: {
      kind: "reduce",
      combine: "sum",
      shape,
      axes,
      dtype: f32,
      expression: {
        steps: [{ kind: "load", input: 0, view, dtype: f32 }],
        stores: [{ step: 0, dtype: f32 }],
      },
    },
    inputs: 1,
  };
}

function addRelu(size: number): IsaCase {
  const view = { offset: 0, strides: [1] };
  return {
    name: "add and relu",
    kernel: {
      kind: "map",
      shape: [size],
      expression: {
        steps: [
          { kind: "load", input: 0, view, dtype: f32 },
          { kind: "load", input: 1, view, dtype: f32 },
          { kind: "apply", op: "add", operands: [0, 1], attributes: {}, dtype: f32 },
          { kind: "apply", op: "relu", operands: [2], attributes: {}, dtype: f32 },
        ],
        stores: [{ step: 3, dtype: f32 }],
      },
    },
    inputs: 2,
  };
}

/** The products that large networks spend their time in, and what is not products. */
export const isaCases: readonly IsaCase[] = [
  matmul(4096),
  matmul(4096, "A"),
  matmul(4096, "B"),
  matmul(1024),
  matmul(512),
  ...convolution("conv 3x3", [32, 56, 64, 3, 64], { padding: 1 }),
  ...convolution("conv 3x3 /2", [32, 56, 128, 3, 128], { stride: 2, padding: 1 }),
  ...convolution("conv 7x7 /2 of 3 channels", [32, 224, 3, 7, 64], { stride: 2, padding: 3 }, [
    "forward",
    "kernel gradient",
  ]),
  ...convolution("LeNet conv2", [128, 14, 6, 5, 16], {}),
  ...convolution("depthwise 3x3", [32, 56, 64, 3, 64], { padding: 1, groups: 64 }),
  addRelu(32 * 56 * 56 * 256),
  sum([32, 56, 56, 64], [0, 1, 2]),
  sum([4096, 1000], [1]),
];
