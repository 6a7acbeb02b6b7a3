/**
 * Evaluation as of ILSVRC: top-1 and top-5 errors of a network on labelled images.
 *
 * @module
 */
import { callback, flag, instance, object, positiveInteger, text } from "../core/option_kinds.ts";
import { options, type Schema, type Values } from "../core/options.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import type { Dataset } from "../train/dataset.ts";
import { host } from "../train/host.ts";
import type { Model } from "../train/model.ts";
import { checkViews, viewCount, type ViewOptions, viewSchema } from "../vision/preprocess.ts";
import { ImagePool } from "../vision/pool.ts";
import type { Preprocessing } from "../core/preprocessing.ts";
import { withClassesOf } from "./classes.ts";
import { preprocessingFor, preprocessingOption } from "./input.ts";
import { type ImageResult, Journal, type JournalHeader } from "./journal.ts";
import { prefetch, type Prepared } from "./prefetch.ts";
import { Scorer } from "./scorer.ts";
import type { ImageSource } from "./source.ts";
import { type Evaluation, summarize, Tally } from "./tally.ts";

/** How an evaluation stands. */
export interface EvaluationProgress {
  /** Images that are done, with those of a journal. */
  readonly done: number;
  /** All images; undefined where that is known only at the end. */
  readonly total: number | undefined;
  /** Images that could not be read. */
  readonly corrupt: number;
  /** Share of images whose most probable class is wrong. */
  readonly top1Error: number;
  /** Share of images whose class is not among the five most probable. */
  readonly top5Error: number;
  /** Images a second, since this run began. */
  readonly imagesPerSecond: number;
  /** Until the end; undefined where the number of images is not known. */
  readonly secondsLeft: number | undefined;
}

/** Settings that all evaluations have. */
export interface EvaluationOptions {
  /** Images, or views of images, of one run of the network; 32 by default. */
  readonly batchSize?: number;
  /**
   * The number of images to evaluate; all by default. Where the source knows how many there are,
   * they are taken at equal distances, otherwise the first.
   */
  readonly limit?: number;
  /**
   * A file in which results are kept as they come, one JSON object a line: what is evaluated, then for
   * each image its label and its five most probable classes. An older one is begun anew.
   */
  readonly journal?: string;
  /** Goes on where the journal ends; false by default. */
  readonly resume?: boolean;
  /** What the journal says of this evaluation besides the source and the views, such as the weights. */
  readonly about?: JournalHeader;
  /** Called after every batch. */
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Called for each image that cannot be read. */
  readonly onCorrupt?: (image: string, reason: string) => void;
  /**
   * Ends the evaluation after the batches under way, as a notebook's stop button does; the result
   * then says `complete: false`.
   */
  readonly signal?: AbortSignal;
}

/** Settings of {@linkcode evaluateImages}. */
export interface EvaluateImagesOptions extends EvaluationOptions, ViewOptions {
  /**
   * How images become inputs; by default as the model has it ({@linkcode openNetwork} sets it), or in
   * a model that was trained here, by its normalization.
   */
  readonly preprocessing?: Preprocessing;
  /** Whether images are turned as their EXIF data say; false by default, as ILSVRC's are measured. */
  readonly rotate?: boolean;
  /** Whether a corrupt image ends the evaluation by its error; false by default: it is counted. */
  readonly strict?: boolean;
  /** Threads that decode; by default one a core but one, from 1 to 8. */
  readonly threads?: number;
}

/** Settings of {@linkcode evaluateDataset}. */
export interface EvaluateDatasetOptions extends EvaluationOptions {
  /** The normalization and the order of colours; those of the data set by default. */
  readonly preprocessing?: Preprocessing;
  /** What the data set is called in the journal; "data" by default. */
  readonly name?: string;
}

const evaluationSchema = {
  batchSize: positiveInteger(32),
  limit: positiveInteger(),
  journal: text(),
  resume: flag(false),
  about: object("an object in braces"),
  onProgress: callback(),
  onCorrupt: callback(),
  signal: instance(AbortSignal),
} satisfies Schema<EvaluationOptions>;

const imagesSchema = {
  ...evaluationSchema,
  ...viewSchema,
  preprocessing: preprocessingOption,
  rotate: flag(false),
  strict: flag(false),
  threads: positiveInteger(),
} satisfies Schema<EvaluateImagesOptions>;

const datasetSchema = {
  ...evaluationSchema,
  preprocessing: preprocessingOption,
  name: text("data"),
} satisfies Schema<EvaluateDatasetOptions>;

