import { digits } from "../../data/digits.ts";
import type { DownloadEvents } from "../core/download.ts";
import type { Parts } from "../../data/parts.ts";
import type { Shape } from "../core/shape.ts";

/** A data set that `train` can learn; all have ten classes. */
interface DataSet {
  /** Height, width and channels of an image. */
  readonly shape: Shape;
  /** How often all images are seen by default. */
  readonly epochs: number;
  /** Draws or reads it; what other than the usual data need is loaded then. */
  load(seed: number, events: DownloadEvents): Promise<Parts>;
}

const grey = [28, 28, 1], colour = [32, 32, 3];

const table = {
  digits: {
    shape: grey,
    epochs: 3,
    load: (seed) => Promise.resolve(digits({ seed })),
  },
  shapes: {
    shape: colour,
    epochs: 3,
    load: async (seed) => (await import("../../data/shapes.ts")).shapes({ seed }),
  },
  mnist: {
    shape: grey,
    epochs: 10,
    load: async (_, events) => await (await import("../../data/mnist.ts")).mnist(events),
  },
  "fashion-mnist": {
    shape: grey,
    epochs: 10,
    load: async (_, events) => await (await import("../../data/mnist.ts")).fashionMnist(events),
  },
  cifar10: {
    shape: colour,
    epochs: 10,
    load: async (_, events) => await (await import("../../data/cifar10.ts")).cifar10(events),
  },
} satisfies Record<string, DataSet>;

/** The name of a data set. */
export type DataName = keyof typeof table;

/** The data sets by name. */
export const dataSets: Readonly<Record<DataName, DataSet>> = table;
