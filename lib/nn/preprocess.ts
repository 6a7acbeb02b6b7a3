import type { Normalization } from "../core/preprocessing.ts";
import type { Node } from "../graph/node.ts";
import { add, convert, multiply } from "../graph/ops/elementwise.ts";
import type { Runtime } from "../tensor/runtime.ts";
import { Variable } from "../tensor/variable.ts";
import type { ProgramBuilder } from "./program.ts";

/**
 * What a model sees of an input: f32 as it is, uint8 images as (x / 255 - mean) / standard
 * deviation, or x / 255 where no normalization is known. This runs on the device, so that images
 * travel as bytes.
 */
export class Preprocessor {
  readonly #factor: Variable;
  readonly #shift: Variable;

  /**
   * The preprocessing of images with `channels` channels.
   *
   * @throws {TypeError} if there are neither 1 nor `channels` numbers, {RangeError} if one makes no sense.
   */
  constructor(normalization: Normalization | undefined, channels: number) {
    const { mean, standardDeviation } = normalization ??
      { mean: [0], standardDeviation: [1] };
    for (const [name, list] of Object.entries({ mean, standardDeviation })) {
      if (list.length !== 1 && list.length !== channels) {
        throw new TypeError(
          `normalization: ${name}: expected 1 or ${channels} numbers, found ${list.length}`,
        );
      }
      const wrong = list.find((x) => !Number.isFinite(x) || (name !== "mean" && x <= 0));
      if (wrong !== undefined) {
        throw new RangeError(
          `normalization: ${name}: expected finite numbers${
            name === "mean" ? "" : " above 0"
          }, found ${wrong}`,
        );
      }
    }
    const at = (list: readonly number[], c: number) => list[list.length === 1 ? 0 : c]!;
    const vector = (name: string, value: (c: number) => number) =>
      new Variable(
        `normalization.${name}`,
        [channels],
        "f32",
        () => Float32Array.from({ length: channels }, (_, c) => value(c)),
      );
    this.#factor = vector("factor", (c) => 1 / (255 * at(standardDeviation, c)));
    this.#shift = vector("shift", (c) => -at(mean, c) / at(standardDeviation, c));
  }

  /** Adds the preprocessing of `x` to a program. */
  apply(builder: ProgramBuilder, x: Node): Node {
    if (x.dtype !== "u8") return convert(x, "f32");
    const scaled = multiply(convert(x, "f32"), builder.variable(this.#factor));
    return add(scaled, builder.variable(this.#shift));
  }

  /** Moves its constants to a runtime. */
  async to(runtime: Runtime): Promise<void> {
    await this.#factor.to(runtime);
    await this.#shift.to(runtime);
  }
}