/** An image that is to be scored. */
interface Item {
  readonly name: string;
  readonly label: number;
}

/**
 * The top-1 and top-5 error of a network on labelled images. Images are decoded and resized in
 * threads while the device works, and only a few are in memory at a time. With several views of an
 * image, the probabilities are averaged.
 *
 * ```ts ignore
 * import { evaluateImages, openImages, openNetwork } from "@striate/striate";
 * const { model, preprocessing } = await openNetwork("googlenet", "googlenet.safetensors");
 * const images = await openImages("images", { labels: "labels.tsv" });
 * const result = await evaluateImages(model, images, { preprocessing });
 * console.log(result.top5Error, result.top5Interval);
 * ```
 *
 * @throws {RangeError} for a label that the model has no class for, folders of which only some
 * are named after its classes, a preprocessing that does not fit it, or an unknown option
 * @throws {SyntaxError} with `strict`, for an image that is corrupt
 */
export async function evaluateImages(
  model: Model,
  source: ImageSource,
  given: EvaluateImagesOptions = {},
): Promise<Evaluation> {
  const settings = options("evaluateImages", given, imagesSchema);
  const preprocessing = preprocessingFor(model, settings.preprocessing, "evaluateImages");
  const { crops, scales, filter, rotate, threads } = settings;
  const views: ViewOptions = { crops, filter, ...scales ? { scales } : {} };
  checkViews(preprocessing, views);
  const named = withClassesOf(model, source);
  using pool = new ImagePool(preprocessing, {
    ...views,
    rotate,
    ...threads !== undefined && { threads },
  });
  return await evaluateItems(
    model,
    { ...named, items: () => named.images() },
    async (item) => await pool.prepare(await item.read(), item.name),
    {
      ...settings,
      views: viewCount(views),
      normalization: preprocessing.normalization,
      // Four a thread keep it at work while one is handed over.
      ahead: 4 * pool.threads,
      about: { ...settings.about, preprocessing, ...views, rotate },
    },
  );
}

/**
 * The top-1 and top-5 error of a network on a data set of images with a class each, such as
 * `cifarFiles(["test_batch.bin"])`. Images go to the network as they are.
 *
 * @throws {TypeError} for a data set without uint8 images of the model's shape and class labels
 */
export async function evaluateDataset(
  model: Model,
  data: Dataset,
  given: EvaluateDatasetOptions = {},
): Promise<Evaluation> {
  const settings = options("evaluateDataset", given, datasetSchema);
  const { inputs, targets } = data;
  if (inputs[0]?.dtype !== "u8" || targets[0]?.dtype !== "i32" || targets[0].shape.length > 0) {
    throw new TypeError("evaluateDataset: expected uint8 images with an int32 label each");
  }
  if (!sameShape(inputs[0].shape, model.inputShape)) {
    throw new TypeError(
      `evaluateDataset: expected images ${
        formatShape(model.inputShape)
      }, as the model takes, found ${formatShape(inputs[0].shape)}`,
    );
  }
  const { name, preprocessing } = settings;
  const items = function* (): Generator<Item & { pixels: Uint8Array }> {
    for (let i = 0; i < data.length; i++) {
      const { inputs: [pixels], targets: [label] } = data.get(i);
      yield { name: String(i), label: label![0]!, pixels: swapped(pixels as Uint8Array) };
    }
  };
  const swapped = (pixels: Uint8Array) => {
    if (preprocessing?.channels !== "bgr") return pixels;
    return pixels.map((_, i) => pixels[i + 2 - 2 * (i % 3)]!);
  };
  return await evaluateItems(
    model,
    { name, length: data.length, classes: data.classes, items },
    (item) => Promise.resolve(item.pixels),
    {
      ...settings,
      views: 1,
      normalization: preprocessing?.normalization ?? model.normalization ?? data.normalization,
      ahead: 1,
      about: { ...settings.about },
    },
  );
}

/** Where items come from. */
interface Items<T> {
  readonly name: string;
  readonly length: number | undefined;
  readonly classes: readonly string[] | undefined;
  items(): AsyncIterable<T> | Iterable<T>;
}

