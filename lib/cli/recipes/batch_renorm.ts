import type { ColumnName } from "./columns.ts";
import type { Arm, Recipe } from "./recipe.ts";

/** Both average as slowly, over many more images than a batch has. */
const momentum = 0.99;

/** How batches are drawn; the bounds of renormalisation open over some of the first steps. */
const settings = {
  "two images": {
    batchSize: 2,
    rate: 0.005,
    epochs: 10,
    opens: [500, 4000],
    network: {},
    data: {},
  },
  // What few classes have in common shows most where there is one number a channel for each image.
  "two classes": {
    batchSize: 16,
    rate: 0.02,
    epochs: 25,
    opens: [50, 400],
    network: { hidden: 64 },
    data: { classesOfBatch: 2 },
  },
} as const;

type Setting = keyof typeof settings;

const names = Object.keys(settings) as Setting[];
const kinds = ["batch-norm", "batch-renorm"] as const;
const nameOf = (kind: typeof kinds[number], setting: Setting) =>
  `${kind}-${setting.replace(" ", "-")}`;

const arm = (kind: typeof kinds[number], setting: Setting): Arm => {
  const { batchSize, rate, epochs, opens, network, data } = settings[setting];
  const norm = kind === "batch-norm"
    ? { batchNorm: { momentum } }
    : { batchRenorm: { momentum, rSteps: opens, dSteps: opens } };
  return {
    name: nameOf(kind, setting),
    network: { name: "six-convolutions", filters: 8, ...network, ...norm },
    data: "shapes",
    trainImages: 4000,
    ...data,
    epochs,
    batchSize,
    optimizer: {
      optimizer: "sgd",
      "learning-rate": rate,
      momentum: 0.9,
      "weight-decay": 0,
      schedule: "cosine",
    },
    validates: true,
  };
};

/** Batch renormalisation where the batches say little of all images. */
export const recipe: Recipe = {
  name: "batch-renorm",
  title: "batch renormalisation against batch normalisation: two images a batch, and two classes",
  source: "Ioffe 2017, arXiv 1702.03275, sections 4.2 and 4.3",
  seeds: 3,
  arms: names.flatMap((setting) => kinds.map((kind) => arm(kind, setting))),
  columns: ["test accuracy", "training error", "epochs", "steps", "seconds"],
  findings(results) {
    const compare = (setting: Setting, column: ColumnName, claim: string, more: boolean) => {
      const [plain, renormalised] = kinds.map((kind) => nameOf(kind, setting));
      const [low, high] = more ? [plain!, renormalised!] : [renormalised!, plain!];
      return {
        claim: `in batches of ${setting}, ${claim} with renormalisation`,
        found: `${results.cell(renormalised!, column)} against ${results.cell(plain!, column)}`,
        holds: results.isLess(low, high, column),
      };
    };
    return names.flatMap((setting) => [
      compare(setting, "test accuracy", "more test images are right", true),
      compare(setting, "training error", "the training error is smaller", false),
    ]);
  },
};
