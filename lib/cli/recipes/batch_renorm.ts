import type { Arm, Recipe } from "./recipe.ts";

/** Both average as slowly, so that what they count in batches of one class is of all classes. */
const momentum = 0.99;

/** How batches are drawn; the bounds of renormalisation open over the first steps. */
const settings = {
  "batches of 2": { batchSize: 2, rate: 0.005, opens: [500, 4000] },
  "batches of a class": { batchSize: 16, rate: 0.02, opens: [100, 800] },
} as const;

type Setting = keyof typeof settings;

const names = Object.keys(settings) as Setting[];
const kinds = ["batch-norm", "batch-renorm"] as const;
const nameOf = (kind: typeof kinds[number], setting: Setting) =>
  `${kind}-${setting.replaceAll(" ", "-")}`;

const arm = (kind: typeof kinds[number], setting: Setting): Arm => {
  const { batchSize, rate, opens } = settings[setting];
  const norm = kind === "batch-norm"
    ? { batchNorm: { momentum } }
    : { batchRenorm: { momentum, rSteps: opens, dSteps: opens } };
  return {
    name: nameOf(kind, setting),
    network: { name: "six-convolutions", filters: 8, ...norm },
    data: "shapes",
    trainImages: 4000,
    ...setting === "batches of a class" && { batchesOf: "class" },
    epochs: 10,
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

/** Batch renormalisation where batch normalisation fails. */
export const recipe: Recipe = {
  name: "batch-renorm",
  title: "batch renormalisation against batch normalisation: batches of 2, and of one class each",
  source: "Ioffe 2017, arXiv 1702.03275, sections 4.2 and 4.3",
  seeds: 3,
  arms: names.flatMap((setting) => kinds.map((kind) => arm(kind, setting))),
  columns: ["test accuracy", "training error", "epochs", "steps", "seconds"],
  findings: (results) =>
    names.map((setting) => {
      const [plain, renormalised] = kinds.map((kind) => nameOf(kind, setting));
      const accuracy = (arm: string) => results.mean(arm, "test accuracy");
      const [less, more] = [accuracy(plain!), accuracy(renormalised!)];
      const cell = (arm: string) => results.cell(arm, "test accuracy");
      return {
        claim: `in ${setting}, more test images are right with renormalisation`,
        found: `${cell(renormalised!)} against ${cell(plain!)}`,
        holds: less === undefined || more === undefined ? undefined : more > less,
      };
    }),
};
