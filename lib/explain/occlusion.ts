import { oneOf, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { tensor } from "../tensor/create.ts";
import { iota } from "../tensor/create.ts";
import { where as select } from "../tensor/combine.ts";
import { jit } from "../tensor/jit.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import { type Blank, blankImage, blankOption } from "./blank.ts";
import { type TargetOptions, targetSchema } from "./explain_options.ts";
import { imagesFor, targetsFor } from "./images.ts";
import { logitsOf, scoresOf } from "./score.ts";

/** Settings of {@linkcode occlusion}. */
export interface OcclusionOptions extends TargetOptions {
  /** The side of the square that covers a part, in pixels; by default a fifth of the shorter side. */
  readonly window?: number;
  /** How far it moves, in pixels; by default a third of its side. */
  readonly stride?: number;
  /** What it shows; "mean" by default. */
  readonly blank?: Blank;
  /** What is measured of the class: the logit ("score", the default), or the "probability". */
  readonly measure?: "score" | "probability";
}

const schema = {
  ...targetSchema,
  window: positiveInteger(),
  stride: positiveInteger(),
  blank: blankOption,
  measure: oneOf(["score", "probability"], "score"),
} satisfies Schema<OcclusionOptions>;

/**
 * How much a class loses where a part of the image is covered: for each pixel the mean loss over all
 * squares that cover it, [n, h, w] for images [n, h, w, c], [h, w] for one. Where it is negative, the
 * class gains. It needs no gradient, and as many runs as there are places for the square.
 *
 * ```ts
 * import { explain, ones, sequential } from "@striate/striate";
 * const net = sequential([8, 8, 1]).flatten().dense(2);
 * const heat = await explain.occlusion(net, ones([8, 8, 1]), { target: 1, window: 1, stride: 1 });
 * console.log(heat.shape); // [8, 8]: for one pixel at a time, its weight
 * ```
 *
 * Source: Zeiler and Fergus 2013, arXiv 1311.2901, section 4.2.
 *
 * @throws {TypeError} for images that do not fit the model, or a model that is no classifier
 * @throws {RangeError} for a class that there is not, a window larger than the image, or an unknown option
 */
export async function occlusion(
  model: Model,
  images: Tensor,
  given: OcclusionOptions = {},
): Promise<Tensor> {
  const where = "occlusion", settings = options(where, given, schema);
  const { x, shaped } = await imagesFor(where, model, images);
  const [height, width] = model.inputShape as [number, number];
  const window = settings.window ?? Math.ceil(Math.min(height, width) / 5);
  const stride = settings.stride ?? Math.ceil(window / 3);
  if (window > Math.min(height, width)) {
    throw new RangeError(
      `${where}: window: expected at most the image, ${height} x ${width}, found ${window}`,
    );
  }
  const blank = await blankImage(model, settings.blank, `${where}: blank`);
  const target = await targetsFor(where, model, x, settings);
  const measure = (x: Tensor, target: Tensor) => {
    const logits = logitsOf(model, x, settings);
    return scoresOf(settings.measure === "score" ? logits : logits.softmax(), target);
  };
  const whole = jit(measure);
  const covered = jit((x: Tensor, target: Tensor, tops: Tensor, lefts: Tensor) => {
    const n = tops.shape[0]!, axis = (of: number) => iota([1, height, width, 1], of);
    const within = (of: number, from: Tensor) => {
      const start = from.reshape([n, 1, 1, 1]);
      return axis(of).greaterEqual(start).mul(axis(of).less(start.add(window)));
    };
    const isCovered = within(1, tops).mul(within(2, lefts)).equal(1);
    return measure(select(isCovered, blank, x), target.broadcastTo([n]));
  });

  const places = startsOf(height, window, stride)
    .flatMap((top) => startsOf(width, window, stride).map((left) => [top, left] as const));
  const { batchSize, signal } = settings, heats: Float32Array[] = [];
  for (let i = 0; i < x.shape[0]!; i++) {
    const image = x.slice([i], [1]), label = target.slice([i], [1]);
    const before = await whole(image, label).item();
    const sums = new Float64Array(height * width), counts = new Uint32Array(height * width);
    for (let at = 0; at < places.length; at += batchSize) {
      signal?.throwIfAborted();
      const some = places.slice(at, at + batchSize);
      // The last places fill up to the size that has a program already.
      const filled = Array.from(
        { length: Math.min(batchSize, places.length) },
        (_, j) => some[Math.min(j, some.length - 1)]!,
      );
      const column = (of: 0 | 1) => tensor(filled.map((place) => place[of]), { dtype: "i32" });
      const after = await covered(image, label, column(0), column(1)).data();
      some.forEach(([top, left], j) => {
        for (let y = top; y < top + window; y++) {
          for (let x = left; x < left + window; x++) {
            sums[y * width + x]! += before - after[j]!;
            counts[y * width + x]!++;
          }
        }
      });
    }
    heats.push(Float32Array.from(sums, (sum, j) => sum / counts[j]!));
  }
  const all = new Float32Array(heats.length * height * width);
  heats.forEach((heat, i) => all.set(heat, i * heat.length));
  return shaped(tensor(all, { shape: [heats.length, height, width] }));
}

/** Where squares begin along a side, so that all of it is covered. */
function startsOf(length: number, window: number, stride: number): number[] {
  const starts: number[] = [];
  for (let at = 0; at + window < length; at += stride) starts.push(at);
  return [...starts, length - window];
}
