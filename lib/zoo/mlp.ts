import { listOf, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { sequential } from "../train/make_model.ts";
import type { Model } from "../train/model.ts";
import { type ArchitectureOptions, digitSchema, scaledBy } from "./architecture_options.ts";
import { ZooEntry } from "./entry.ts";
import { digits } from "./published.ts";

/** Settings of {@linkcode mlp}. */
export interface MlpOptions extends ArchitectureOptions {
  /** Units of each hidden layer; [256] by default. */
  readonly hidden?: readonly number[];
}

const schema = {
  ...digitSchema,
  inputShape: listOf(positiveInteger(), [28, 28, 1]),
  hidden: listOf(positiveInteger(), [256]),
} satisfies Schema<MlpOptions>;

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
export function mlp(given: MlpOptions = {}): Model {
  const { classes, inputShape, width, hidden, seed } = options("mlp", given, schema);
  const scaled = scaledBy(width);
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
