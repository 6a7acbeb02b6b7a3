import { model } from "../train/make_model.ts";
import type { Model } from "../train/model.ts";
import { type ArchitectureOptions, digitSchema, settingsOf } from "./architecture_options.ts";
import { ZooEntry } from "./entry.ts";
import { digits } from "./published.ts";

/**
 * LeNet-5 with a dense third layer: two convolutions with tanh and average pooling, then three
 * dense layers. Images of 28x28 are padded to the paper's 32x32. The paper's table of which maps
 * C3 sees, its trainable pooling and its radial basis outputs are left out, as is common now;
 * {@linkcode lenet1998} has them.
 *
 * Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
 * recognition", Proceedings of the IEEE 86, 1998.
 *
 * ```ts
 * import { lenet5 } from "@striate/striate";
 * console.log(lenet5().parameters); // 61706
 * ```
 */
export function lenet5(given: ArchitectureOptions = {}): Model {
  const { image, classes, scaled, seed } = settingsOf("lenet5", given, digitSchema, 12);
  const padding = image.shape[0]! < 32 ? "same" : "valid";
  const logits = image
    .conv2d(scaled(6), 5, { padding, name: "c1" }).tanh().averagePool2d(2, { name: "s2" })
    .conv2d(scaled(16), 5, { name: "c3" }).tanh().averagePool2d(2, { name: "s4" })
    .flatten()
    .dense(scaled(120), { name: "c5" }).tanh()
    .dense(scaled(84), { name: "f6" }).tanh()
    .dense(classes, { name: "output" });
  return model(image, logits, { seed });
}

/** The paper of LeNet-5. */
export const paper =
  "LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document " +
  "recognition, Proceedings of the IEEE 86, 1998";

export const networks: readonly ZooEntry[] = [
  new ZooEntry({ name: "lenet5", build: lenet5, paper, preprocessing: digits }),
];
