import { type Model, sequential } from "../train/model.ts";
import { type ArchitectureOptions, checkNames, scaledBy } from "./architecture_options.ts";
import { ZooEntry } from "./entry.ts";
import { digits } from "./preprocessing.ts";

/**
 * A multilayer perceptron: hidden layers with ReLU, by default one of 256 units, then one output
 * for each class.
 *
 * Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors",
 * Nature 323, 1986.
 *
 * ```ts
 * import { mlp } from "@striate/striate";
 * console.log(mlp({ hidden: [128] }).parameters); // 101770
 * ```
 */
export function mlp(
  options: ArchitectureOptions & { readonly hidden?: readonly number[] } = {},
): Model {
  checkNames("mlp", options, ["classes", "inputShape", "width", "hidden", "seed"]);
  const { classes = 10, inputShape = [28, 28, 1], hidden = [256], seed = 0 } = options;
  const scaled = scaledBy("mlp", options.width);
  const net = sequential(inputShape, { seed }).flatten();
  hidden.forEach((units, i) => {
    net.dense(scaled(units), { name: `hidden${i + 1}`, kernelInitializer: "heUniform" }).relu();
  });
  return net.dense(classes, { name: "output" });
}

export const networks: readonly ZooEntry[] = [
  new ZooEntry({
    name: "mlp",
    build: mlp,
    paper: "Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, " +
      "Nature 323, 1986",
    preprocessing: digits,
  }),
];
