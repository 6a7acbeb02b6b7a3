import { integer, listOf, oneOf, required, text } from "../core/option_kinds.ts";
import { options, pick, type Schema } from "../core/options.ts";
import { formatShape } from "../core/shape.ts";
import type { ApplyOptions } from "../nn/apply.ts";
import { tensor } from "../tensor/create.ts";
import { crossEntropy } from "../tensor/functions/loss.ts";
import { jit } from "../tensor/jit.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";
import { checkClassifier } from "../evaluate/scorer.ts";
import { bypasses, silences } from "./bypass.ts";
import { type ExplainOptions, explainSchema, oneForEach } from "./explain_options.ts";
import { imagesFor } from "./images.ts";
import { logitsOf } from "./score.ts";

/** How well a model does. */
export interface Score {
  /** The share of examples whose most probable class is the right one. */
  readonly accuracy: number;
  /** The mean cross-entropy. */
  readonly loss: number;
}

/** How well a model does, whole and without one part at a time. */
export interface Ablation<Part> {
  /** The whole model. */
  readonly whole: Score;
  /** Without each part. */
  readonly without: readonly (Score & { readonly part: Part })[];
}

/** Settings of {@linkcode ablateBlocks}. */
export interface AblateBlocksOptions extends ExplainOptions {
  /**
   * Blocks or layers by name: "layer2.1" stands for "layer2.1.conv1" and all others of which it is
   * the beginning. By default the smallest blocks that can be passed by.
   */
  readonly blocks?: readonly string[];
  /**
   * How a block is taken out: "bypass" lets what comes in go on; "silence" has zeros come out, which
   * shows why that is no fair test. "bypass" by default.
   */
  readonly how?: "bypass" | "silence";
}

const blocksSchema = {
  ...explainSchema,
  blocks: listOf(text()),
  how: oneOf(["bypass", "silence"], "bypass"),
} satisfies Schema<AblateBlocksOptions>;

/** The replacement of a layer's result, made anew for each run of the model. */
type Change = (argument: Tensor) => NonNullable<ApplyOptions["replace"]>;

/**
 * How much each block matters: how well the model does where one block is passed by. What comes into
 * it goes on unchanged; of a residual block, what its shortcut yields. It is not silenced, but where
 * `how` says so: nothing but zeros would be an input that no later layer has ever seen.
 *
 * ```ts
 * import { cifarResnet, explain, shapes } from "@striate/striate";
 * const { test } = shapes({ train: 8, test: 16 });
 * const { without } = await explain.ablateBlocks(cifarResnet(20), test, {
 *   blocks: ["layer1.1", "layer3.0"],
 * });
 * console.log(without.length); // 2
 * ```
 *
 * Source: Veit, Wilber and Belongie 2016, arXiv 1605.06431, section 4.1.
 *
 * @throws {TypeError} for data without classes, or that do not fit the model
 * @throws {RangeError} for a block that there is not, or that nothing can stand for
 */
export async function ablateBlocks(
  model: Model,
  data: Dataset,
  given: AblateBlocksOptions = {},
): Promise<Ablation<string>> {
  const where = "ablateBlocks", settings = options(where, given, blocksSchema);
  check(where, model, data);
  const blocks = bypasses(where, model, settings.blocks);
  const found = [...settings.how === "silence" ? silences(model, [...blocks.keys()]) : blocks];
  const none = tensor([0]);
  const all: { readonly change?: Change; readonly argument: Tensor }[] = [
    { argument: none },
    ...found.map(([, bypass]) => ({ change: bypass, argument: none })),
  ];
  const [whole, ...scores] = await measure(where, model, data, settings, all);
  return { whole: whole!, without: scores.map((score, i) => ({ part: found[i]![0], ...score })) };
}

/** Settings of {@linkcode ablateChannels}. */
export interface AblateChannelsOptions extends ExplainOptions {
  /** The layer, by name. */
  readonly layer: string;
  /** Channels of its maps, or units, by number; all by default. */
  readonly channels?: readonly number[];
}

const channelsSchema = {
  ...explainSchema,
  layer: required(text()),
  channels: listOf(integer({ least: 0 })),
} satisfies Schema<AblateChannelsOptions>;

