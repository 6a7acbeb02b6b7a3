import type { Arm, Recipe } from "./recipe.ts";

/** The paper's configurations A, B, D and E. */
const depths = [11, 13, 16, 19] as const;
const nameOf = (depth: number) => `vgg-${depth}`;

const arm = (depth: typeof depths[number]): Arm => ({
  name: nameOf(depth),
  network: { name: "vgg-convolutions", depth },
  data: "cifar10",
  epochs: 8,
  batchSize: 64,
  optimizer: {
    optimizer: "sgd",
    "learning-rate": 0.05,
    momentum: 0.9,
    "weight-decay": 0.0005,
    schedule: "cosine",
  },
  validates: true,
});

/**
 * What depth does to VGG. The paper has no batch normalisation, and begins its deep nets with weights of
 * the shallow one: from random ones few epochs would teach them nothing.
 */
export const recipe: Recipe = {
  name: "vgg-depth",
  title: "VGG's configurations A, B, D, E, narrow and with batch normalisation, 8 epochs each",
  source: "Simonyan and Zisserman 2015, arXiv 1409.1556, section 4.1 and table 3",
  seeds: 1,
  arms: depths.map(arm),
  columns: ["test accuracy", "training error", "epochs", "seconds"],
  findings(results) {
    const column = "test accuracy";
    return depths.slice(1).map((depth, i) => {
      const [shallow, deep] = [nameOf(depths[i]!), nameOf(depth)];
      return {
        claim: `with ${depth} layers more test images are right than with ${depths[i]}`,
        found: `${results.cell(deep, column)} against ${results.cell(shallow, column)}`,
        holds: results.isLess(shallow, deep, column),
      };
    });
  },
};
