import { integer, number, positiveInteger, text } from "../core/option_kinds.ts";
import { options, pick, type Schema } from "../core/options.ts";
import { Random } from "../core/random.ts";
import { concatenate } from "../tensor/combine.ts";
import { oneHot, tensor } from "../tensor/create.ts";
import { gradient } from "../tensor/gradient.ts";
import { jit } from "../tensor/jit.ts";
import { resize2d } from "../tensor/resize.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import { type ByteImage, channelsOf } from "../vision/image.ts";
import { mapsOf } from "./deconvnet.ts";
import { type ExplainOptions, explainSchema } from "./explain_options.ts";
import { bringTo } from "./home.ts";
import { mapsLayer } from "./layers.ts";
import { fromPicture } from "./picture.ts";
import { separable, window } from "./separable.ts";

/** Settings of {@linkcode deepDream}. */
export interface DreamOptions extends Omit<ExplainOptions, "batchSize"> {
  /** The layer whose answers grow, by name; by default the last one with maps. */
  readonly layer?: string;
  /** One channel of it; by default all. */
  readonly channel?: number;
  /** Sizes that the image goes through, from small to its own; 3 by default. */
  readonly octaves?: number;
  /** How much larger each is than the one before; 1.4 by default. */
  readonly octaveScale?: number;
  /** Steps at each size; 10 by default. */
  readonly steps?: number;
  /** How far a step moves on average, as a share of the range from black to white; 0.01 by default. */
  readonly learningRate?: number;
  /** Seeds the shifts; 0 by default. */
  readonly seed?: number;
}

const schema = {
  ...pick(explainSchema, "weights", "signal"),
  layer: text(),
  channel: integer({ least: 0 }),
  octaves: positiveInteger(3),
  octaveScale: number({ above: 1, most: 4 }, 1.4),
  steps: positiveInteger(10),
  learningRate: number({ above: 0 }, 0.01),
  seed: integer({}, 0),
} satisfies Schema<DreamOptions>;

/**
 * An image in which a layer sees more of what it saw: steps go where the squares of its answers grow,
 * at one size after another, and what is found at a small one is carried on to the next. The image may
 * be larger than what the model takes: it is looked at in tiles, whose seams lie elsewhere in each step.
 * A picture [height, width, channels] from 0 to 1, of the image's size, but at least the model's.
 *
 * ```ts ignore
 * import { explain, openNetwork, photographs, show } from "@striate/striate";
 * const { model } = await openNetwork("googlenet", "imagenet");
 * const [mountains] = await photographs({ names: ["mountains"] });
 * await show(await explain.deepDream(model, mountains!, { layer: "inception_4c/output" }));
 * ```
 *
 * Source: Mordvintsev, Olah and Tyka, "Inceptionism", Google Research 2015.
 *
 * @throws {TypeError} for a model of other images, or a layer without maps
 * @throws {RangeError} for a layer or a channel that there is not, or an unknown option
 */
export async function deepDream(
  model: Model,
  image: ByteImage,
  given: DreamOptions = {},
): Promise<Tensor> {
  const where = "deepDream", settings = options(where, given, schema);
  const { channel, octaves, octaveScale, steps, learningRate, seed, signal } = settings;
  const { name, outputShape } = mapsLayer(where, model, settings.layer);
  const [height, width, channels] = model.inputShape as [number, number, number];
  if (channelsOf(image, `${where}: image`) !== channels) {
    throw new TypeError(`${where}: expected an image of ${channels} channels, as the model takes`);
  }
  if (channel !== undefined && channel >= outputShape[2]!) {
    throw new RangeError(
      `${where}: channel: expected at most ${outputShape[2]! - 1}, found ${channel}`,
    );
  }
  const mask = channel === undefined ? undefined : oneHot([channel], outputShape[2]!).squeeze(0);
  const answers = (x: Tensor) => {
    const maps = mapsOf(model, x, name, settings);
    return (mask === undefined ? maps : maps.mul(mask)).square().mean();
  };
  /** A step on tiles that begin at those rows and columns, each a matrix that takes them out. */
  const step = jit((p: Tensor, rows: Parts, columns: Parts) => {
    const tiles = (p: Tensor) =>
      concatenate(rows.flatMap((down) => columns.map((across) => separable(p, down, across))));
    const slopes = gradient((p: Tensor) => answers(fromPicture(model, tiles(p))))(p);
    const size = slopes.abs().mean().add(1e-30);
    return p.add(slopes.div(size).mul(learningRate)).clip(0, 1);
  });

  const sizes = Array.from({ length: octaves }, (_, i): readonly [number, number] => {
    const scale = octaveScale ** (i - octaves + 1);
    return [
      Math.max(height, Math.round(image.height * scale)),
      Math.max(width, Math.round(image.width * scale)),
    ];
  });
  const bytes = tensor(image.data, { shape: [1, image.height, image.width, channels] });
  const original = await bringTo(model, bytes.cast("f32").div(255)), random = new Random(seed);
  const scaled = (size: readonly [number, number]) => resize2d(original, size, { antialias: true });
  let dreamt = scaled(sizes[0]!), before = dreamt;
  for (const size of sizes) {
    // What was dreamt at the last size, and the details that the image has at this one.
    const here = scaled(size);
    dreamt = here.add(resize2d(dreamt.sub(before), size));
    before = here;
    for (let i = 0; i < steps; i++) {
      signal?.throwIfAborted();
      const parts = (length: number, tile: number): Tensor[] => {
        const count = Math.ceil(length / tile), shift = random.uniform(0, length);
        return Array.from(
          { length: count },
          (_, j) => window(length, Math.floor(shift + j * length / count), tile),
        );
      };
      dreamt = step(dreamt, parts(size[0], height), parts(size[1], width));
      await dreamt.data();
    }
  }
  return dreamt.squeeze(0);
}

type Parts = readonly Tensor[];
