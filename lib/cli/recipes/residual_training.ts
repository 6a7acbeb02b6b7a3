import type { Arm } from "./recipe.ts";

/**
 * How the paper of residual networks trains on CIFAR-10, whatever the network and its epochs.
 *
 * Source: He et al. 2016, arXiv 1512.03385, section 4.2.
 */
export const residualTraining = {
  data: "cifar10",
  augment: "cifar",
  batchSize: 128,
  optimizer: {
    optimizer: "sgd",
    "learning-rate": 0.1,
    momentum: 0.9,
    "weight-decay": 0.0001,
    schedule: "multi-step",
  },
  validates: true,
} as const satisfies Partial<Arm>;
