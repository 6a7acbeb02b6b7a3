import { Pipeline } from "../augment/pipeline.ts";
import { isDisplayable } from "./bundle.ts";
import { emit, flush, print } from "./jupyter.ts";
import { isSampled, samplesFigure } from "./samples.ts";

/**
 * Shows values one below the other in a notebook: pictures, charts, tables, tensors, models, data
 * sets and the histories of `fit` as they look best, anything else as `console.log` prints it.
 * Promises are awaited. Outside a notebook everything is printed as a text.
 *
 * A pipeline of `augmentation` and images after it (an image, a list of them, a data set) are shown as
 * a grid: each image, and what the pipeline makes of it.
 *
 * A value that is the last expression of a cell is shown without `show`. But Deno's kernel may lose
 * it where the cell ends at once, and shows nothing at all for NaN, an infinity, -0, a bigint or
 * null; what `show` was awaited for is always there.
 *
 * ```ts
 * import { digits, show, tensor } from "@striate/striate";
 * const { train } = digits({ train: 100, test: 20 });
 * await show("the first examples", train.take(10), tensor([[1, 2], [3, 4]]));
 * ```
 */
export async function show(...values: readonly unknown[]): Promise<void> {
  for (let i = 0; i < values.length; i++) {
    const value = await values[i],
      next = value instanceof Pipeline ? await values[i + 1] : undefined;
    if (value instanceof Pipeline && isSampled(next)) {
      await emit(await samplesFigure(value, next));
      i++;
    } else if (isDisplayable(value)) await emit(value);
    else print(typeof value === "string" ? value : Deno.inspect(value));
  }
  await flush();
}
