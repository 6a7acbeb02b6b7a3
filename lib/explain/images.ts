import { describeValue, wrongType } from "../core/errors.ts";
import type { Normalization } from "../core/preprocessing.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import { preprocess } from "../nn/preprocess.ts";
import { tensor } from "../tensor/create.ts";
import { concatenate } from "../tensor/combine.ts";
import { jit } from "../tensor/jit.ts";
import { Tensor } from "../tensor/tensor.ts";
import { Model } from "../train/model.ts";
import { checkClassifier } from "../evaluate/scorer.ts";
import { type ExplainOptions, oneForEach, type TargetOptions } from "./explain_options.ts";
import { bringTo } from "./home.ts";
import { logitsOf } from "./score.ts";

/** Images as a model computes with them. */
export interface Images {
  /** Normalised: f32 [n, h, w, c]. */
  readonly x: Tensor;
  /** A result for all images, without the axis of the batch where one image was given. */
  readonly shaped: (result: Tensor) => Tensor;
}

/**
 * The images that a user gives: [n, h, w, c], or one, [h, w, c]. Bytes are normalised as the model has
 * it, or else as their data set; other numbers are taken to be so already.
 *
 * @throws {TypeError} for a model of other inputs than images, or images that do not fit it
 */
export async function imagesFor(
  where: string,
  model: Model,
  images: Tensor,
  normalization?: Normalization,
): Promise<Images> {
  if (!(model instanceof Model)) throw wrongType(where, "a model", describeValue(model));
  const { inputShape, inputs } = model;
  if (inputs.length !== 1 || inputShape.length !== 3) {
    throw new TypeError(
      `${where}: expected a model of images [height, width, channels], found ${
        inputs.length === 1
          ? `an input of shape ${formatShape(inputShape)}`
          : `${inputs.length} inputs`
      }`,
    );
  }
  if (!(images instanceof Tensor)) {
    throw wrongType(`${where}: images`, "a tensor", describeValue(images));
  }
  const alone = sameShape(images.shape, inputShape);
  const batch = alone ? images.reshape([1, ...inputShape]) : images;
  if (!sameShape(batch.shape.slice(1), inputShape) || batch.shape[0] === 0) {
    throw wrongType(
      `${where}: images`,
      `${formatShape(inputShape)} or [n, ${inputShape.join(", ")}], as the model takes them`,
      formatShape(images.shape),
    );
  }
  return {
    x: await bringTo(model, preprocess(batch, model.normalization ?? normalization)),
    shaped: (result) => alone ? result.squeeze(0) : result,
  };
}

/** What `fn` gives for batches of images, and of what belongs to each of them, one after another. */
export async function inBatches(
  { batchSize = 16, signal }: ExplainOptions,
  fn: (x: Tensor, beside: Tensor) => Tensor,
  x: Tensor,
  beside: Tensor = x,
): Promise<Tensor> {
  const n = x.shape[0]!, run = jit(fn), results: Tensor[] = [];
  for (let at = 0; at < n; at += batchSize) {
    signal?.throwIfAborted();
    const size = Math.min(batchSize, n - at);
    const part = (all: Tensor) => size === n ? all : all.slice([at], [size]);
    const result = run(part(x), part(beside));
    // Waits for the device, so that the memory of what lies between comes back.
    await result.data();
    results.push(result);
  }
  return results.length === 1 ? results[0]! : concatenate(results);
}

/**
 * The classes that are to be explained, i32 [n]: those given, or the most probable ones.
 *
 * @throws {TypeError} for a model that is no classifier
 * @throws {RangeError} for a class that there is not
 */
export async function targetsFor(
  where: string,
  model: Model,
  x: Tensor,
  { target, ...settings }: TargetOptions,
): Promise<Tensor> {
  checkClassifier(model, where);
  const n = x.shape[0]!, classes = model.outputShape.at(-1)!;
  if (target !== undefined) {
    const list = oneForEach(target, n, classes, `${where}: target`);
    return await bringTo(model, tensor([...list], { dtype: "i32" }));
  }
  return await inBatches(settings, (x) => logitsOf(model, x, settings).argmax(), x);
}
