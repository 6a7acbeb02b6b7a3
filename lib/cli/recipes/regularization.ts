import type { Arm, Recipe } from "./recipe.ts";

const usual: Omit<Arm, "name"> = {
  network: { name: "four-layers", activation: "relu" },
  data: "cifar10",
  trainImages: 2000,
  epochs: 100,
  batchSize: 50,
  optimizer: {
    optimizer: "sgd",
    "learning-rate": 0.01,
    momentum: 0.9,
    "weight-decay": 0,
    schedule: "cosine",
  },
};
const dropout = { ...usual, network: { name: "four-layers", activation: "relu", dropout: 0.5 } };
const decay = { optimizer: { ...usual.optimizer, "weight-decay": 0.005 } };
const names = [
  "augmented-10x",
  "augmented-anew",
  "dropout",
  "weight-decay",
  "all",
] as const;

/** What keeps a network from learning 2,000 images by heart. */
export const recipe: Recipe = {
  name: "regularization",
  title: "augmentation, dropout and weight decay on 2,000 images: the gap of training and test",
  source: "Krizhevsky et al. 2012, sections 4 and 5",
  seeds: 3,
  arms: [
    { name: "none", ...usual },
    { name: "augmented-10x", ...usual, augment: "cifar", variants: 10 },
    { name: "augmented-anew", ...usual, augment: "cifar" },
    { name: "dropout", ...dropout },
    { name: "weight-decay", ...usual, ...decay },
    { name: "all", ...dropout, ...decay, augment: "cifar" },
  ],
  columns: ["training accuracy", "test accuracy", "gap", "steps", "seconds"],
  findings: (results) =>
    names.map((name) => ({
      claim: `the gap is smaller with ${name}`,
      found: `${results.cell(name, "gap")} against ${results.cell("none", "gap")}, ` +
        `and of the test images ${results.cell(name, "test accuracy")} right against ` +
        results.cell("none", "test accuracy"),
      holds: results.isLess(name, "none", "gap"),
    })),
};
