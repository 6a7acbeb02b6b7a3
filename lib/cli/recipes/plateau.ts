import type { ColumnName } from "./columns.ts";
import type { Arm, Recipe } from "./recipe.ts";

const arm = (schedule: "constant" | "plateau"): Arm => ({
  name: schedule,
  network: { name: "four-layers", activation: "relu" },
  data: "cifar10",
  epochs: 20,
  batchSize: 128,
  optimizer: {
    optimizer: "sgd",
    "learning-rate": 0.02,
    momentum: 0.9,
    "weight-decay": 0.0005,
    schedule,
  },
  // The rule looks at them, so that they are here what the paper's validation images are.
  validates: true,
});

/** AlexNet's rule for the rate. Until it first divides it, both arms are the same to the bit. */
export const recipe: Recipe = {
  name: "plateau",
  title: "the rate divided by ten when the test loss stops falling, against a constant rate",
  source: "Krizhevsky et al. 2012, section 5",
  seeds: 1,
  arms: [arm("constant"), arm("plateau")],
  columns: ["test accuracy", "training error", "epochs", "seconds"],
  findings(results) {
    const compare = (claim: string, column: ColumnName, less: string, more: string) => ({
      claim: `${claim} with the rate divided`,
      found: ["plateau", "constant"].map((name) => results.cell(name, column)).join(" against "),
      holds: results.isLess(less, more, column),
    });
    return [
      compare("more test images are right", "test accuracy", "constant", "plateau"),
      compare("the training error is smaller", "training error", "plateau", "constant"),
    ];
  },
};
