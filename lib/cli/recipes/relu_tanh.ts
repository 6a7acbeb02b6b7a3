import type { Arm, Recipe } from "./recipe.ts";

type Activation = "relu" | "tanh";

const rates = { relu: [0.01, 0.03, 0.003], tanh: [0.01, 0.03, 0.003, 0.1] } as const;

/** With weights that begin small the lowest of them are too slow. */
const ratesOfSmall = [0.03, 0.01] as const;

const arm = (activation: Activation, rate: number, weights?: "small"): Arm => ({
  name: [activation, ...weights === undefined ? [] : [weights], rate].join("-"),
  group: activation,
  network: { name: "four-layers", activation, ...weights && { weights } },
  data: "cifar10",
  epochs: 60,
  batchSize: 128,
  optimizer: {
    optimizer: "sgd",
    "learning-rate": rate,
    momentum: 0.9,
    "weight-decay": 0,
    schedule: "constant",
  },
  until: { of: "training", top1: 0.75 },
});

const armsOf = (activation: Activation): Arm[] => [
  ...rates[activation].map((rate) => arm(activation, rate)),
  ...ratesOfSmall.map((rate) => arm(activation, rate, "small")),
];

/** How much sooner a network learns with ReLU than with tanh. */
export const recipe: Recipe = {
  name: "relu-tanh",
  title: "ReLU against tanh: epochs to a training error of 25 %",
  source: "Krizhevsky et al. 2012, section 3.1 and figure 1",
  seeds: 3,
  arms: [...armsOf("relu"), ...armsOf("tanh")],
  columns: ["epochs to target", "training error", "epochs", "seconds"],
  best: { least: "epochs to target", most: "epochs" },
  findings(results) {
    const [relu, tanh] = [results.best("relu"), results.best("tanh")];
    const claim = "with ReLU 25 % are reached in fewer epochs (six times fewer in the paper)";
    const epochs = (arm?: string) => arm && results.mean(arm, "epochs to target");
    const [fewer, more] = [epochs(relu), epochs(tanh)];
    if (!relu || !tanh || !fewer || !more) {
      return [{ claim, found: "not reached by both", holds: undefined }];
    }
    const found = `${relu} in ${fewer.toFixed(1)} epochs, ${tanh} in ${more.toFixed(1)}: ` +
      `${(more / fewer).toFixed(1)} times as many`;
    return [{ claim, found, holds: results.isLess(relu, tanh, "epochs to target") }];
  },
};
