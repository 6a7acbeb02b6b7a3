import { describeValue } from "../core/errors.ts";
import { instance } from "../core/option_kinds.ts";
import { options, pick, type Schema as OptionSchema } from "../core/options.ts";
import { tensor } from "../tensor/create.ts";
import type { Batch, Field, Schema } from "./batch.ts";
import { joinedBatches } from "./joined_batches.ts";
import { arrayDataset } from "./array_dataset.ts";
import { Dataset } from "./dataset.ts";
import { Model } from "./model.ts";
import { checkInputs } from "./outputs.ts";
import { DataStream } from "./stream.ts";
import { predictSchema } from "./training_options.ts";

/** Settings of {@linkcode extractFeatures}. */
export interface ExtractFeaturesOptions {
  /** Examples of a run; 128 by default. It changes the result by rounding at most. */
  readonly batchSize?: number;
  /** Ends the work by an AbortError. */
  readonly signal?: AbortSignal;
}

const schema = {
  batchSize: predictSchema.batchSize,
  signal: instance(AbortSignal),
} satisfies OptionSchema<ExtractFeaturesOptions>;

/**
 * What a trunk makes of each example, as a data set in memory with the same targets, weights and
 * classes: the trunk runs once, and a head is then trained on its features in no time. Examples are
 * read as epoch 0 of seed 0 has them, so data should not be augmented; those that cannot be read are
 * left out.
 *
 * ```ts ignore
 * import { extractFeatures, imageFolder, openNetwork } from "@striate/striate";
 * const classes = ["ants", "bees"];
 * const { model, preprocessing } = await openNetwork("googlenet", "googlenet.safetensors", { classes });
 * const { train, test } = await imageFolder("photos", { preprocessing });
 * await model.head().fit(await extractFeatures(model.features(), train), { epochs: 100 });
 * console.log((await model.evaluate(test)).top1); // the head is the model's own
 * ```
 *
 * @throws {TypeError} for what is no model of one output, or data that do not fit it
 * @throws {RangeError} where no example can be read
 */
export async function extractFeatures(
  trunk: Model,
  data: Dataset | DataStream,
  given: ExtractFeaturesOptions = {},
): Promise<Dataset> {
  const where = "extractFeatures", { batchSize, signal } = options(where, given, schema);
  if (!(trunk instanceof Model) || trunk.outputs.length !== 1) {
    throw new TypeError(
      `${where}: expected a model of one output, such as model.features(), found ${
        trunk instanceof Model ? `${trunk.outputs.length} outputs` : describeValue(trunk)
      }`,
    );
  }
  if (!(data instanceof Dataset || data instanceof DataStream)) {
    throw new TypeError(`${where}: expected a data set, found ${describeValue(data)}`);
  }
  if (data.inputs.some(({ name }) => name !== undefined)) {
    const { byNames } = await import("./named_fields.ts");
    data = byNames(trunk, data, where, false);
  }
  checkInputs(trunk, data.inputs, where);
  // As after a training: whoever shares the input sees images as the head was taught by.
  const normalization = trunk.normalization ??= data.normalization;
  const features: Field = { shape: trunk.outputShape, dtype: "f32" };
  const extracted: Schema = {
    ...pick<Schema, "targets" | "weights" | "classes">(data, "targets", "weights", "classes"),
    inputs: [features],
  };
  const batches: Batch[] = [];
  for await (const { inputs, ...batch } of data.batches({ batchSize })) {
    signal?.throwIfAborted();
    if (batch.size === 0) continue; // None of its examples could be read.
    const tensors = inputs.map((array, i) =>
      tensor(array, { shape: [batch.size, ...data.inputs[i]!.shape] })
    );
    using found = await trunk.predict(tensors, {
      batchSize,
      ...normalization && { normalization },
    });
    batches.push({ ...batch, inputs: [await found.data()] });
    for (const one of tensors) one[Symbol.dispose]();
  }
  if (batches.length === 0) {
    throw new RangeError(`${where}: expected at least 1 example that can be read, found none`);
  }
  return arrayDataset({
    ...joinedBatches(extracted, batches),
    ...pick<Schema, "classes">(data, "classes"),
  });
}
