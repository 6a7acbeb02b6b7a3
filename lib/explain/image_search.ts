import { integer, number, oneOf, positiveInteger } from "../core/option_kinds.ts";
import type { Schema } from "../core/options.ts";
import { Random } from "../core/random.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import { tensor, zeros } from "../tensor/create.ts";
import { gradient, valueAndGradient } from "../tensor/gradient.ts";
import { jit } from "../tensor/jit.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { OptimizerState } from "../train/optimizer.ts";
import { adam } from "../train/optimizers.ts";
import type { Model } from "../train/model.ts";
import { type ExplainOptions, explainSchema } from "./explain_options.ts";
import { bringTo } from "./home.ts";
import { fromPicture, pictureOf } from "./picture.ts";
import { blur, cosines, separable, window } from "./separable.ts";

/**
 * What images are held to that are searched for: without it, they are noise to our eyes. Each function
 * says what its defaults are.
 */
export interface PriorOptions {
  /** The image is moved by up to so many pixels at random in each step. */
  readonly jitter?: number;
  /**
   * In the basis of pixels, the standard deviation of a blur after each step, which falls to 0 towards
   * the end.
   */
  readonly blur?: number;
  /** What the total variation counts: the mean difference of neighbouring pixels. */
  readonly totalVariation?: number;
  /** What the distance from the mean colour counts: the mean square. */
  readonly decay?: number;
  /**
   * What the steps change: the "pixels", or the amplitudes of cosine waves ("fourier"), of which the
   * long ones move faster.
   */
  readonly basis?: "pixels" | "fourier";
}

/** Settings of the search for an image. */
export interface SearchOptions extends Omit<ExplainOptions, "batchSize">, PriorOptions {
  /** Steps of the search. */
  readonly steps?: number;
  /** How far a step moves, as a share of the range from black to white. */
  readonly learningRate?: number;
  /** Seeds the first image and the jitter; 0 by default. */
  readonly seed?: number;
}

/** What is found. */
export interface FoundImage {
  /** Pictures, as `show` draws them: [n, h, w, c] from 0 to 1, red first. */
  readonly image: Tensor;
  /** What was minimised or maximised, before each step. */
  readonly values: readonly number[];
}

/** The options of a search, with their defaults. */
export const searchSchema = ({ jitter, blur, totalVariation, decay, basis, steps, learningRate }:
  & Required<PriorOptions>
  & Required<Pick<SearchOptions, "steps" | "learningRate">>) => {
  const { weights, signal } = explainSchema;
  return {
    weights,
    signal,
    jitter: integer({ least: 0 }, jitter),
    blur: number({ least: 0 }, blur),
    totalVariation: number({ least: 0 }, totalVariation),
    decay: number({ least: 0 }, decay),
    basis: oneOf(["pixels", "fourier"], basis),
    steps: positiveInteger(steps),
    learningRate: number({ above: 0 }, learningRate),
    seed: integer({}, 0),
  } satisfies Schema<SearchOptions>;
};

type Settings =
  & Required<Omit<SearchOptions, "weights" | "signal">>
  & Pick<SearchOptions, "signal">;

/** What is searched for. */
export interface Search {
  readonly model: Model;
  /** The images to begin with, pictures [n, h, w, c] from 0 to 1. */
  readonly start: Tensor;
  /** What is to become small, of images as the model computes with them. */
  readonly loss: (x: Tensor) => Tensor;
  /**
   * Whether the loss has no scale of its own: its slopes are then brought to one size, with which the
   * priors are weighed.
   */
  readonly scaled: boolean;
}

