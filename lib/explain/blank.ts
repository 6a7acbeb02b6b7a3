import { describeValue } from "../core/errors.ts";
import { checkedBy } from "../core/option_kinds.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import { preprocess } from "../nn/preprocess.ts";
import { tensor, zeros } from "../tensor/create.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import { bringTo } from "./home.ts";

/**
 * An image that shows nothing: "mean", all numbers 0 after normalisation, which is the mean colour of
 * the images that the model was trained on; "black"; or a tensor [h, w, c] of one's own, bytes or
 * normalised.
 */
export type Blank = "mean" | "black" | Tensor;

/** An image that shows nothing, as an option. */
export const blankOption = checkedBy<Blank, "mean">((value, where) => {
  if (value === "mean" || value === "black" || value instanceof Tensor) return value;
  throw new TypeError(
    `${where}: expected "mean", "black" or a tensor, found ${describeValue(value)}`,
  );
}, "mean");

/** The blank image as a model computes with it, [1, h, w, c]. */
export async function blankImage(model: Model, blank: Blank, where: string): Promise<Tensor> {
  return await bringTo(model, blankOf(model, blank, where));
}

function blankOf({ inputShape, normalization }: Model, blank: Blank, where: string): Tensor {
  const shape = [1, ...inputShape];
  if (blank === "mean") return zeros(shape);
  if (blank === "black") {
    const bytes = new Uint8Array(shape.reduce((a, b) => a * b));
    return preprocess(tensor(bytes, { shape }), normalization);
  }
  if (!sameShape(blank.shape, inputShape)) {
    throw new TypeError(
      `${where}: expected ${formatShape(inputShape)}, as the model takes images, found ${
        formatShape(blank.shape)
      }`,
    );
  }
  return preprocess(blank, normalization).reshape(shape);
}
