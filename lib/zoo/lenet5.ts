import type { Shape } from "../core/shape.ts";
import { type Model, sequential } from "../train/model.ts";

/** Settings of every architecture. */
export interface ArchitectureOptions {
  /** Number of classes; 10 by default. */
  readonly classes?: number;
  /** Height, width and channels of the images. */
  readonly inputShape?: Shape;
  /** Seeds the first weights; 0 by default. */
  readonly seed?: number;
}

/**
 * LeNet-5 with a dense third layer: two convolutions with tanh and average pooling, then three
 * dense layers. Images of 28x28 are padded to the paper's 32x32. The paper's table of which maps
 * C3 sees, its trainable pooling and its radial basis outputs are left out, as is common now.
 *
 * Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
 * recognition", Proceedings of the IEEE 86, 1998.
 *
 * ```ts
 * import { lenet5 } from "@striate/striate";
 * console.log(lenet5().parameters); // 61706
 * ```
 */
export function lenet5(options: ArchitectureOptions = {}): Model {
  const { classes = 10, inputShape = [28, 28, 1], seed = 0 } = options;
  const padding = inputShape[0]! < 32 ? "same" : "valid";
  return sequential(inputShape, { seed })
    .conv2d(6, 5, { padding, name: "c1" }).tanh().averagePool2d(2, { name: "s2" })
    .conv2d(16, 5, { name: "c3" }).tanh().averagePool2d(2, { name: "s4" })
    .flatten()
    .dense(120, { name: "c5" }).tanh()
    .dense(84, { name: "f6" }).tanh()
    .dense(classes, { name: "output" });
}
