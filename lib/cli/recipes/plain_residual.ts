import type { Arm, Recipe } from "./recipe.ts";

const arms = ([["plain", 20], ["plain", 56], ["resnet", 20], ["resnet", 56]] as const).map(
  ([kind, depth]): Arm => ({
    name: `${kind}-${depth}`,
    network: { name: `cifar-${kind}${depth}` },
    data: "cifar10",
    augment: "cifar",
    epochs: 15,
    batchSize: 128,
    optimizer: {
      optimizer: "sgd",
      "learning-rate": 0.1,
      momentum: 0.9,
      "weight-decay": 0.0001,
      schedule: "multi-step",
    },
    validates: true,
  }),
);

/** What depth does to plain networks, and to residual ones. */
export const recipe: Recipe = {
  name: "plain-residual",
  title: "plain networks of 20 and 56 layers against residual ones, 15 epochs each",
  source: "He et al. 2016, arXiv 1512.03385, section 4.2 and figure 6",
  seeds: 1,
  arms,
  columns: ["training error", "test accuracy", "epochs", "seconds"],
  findings(results) {
    const error = (arm: string) => results.mean(arm, "training error");
    const compare = (kind: string, claim: string, isWorse: boolean) => {
      const [shallow, deep] = [error(`${kind}-20`), error(`${kind}-56`)];
      const cell = (depth: number) => results.cell(`${kind}-${depth}`, "training error");
      return {
        claim,
        found: `${cell(56)} against ${cell(20)}`,
        holds: shallow === undefined || deep === undefined ? undefined : deep > shallow === isWorse,
      };
    };
    return [
      compare("plain", "plain-56 has a larger training error than plain-20", true),
      compare("resnet", "resnet-56 has no larger training error than resnet-20", false),
    ];
  },
};
