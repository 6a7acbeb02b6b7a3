import { isDisplayable } from "./bundle.ts";
import { emit, flush, print } from "./jupyter.ts";

/**
 * Shows values one below the other in a notebook: pictures, charts, tables, tensors, models, data
 * sets and the histories of `fit` as they look best, anything else as `console.log` prints it.
 * Promises are awaited. Outside a notebook everything is printed as a text.
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
  for (const given of values) {
    const value = await given;
    if (isDisplayable(value)) await emit(value);
    else print(typeof value === "string" ? value : Deno.inspect(value));
  }
  await flush();
}
