import { type Model, sequential } from "../train/model.ts";
import { type ArchitectureOptions, checkNames } from "./options.ts";

/**
 * A multilayer perceptron: hidden layers with ReLU, by default one of 256 units, then one output
 * for each class.
 *
 * ```ts
 * import { mlp } from "@striate/striate";
 * console.log(mlp({ hidden: [128] }).parameters); // 101770
 * ```
 */
export function mlp(
  options: Omit<ArchitectureOptions, "width"> & { readonly hidden?: readonly number[] } = {},
): Model {
  checkNames("mlp", options, ["classes", "inputShape", "hidden", "seed"]);
  const { classes = 10, inputShape = [28, 28, 1], hidden = [256], seed = 0 } = options;
  const net = sequential(inputShape, { seed }).flatten();
  hidden.forEach((units, i) => {
    net.dense(units, { name: `hidden${i + 1}`, kernelInitializer: "heUniform" }).relu();
  });
  return net.dense(classes, { name: "output" });
}
