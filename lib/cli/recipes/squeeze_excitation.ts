import type { ColumnName } from "./columns.ts";
import type { Arm, Recipe } from "./recipe.ts";
import { residualTraining } from "./residual_training.ts";

const arm = (name: string, reduction?: number): Arm => ({
  name,
  network: { name: "half-residual", ...reduction !== undefined && { reduction } },
  ...residualTraining,
  // Half of the paper's batch: twice as many updates from the images that there are.
  batchSize: 64,
  epochs: 6,
});

/** What squeeze-and-excitation blocks add to a small residual network. */
export const recipe: Recipe = {
  name: "squeeze-excitation",
  title: "ResNet-20 at half width with squeeze-and-excitation blocks and without, 6 epochs each",
  source: "Hu, Shen and Sun 2018, arXiv 1709.01507, section 5.1",
  seeds: 1,
  // 16 in the paper, whose blocks have many more channels than the 8 of the first here.
  arms: [arm("resnet"), arm("se-resnet", 4)],
  columns: ["test accuracy", "training error", "epochs", "seconds"],
  findings(results) {
    const compare = (claim: string, column: ColumnName, less: string, more: string) => ({
      claim: `${claim} with squeeze-and-excitation`,
      found: ["se-resnet", "resnet"].map((name) => results.cell(name, column)).join(" against "),
      holds: results.isLess(less, more, column),
    });
    return [
      compare("more test images are right", "test accuracy", "resnet", "se-resnet"),
      compare("the training error is smaller", "training error", "se-resnet", "resnet"),
    ];
  },
};
