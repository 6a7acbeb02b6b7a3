import type { ScheduleName } from "./training_optimizer.ts";

/** What is usual for runs of a kind. */
export interface Usual {
  /** What they do, in words. */
  readonly title: string;
  readonly model?: string;
  readonly imageSize?: number;
  readonly augment?: string;
  readonly headEpochs?: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** For sgd. */
  readonly learningRate: number;
  /** For sgd. */
  readonly weightDecay: number;
  readonly schedule: ScheduleName;
}

const plain = {
  title: "training from first weights",
  epochs: 10,
  batchSize: 32,
  learningRate: 0.05,
  weightDecay: 0.0005,
  schedule: "cosine",
} satisfies Usual;

/** What is usual, by the kind of a run. */
const usuals = {
  plain: { ...plain, model: "lenet5" },
  images: {
    ...plain,
    title: "training on images from first weights",
    model: "cifar-resnet20",
    imageSize: 64, // As functions have it, from a module that not every run has to load.
    augment: "crop-flip",
    epochs: 30,
    batchSize: 16,
    learningRate: 0.02,
  },
  "fine-tuning": {
    title: "fine-tuning of weights that were trained before",
    augment: "crop-flip",
    headEpochs: 20,
    epochs: 10,
    batchSize: 16,
    learningRate: 0.001,
    weightDecay: 0.0001,
    schedule: "cosine",
  },
  // 64,000 steps in batches of 128 of 50,000 images.
  "residual-cifar": {
    title: "the paper's recipe (He et al. 2016, section 4.2)",
    augment: "cifar",
    epochs: 164,
    batchSize: 128,
    learningRate: 0.1,
    weightDecay: 0.0001,
    schedule: "multi-step",
  },
} satisfies Record<string, Usual>;

/** A kind of run. */
export type UsualName = keyof typeof usuals;

/** What is usual for each kind of run, in lines for the help. */
export const formatUsuals = (): string =>
  Object.values<Usual>(usuals).map((usual) => {
    const { title, model, augment, headEpochs, epochs, batchSize, learningRate } = usual;
    const settings = [
      ...model ? [model] : [],
      ...augment ? [`augment ${augment}`] : [],
      ...headEpochs ? [`${headEpochs} head-epochs`] : [],
      `${epochs} epochs`,
      `batches of ${batchSize}`,
    ];
    const rule = `rate ${learningRate} (${usual.schedule}), weight decay ${usual.weightDecay}`;
    return `  ${title}\n    ${settings.join(", ")}, ${rule}`;
  }).join("\n");

/** What is usual for a run. */
export const usualOf = (name: UsualName): Usual => usuals[name];
