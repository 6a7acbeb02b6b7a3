import type { Arm, Recipe } from "./recipe.ts";
import { residualTraining } from "./residual_training.ts";

const arms = ([["plain", 20], ["plain", 56], ["resnet", 20], ["resnet", 56]] as const).map(
  ([kind, depth]): Arm => ({
    name: `${kind}-${depth}`,
    network: { name: `cifar-${kind}${depth}` },
    ...residualTraining,
    // The rate of 0.1 is too large to begin with for 56 layers: in so few epochs ResNet-56 does not catch
    // up. The paper warms up too, for 110 layers.
    optimizer: { ...residualTraining.optimizer, schedule: "warm-up" },
    // Half of the paper's batch: twice as many updates from the images that there are.
    batchSize: 64,
    epochs: 10,
  }),
);

/** What depth does to plain networks, and to residual ones. */
export const recipe: Recipe = {
  name: "plain-residual",
  title: "plain networks of 20 and 56 layers against residual ones, 10 epochs each",
  source: "He et al. 2016, arXiv 1512.03385, section 4.2 and figure 6",
  seeds: 1,
  arms,
  columns: ["training error", "test accuracy", "epochs", "seconds"],
  findings(results) {
    const column = "training error";
    const found = (kind: string) =>
      [56, 20].map((depth) => results.cell(`${kind}-${depth}`, column)).join(" against ");
    const isWorse = (kind: string) => results.isLess(`${kind}-20`, `${kind}-56`, column);
    const residual = isWorse("resnet");
    return [
      {
        claim: "plain-56 has a larger training error than plain-20",
        found: found("plain"),
        holds: isWorse("plain"),
      },
      {
        claim: "resnet-56 has no larger training error than resnet-20",
        found: found("resnet"),
        holds: residual === undefined ? undefined : !residual,
      },
    ];
  },
};