/**
 * How much each channel of a layer matters: how well the model does where one channel says nothing
 * about the image, which is to yield everywhere what it yields on average over the data. (A channel of
 * zeros would say something.)
 *
 * @throws {TypeError} for data without classes, or that do not fit the model
 * @throws {RangeError} for a layer or a channel that there is not
 */
export async function ablateChannels(
  model: Model,
  data: Dataset,
  given: AblateChannelsOptions,
): Promise<Ablation<number>> {
  const where = "ablateChannels", settings = options(where, given, channelsSchema);
  check(where, model, data);
  const { layer } = settings, width = model.layer(layer).outputShape.at(-1)!;
  const channels = settings.channels ?? Array.from({ length: width }, (_, i) => i);
  oneForEach(channels, channels.length, width, `${where}: channels`);
  const weights = pick(settings, "weights");
  const sums = jit((x: Tensor) => {
    const result = model.apply(x, { ...weights, outputs: [layer] });
    return result.mean(Array.from({ length: result.rank - 1 }, (_, i) => i)).mul(x.shape[0]!);
  });
  let sum: Tensor | undefined;
  for await (const { x } of batches(where, model, data, settings)) {
    const part = sums(x);
    sum = sum === undefined ? part : sum.add(part);
    await sum.data();
  }
  const mean = sum!.div(data.length);
  const change: Change = (mask) => ({ name }, result) =>
    name === layer ? result.mul(mask.mul(-1).add(1)).add(mean.mul(mask)) : result;
  const all = [
    { change, argument: tensor(new Float32Array(width)) },
    ...channels.map((channel) => ({
      change,
      argument: tensor(new Float32Array(width).fill(1, channel, channel + 1)),
    })),
  ];
  const [whole, ...scores] = await measure(where, model, data, settings, all);
  return { whole: whole!, without: scores.map((score, i) => ({ part: channels[i]!, ...score })) };
}

function check(where: string, model: Model, data: Dataset): void {
  checkClassifier(model, where);
  const [target] = data instanceof Dataset ? data.targets : [];
  if (target?.dtype === "i32" && target.shape.length === 0) return;
  throw new TypeError(
    `${where}: expected a data set with a class for each example, found ${
      target === undefined ? "none" : `${target.dtype} ${formatShape(target.shape)}`
    }`,
  );
}

/** The examples of a data set in batches, images as a model computes with them. */
async function* batches(
  where: string,
  model: Model,
  data: Dataset,
  { batchSize, signal }: ExplainOptions,
) {
  for await (const { inputs, targets, size } of data.batches({ batchSize: batchSize! })) {
    signal?.throwIfAborted();
    const { shape, dtype } = data.inputs[0]!;
    const images = tensor(inputs[0]!, { shape: [size, ...shape], dtype });
    yield {
      x: (await imagesFor(where, model, images, data.normalization)).x,
      labels: tensor(targets[0]!, { shape: [size], dtype: "i32" }),
    };
  }
}

/** How well a model does with each of some changes. */
async function measure(
  where: string,
  model: Model,
  data: Dataset,
  settings: ExplainOptions,
  changes: readonly { readonly change?: Change; readonly argument: Tensor }[],
): Promise<Score[]> {
  const weights = pick(settings, "weights");
  const programOf = (change: Change | undefined) =>
    jit((x: Tensor, labels: Tensor, argument: Tensor) => {
      const logits = logitsOf(model, x, {
        ...weights,
        ...change && { replace: change(argument) },
      });
      const right = logits.argmax().equal(labels).cast("f32").sum();
      return { right, loss: crossEntropy(logits, labels).mul(x.shape[0]!) };
    });
  // Changes that differ by their argument alone share a program.
  const programs = new Map<Change | undefined, ReturnType<typeof programOf>>();
  const sums = changes.map(() => ({ right: 0, loss: 0 }));
  for await (const { x, labels } of batches(where, model, data, settings)) {
    for (const [i, { change, argument }] of changes.entries()) {
      const run = programs.getOrInsertComputed(change, () => programOf(change));
      const { right, loss } = run(x, labels, argument);
      sums[i]!.right += await right.item();
      sums[i]!.loss += await loss.item();
    }
  }
  return sums.map(({ right, loss }) => ({
    accuracy: right / data.length,
    loss: loss / data.length,
  }));
}
