import { Random } from "../core/random.ts";
import type { Shape } from "../core/shape.ts";
import { Variable } from "../tensor/variable.ts";
import {
  checkInitializer,
  type Fans,
  initialize,
  type InitializerLike,
  initializerOf,
} from "./initializer.ts";

/** What a layer needs for a weight. */
export interface WeightType {
  /** Sizes of its axes. */
  readonly shape: Shape;
  /** The rule for its first values. */
  readonly initializer: InitializerLike;
  /** How many numbers meet in it; by default those of a kernel [..., inputs, outputs]. */
  readonly fans?: Fans;
  /** False for what training only keeps count of (running statistics); true by default. */
  readonly trainable?: boolean;
  /** How files of other libraries hold it; by default under its own name, in the same order. */
  readonly stored?: StoredWeight;
}

/** How files of other libraries hold a weight. */
export interface StoredWeight {
  /** Its name in files of PyTorch. */
  readonly pytorch?: string;
  /** Its name in files of Keras. */
  readonly keras?: string;
  /**
   * Its order where channels come before height and width, as in PyTorch and Caffe: "kernel" for
   * outputs before inputs, "features" for a number for each number of the input, which may be an
   * image made flat.
   */
  readonly order?: "kernel" | "features";
}

/** A weight of a model: a variable that training may change. */
export class Weight extends Variable {
  /** Whether training may change it at all (running statistics are only counted). */
  readonly learnable: boolean;
  /** Whether training is kept from changing it for now. */
  frozen = false;
  /** How files of other libraries hold it. */
  readonly stored: StoredWeight;

  /** A weight whose first values depend on the seed and its number in the model alone. */
  constructor(name: string, type: WeightType, seed: number, number: number) {
    const { shape, fans, trainable = true, stored = {} } = type;
    const initializer = initializerOf(type.initializer);
    checkInitializer(initializer, shape, name);
    super(name, shape, "f32", () => initialize(initializer, shape, new Random(seed, number), fans));
    this.learnable = trainable;
    this.stored = stored;
  }

  /** Whether training changes it now. */
  get trainable(): boolean {
    return this.learnable && !this.frozen;
  }
}
