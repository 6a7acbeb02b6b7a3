import type { Recipe } from "./recipe.ts";
import { residualTraining } from "./residual_training.ts";

/** What PyTorch reached with the same recipe is in tests/bench/EXPERIMENTS.md. */
const wanted = 0.86;

/** ResNet-20 as in its paper, shortened. */
export const recipe: Recipe = {
  name: "resnet20-cifar10",
  title: "ResNet-20 on CIFAR-10, the paper's recipe in 60 epochs",
  source: "He et al. 2016, arXiv 1512.03385, section 4.2",
  seeds: 1,
  arms: [{
    name: "resnet-20",
    network: { name: "cifar-resnet20" },
    ...residualTraining,
    epochs: 60,
  }],
  columns: ["test accuracy", "training error", "epochs", "seconds"],
  findings(results) {
    const accuracy = results.mean("resnet-20", "test accuracy");
    return [{
      claim: "at least 86 % of the test images are right",
      found: results.cell("resnet-20", "test accuracy"),
      holds: accuracy === undefined ? undefined : accuracy >= wanted,
    }];
  },
};
