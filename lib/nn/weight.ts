import { Random } from "../core/random.ts";
import type { Shape } from "../core/shape.ts";
import { Variable } from "../tensor/variable.ts";
import { initialize, type Initializer } from "./initializer.ts";

/** A weight of a model: a variable that training may change. */
export class Weight extends Variable {
  /** Whether training may change it at all (running statistics are only counted). */
  readonly learnable: boolean;
  /** Whether it is left alone for now. */
  frozen = false;

  /** A weight whose first values depend on the seed and its number in the model alone. */
  constructor(
    name: string,
    shape: Shape,
    initializer: Initializer,
    learnable: boolean,
    seed: number,
    number: number,
  ) {
    super(name, shape, "f32", () => initialize(initializer, shape, new Random(seed, number)));
    this.learnable = learnable;
  }

  /** Whether training changes it now. */
  get trainable(): boolean {
    return this.learnable && !this.frozen;
  }
}
