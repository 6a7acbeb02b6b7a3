import type { StepConfig } from "../../augment/steps.ts";
import type { Arm, Recipe } from "./recipe.ts";

/** Noise smoothed by 4 pixels; it moves pixels by half of alpha, which was 34 in the paper. */
const elastic = (alpha: number): StepConfig => ({ type: "elastic", alpha, sigma: 4 });

const arm = (name: string, augment?: readonly StepConfig[]): Arm => ({
  name,
  network: { name: "lenet5" },
  data: "mnist",
  ...augment && { augment },
  epochs: 60,
  batchSize: 64,
  optimizer: {
    optimizer: "sgd",
    "learning-rate": 0.03,
    momentum: 0.9,
    "weight-decay": 0.0001,
    schedule: "cosine",
  },
  validates: true,
});

const wanted = 0.994;

/** LeNet-5 on digits that are bent. */
export const recipe: Recipe = {
  name: "lenet5-elastic",
  title: "LeNet-5 on MNIST, with elastic deformation, with half of it, and without",
  source: "Simard, Steinkraus and Platt 2003, section 2",
  seeds: 1,
  arms: [
    arm("as-they-are"),
    arm("elastic", [elastic(68)]),
    arm("half-elastic", [elastic(34)]),
  ],
  columns: ["test accuracy", "training error", "epochs", "seconds"],
  findings(results) {
    const best = ["elastic", "half-elastic"].reduce((a, b) =>
      (results.mean(b, "test accuracy") ?? 0) > (results.mean(a, "test accuracy") ?? 0) ? b : a
    );
    const bent = results.mean(best, "test accuracy");
    const cell = (name: string) => results.cell(name, "test accuracy");
    return [
      {
        claim: "bent digits leave fewer mistakes",
        found: `${best} ${cell(best)} against ${cell("as-they-are")}`,
        holds: results.isLess("as-they-are", best, "test accuracy"),
      },
      {
        claim: "at least 99.4 % of the test images are right",
        found: `${best} ${cell(best)}`,
        holds: bent === undefined ? undefined : bent >= wanted,
      },
    ];
  },
};
