import type { Arm, Recipe } from "./recipe.ts";

const rates = { none: [0.03, 0.01, 0.003, 0.1], "batch-norm": [0.3, 0.1, 0.03] } as const;

const arm = (kind: keyof typeof rates, rate: number): Arm => ({
  name: `${kind}-${rate}`,
  group: kind,
  network: { name: "six-convolutions", ...kind === "batch-norm" && { batchNorm: {} } },
  data: "cifar10",
  epochs: 20,
  batchSize: 64,
  optimizer: {
    optimizer: "sgd",
    "learning-rate": rate,
    momentum: 0.9,
    "weight-decay": 0,
    schedule: "constant",
  },
  validates: true,
  until: { of: "test", top1: 0.65 },
});

/** How much sooner a network learns with batch normalisation. */
export const recipe: Recipe = {
  name: "batch-norm",
  title: "batch normalisation against none: steps to a test accuracy of 65 %",
  source: "Ioffe and Szegedy 2015, arXiv 1502.03167, section 4.2 and figure 2",
  seeds: 3,
  arms: [
    ...rates.none.map((rate) => arm("none", rate)),
    ...rates["batch-norm"].map((rate) => arm("batch-norm", rate)),
  ],
  columns: ["steps to target", "test accuracy", "epochs", "seconds"],
  best: { least: "steps to target", most: "test accuracy" },
  findings(results) {
    const [none, normalised] = [results.best("none"), results.best("batch-norm")];
    const claim = "with batch normalisation 65 % are reached in fewer steps";
    const cell = (arm?: string) => arm ? `${arm}: ${results.cell(arm, "steps to target")}` : "none";
    const found = `${cell(normalised)}; ${cell(none)}`;
    const holds = none && normalised
      ? results.isLess(normalised, none, "steps to target")
      : undefined;
    return [{ claim, found, holds }];
  },
};