/** Looks for images that make a loss small, by Adam. */
export async function searchImage(
  { model, start, loss, scaled }: Search,
  { jitter, blur: deviation, totalVariation, decay, basis, steps, learningRate, seed, signal }:
    Settings,
): Promise<FoundImage> {
  const [, height, width] = start.shape as [number, number, number, number];
  const { toPicture, first } = basis === "pixels"
    ? { toPicture: (p: Tensor) => p, first: start }
    : waves(start);
  const priors = (p: Tensor) => {
    const rough = totalVariation === 0 ? undefined : variation(p).mul(totalVariation);
    const far = decay === 0 ? undefined : distance(model, p).mul(decay);
    return rough && far ? rough.add(far) : rough ?? far;
  };
  const optimizer = adam({ learningRate });
  const step = jit(
    (p: Tensor, state: OptimizerState<Tensor>, moved: Matrices, smooth: Matrices) => {
      const seen = (picture: Tensor) =>
        loss(fromPicture(model, separable(picture, moved.rows, moved.columns)));
      const picture = toPicture(p), { value, gradient: found } = valueAndGradient(seen)(picture);
      const size = found.square().mean().sqrt().add(1e-30).mul(p.size);
      let wanted = scaled ? found.div(size) : found;
      if (totalVariation > 0 || decay > 0) {
        wanted = wanted.add(gradient((picture: Tensor) => priors(picture)!)(picture));
      }
      // From the slopes by the picture to those by what makes it.
      const slopes = gradient((p: Tensor) => toPicture(p).mul(wanted).sum())(p);
      const { weights, state: next } = optimizer.step(p, slopes, state);
      if (basis !== "pixels") return { value, weights, state: next };
      const blurred = deviation === 0 ? weights : separable(weights, smooth.rows, smooth.columns);
      return { value, weights: blurred.clip(0, 1), state: next };
    },
  );
  const random = new Random(seed, 1), values: number[] = [];
  const matrices = (of: (length: number) => Tensor): Matrices => ({
    rows: of(height),
    columns: of(width),
  });
  let weights = await bringTo(model, first), state = optimizer.init(weights);
  const slots = Object.entries(state.slots).map(async ([name, slot]) =>
    [name, await bringTo(model, slot)] as const
  );
  state = {
    step: await bringTo(model, state.step),
    slots: Object.fromEntries(await Promise.all(slots)),
  };
  for (let i = 0; i < steps; i++) {
    signal?.throwIfAborted();
    const moved = matrices((length) =>
      window(length, Math.floor(random.uniform(-jitter, jitter + 1)))
    );
    const smooth = matrices((length) => blur(length, deviation * (1 - (i + 1) / steps)));
    let value: Tensor;
    ({ value, weights, state } = step(weights, state, moved, smooth));
    values.push(await value.item());
  }
  return { image: toPicture(weights).clip(0, 1), values };
}

type Matrices = { readonly rows: Tensor; readonly columns: Tensor };

/** How far a step moves all pixels by the constant part, before the squashing. */
const factor = 1.25;

/** Images as amplitudes of cosine waves, long ones in larger units; a squashing keeps them within 0 and 1. */
function waves(start: Tensor) {
  const [, height, width] = start.shape as [number, number, number, number];
  const [rows, columns] = [cosines(height), cosines(width)];
  const long = Math.max(height, width), scale = new Float32Array(height * width);
  for (let u = 0; u < height; u++) {
    for (let v = 0; v < width; v++) {
      const frequency = Math.max(Math.hypot(u / height, v / width), 1 / long);
      scale[u * width + v] = factor * Math.sqrt(height * width) / (frequency * long);
    }
  }
  const units = tensor(scale, { shape: [1, height, width, 1] });
  const toPicture = (amplitudes: Tensor) =>
    separable(amplitudes.mul(units), rows.transpose(), columns.transpose()).sigmoid();
  const inside = start.clip(0.01, 0.99), logit = inside.div(inside.mul(-1).add(1)).log();
  return { toPicture, first: separable(logit, rows, columns).div(units) };
}

/** The mean length of the step from a pixel to those on its right and below. */
function variation(p: Tensor): Tensor {
  const [n, h, w, c] = p.shape as [number, number, number, number];
  const part = (top: number, left: number) => p.slice([0, top, left, 0], [n, h - 1, w - 1, c]);
  const here = part(0, 0);
  return part(1, 0).sub(here).square().add(part(0, 1).sub(here).square()).add(1e-6).sqrt().mean();
}

/** The mean square distance from the mean colour. */
const distance = (model: Model, p: Tensor): Tensor => p.sub(meanColor(model)).square().mean();

/** The colour of the images that a model was trained on, as far as that is known; else grey. */
const meanColor = (model: Model): Tensor =>
  model.normalization === undefined
    ? tensor([0.5])
    : pictureOf(model, zeros([1, 1, model.inputShape.at(-1)!]));

/**
 * The pictures that a search begins with: nearly the mean colour, or those given.
 *
 * @throws {TypeError} for others than the model's size
 */
export function startOf(
  model: Model,
  count: number,
  seed: number,
  given: Tensor | undefined,
  where: string,
): Tensor {
  const shape = [count, ...model.inputShape];
  if (given !== undefined) {
    if (sameShape(given.shape, shape)) return given.cast("f32");
    if (count === 1 && sameShape(given.shape, model.inputShape)) {
      return given.cast("f32").reshape(shape);
    }
    throw new TypeError(
      `${where}: start: expected pictures ${formatShape(shape)}, found ${formatShape(given.shape)}`,
    );
  }
  const random = new Random(seed);
  const noise = new Float32Array(shape.reduce((a, b) => a * b)).map(() => random.normal(0, 0.01));
  return tensor(noise, { shape }).add(meanColor(model)).clip(0, 1);
}
