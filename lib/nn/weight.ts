import { checkParts } from "../core/errors.ts";
import type { TensorData } from "../core/dtype.ts";
import { Random } from "../core/random.ts";
import type { Shape } from "../core/shape.ts";
import { Variable } from "../tensor/variable.ts";
import {
  checkInitializer,
  distributionOf,
  type Fans,
  fansOf,
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

/** Numbers from which on a weight is worth the time that loading `draw.ts` takes. */
const large = 1 << 16;

/** A weight of a model: a variable that training may change. */
export class Weight extends Variable {
  /** Whether training may change it at all (running statistics are only counted). */
  readonly learnable: boolean;
  /** Whether training is kept from changing it for now. */
  frozen = false;
  /** How files of other libraries hold it. */
  readonly stored: StoredWeight;

  readonly #draw: () => Promise<TensorData | undefined>;

  /** A weight whose first values depend on the seed and its number in the model alone. */
  constructor(name: string, type: WeightType, seed: number, number: number) {
    checkParts("Weight", type, ["shape", "initializer"], "layers of a model have theirs");
    const { shape, fans, trainable = true, stored = {} } = type;
    const initializer = initializerOf(type.initializer);
    checkInitializer(initializer, shape, name);
    super(name, shape, "f32", () => initialize(initializer, shape, new Random(seed, number), fans));
    this.#draw = async () => {
      const distribution = distributionOf(initializer, fans ?? fansOf(shape));
      if (distribution === undefined) return undefined;
      const { draw } = await import("./draw.ts");
      return draw(distribution, this.size, seed, number);
    };
    this.learnable = trainable;
    this.stored = stored;
  }

  /**
   * What `initialize` gives, by vectors of WebAssembly.
   *
   * @internal
   */
  protected override async drawFirst(): Promise<TensorData | undefined> {
    return this.size < large ? undefined : await this.#draw();
  }

  /** Whether training changes it now. */
  get trainable(): boolean {
    return this.learnable && !this.frozen;
  }
}