async function evaluateItems<T extends Item>(
  model: Model,
  source: Items<T>,
  prepare: (item: T) => Promise<Uint8Array>,
  options: Values<typeof evaluationSchema> & {
    readonly views: number;
    readonly normalization: Preprocessing["normalization"] | undefined;
    readonly ahead: number;
    readonly about: JournalHeader;
    readonly strict?: boolean;
  },
): Promise<Evaluation> {
  const { limit, views, batchSize, strict = false } = options;
  using stoppable = host().begin();
  const signal = AbortSignal.any([stoppable.signal, ...options.signal ? [options.signal] : []]);
  const about = { ...options.about, images: source.name, limit: limit ?? null };
  const scorer = new Scorer(model, {
    views,
    batch: Math.max(1, Math.floor(batchSize / views)),
    normalization: options.normalization,
  });
  if (source.classes !== undefined && source.classes.length !== scorer.classes) {
    throw new RangeError(
      `${source.name}: expected ${scorer.classes} classes, as the model has, found ${source.classes.length}; ` +
        "if folders or labels are synsets, give the list of all that the model knows (--synsets FILE)",
    );
  }
  using journal = options.journal === undefined
    ? undefined
    : await Journal.open(options.journal, about, options.resume);
  const tally = new Tally(scorer.classes), known = journal?.results ?? [];
  for (const result of known) tally.add(result);
  const total = source.length === undefined
    ? undefined
    : Math.min(source.length, limit ?? source.length);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const speed = () => (tally.done - known.length) / seconds();
  const keep = async (results: readonly ImageResult[]) => {
    for (const result of results) tally.add(result);
    await journal?.add(results);
    const { done, corrupt, top1Error, top5Error } = tally, imagesPerSecond = speed();
    options.onProgress?.({
      done,
      total,
      corrupt,
      top1Error,
      top5Error,
      imagesPerSecond,
      secondsLeft: total === undefined ? undefined : (total - done) / imagesPerSecond,
    });
  };
  const fresh = remaining(chosen(source, limit), known, scorer.classes, source.name);
  const report = (prepared: AsyncIterable<Prepared<T>>) =>
    withoutCorrupt(prepared, strict, options.onCorrupt);
  await scorer.run(report(prefetch(fresh, prepare, options.ahead)), keep, signal);
  // Asked to stop during the last batches, it has done all the same.
  const complete = !signal.aborted || tally.done === total;
  if (complete && tally.images === 0) {
    const [first] = tally.corruptImages;
    throw new RangeError(
      `${source.name}: expected images, found none` +
        (first
          ? `: none of the ${tally.corrupt} images can be read; the first: ${first.reason}`
          : ""),
    );
  }
  return summarize(tally, {
    classes: source.classes,
    imagesPerSecond: speed(),
    seconds: seconds(),
    complete,
  });
}

/** The items to evaluate: all, or `limit` at equal distances where their number is known. */
async function* chosen<T>({ length, items }: Items<T>, limit = Infinity): AsyncGenerator<T> {
  const step = length === undefined ? 1 : Math.max(1, length / limit);
  let index = 0, taken = 0;
  for await (const item of items()) {
    if (taken === limit) return;
    if (index++ < Math.floor(taken * step)) continue;
    taken++;
    yield item;
  }
}

/** The items that the journal does not have. Those that it has must be the same. */
async function* remaining<T extends Item>(
  items: AsyncIterable<T>,
  known: readonly ImageResult[],
  classes: number,
  source: string,
): AsyncGenerator<T> {
  let index = 0;
  const changed = (expected: string, found: string) =>
    new RangeError(
      `${source}: expected ${expected}, as in the journal, found ${found}: images or labels have ` +
        "changed; start without --resume",
    );
  for await (const item of items) {
    const { name, label } = item, before = known[index++];
    if (label >= classes) {
      throw new RangeError(
        `${source}: ${name}: expected a class from 0 to ${
          classes - 1
        }, as the model has, found ${label}`,
      );
    }
    if (before === undefined) yield item;
    else if (before.image !== name) throw changed(before.image, name);
    else if ("label" in before && before.label !== label) {
      throw changed(`${name} of class ${before.label}`, `class ${label}`);
    }
  }
  if (index < known.length) throw changed(known[index]!.image, "no more images");
}

/** Reports images that cannot be read, and turns them into results. */
async function* withoutCorrupt<T extends Item>(
  prepared: AsyncIterable<Prepared<T>>,
  strict: boolean,
  onCorrupt: EvaluationOptions["onCorrupt"],
): AsyncGenerator<{ item: T; pixels: Uint8Array } | { result: ImageResult }> {
  for await (const one of prepared) {
    if ("pixels" in one) yield one;
    else {
      if (strict) throw one.error;
      onCorrupt?.(one.item.name, one.error.message);
      yield { result: { image: one.item.name, corrupt: one.error.message } };
    }
  }
}
