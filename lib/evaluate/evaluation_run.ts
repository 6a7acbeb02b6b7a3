import { rateOf, Stopwatch } from "../core/stopwatch.ts";
import { host } from "../train/host.ts";
import type { Model } from "../train/model.ts";
import type { EvaluationOptions } from "./evaluation_options.ts";
import { type ImageResult, Journal } from "./journal.ts";
import { prefetch } from "../images/prefetch.ts";
import { type Item, Scorer, type Scoring } from "./scorer.ts";
import { type Evaluation, summarize, Tally } from "./tally.ts";

/** Where items come from. */
interface Items<T> {
  readonly name: string;
  readonly length: number | undefined;
  readonly classes: readonly string[] | undefined;
  readonly notes?: readonly string[];
  images(): AsyncIterable<T> | Iterable<T>;
}

/** How items are evaluated. */
interface RunOptions<T> extends EvaluationOptions {
  readonly batchSize: number;
  readonly views: number;
  readonly normalization: Scoring["normalization"];
  /** The bytes of an item's views. */
  prepare(item: T): Promise<Uint8Array<ArrayBuffer>>;
  /** How many items may be prepared or wait at a time. */
  readonly ahead: number;
  /** Whether an item that cannot be read ends the run by its error. */
  readonly strict?: boolean;
}

/** Evaluates items from a source, in order; what a journal has already is not done again. */
export async function evaluateItems<T extends Item>(
  model: Model,
  source: Items<T>,
  options: RunOptions<T>,
): Promise<Evaluation> {
  const { limit, views, batchSize, normalization, strict = false } = options;
  using stoppable = host().begin();
  const group = options.group && options.group.size > 1 ? options.group : undefined;
  const spread = group && new (await import("./spread.ts")).Spread(group);
  const signals = [stoppable.signal, ...options.signal ? [options.signal] : []];
  const signal = AbortSignal.any([...signals, ...spread ? [spread.signal] : []]);
  const batch = Math.max(1, Math.floor(batchSize / views));
  const scorer = new Scorer(model, { views, batch, normalization });
  checkClasses(source, scorer.classes);
  const about = { ...options.about, images: source.name, limit: limit ?? null };
  using journal = options.journal === undefined || spread?.isFirst === false
    ? undefined
    : await Journal.open(options.journal, about, options.resume ?? false);
  const known = journal?.results ?? [], earlier = await spread?.shared(known) ?? known;
  const tally = new Tally(scorer.classes);
  for (const result of earlier) tally.add(result);
  const total = source.length && Math.min(source.length, limit ?? source.length);
  const watch = new Stopwatch(), seconds = () => watch.read() / 1000;
  const speed = () => rateOf(tally.done - earlier.length, seconds());
  const keep = async (results: readonly ImageResult[]) => {
    for (const result of results) {
      tally.add(result);
      if ("corrupt" in result) options.onCorrupt?.(result.image, result.corrupt);
    }
    await journal?.add(results);
    const { done, corrupt, top1Error, top5Error } = tally, imagesPerSecond = speed();
    const isKnown = total !== undefined && imagesPerSecond > 0;
    const secondsLeft = isKnown ? (total - done) / imagesPerSecond : undefined;
    options.onProgress?.({
      done,
      total,
      corrupt,
      top1Error,
      top5Error,
      imagesPerSecond,
      secondsLeft,
    });
  };
  const fresh = remaining(chosen(source, limit), earlier, scorer.classes, source.name);
  const own = spread?.own(fresh) ?? fresh;
  await scorer.run(
    prefetch(own, (item) => options.prepare(item), options.ahead, strict),
    spread === undefined ? keep : (results) => spread.bring(results, signal.aborted, keep),
    signal,
  );
  await spread?.finish(signal, keep);
  // A stop during the last batches comes too late to leave anything out.
  const complete = !signal.aborted || tally.done === total;
  if (complete) checkReadable(source.name, tally);
  else stoppable.ended();
  return summarize(tally, {
    classes: source.classes,
    notes: source.notes ?? [],
    imagesPerSecond: speed(),
    seconds: seconds(),
    complete,
  });
}

function checkClasses({ name, classes }: Items<unknown>, expected: number): void {
  if (classes === undefined || classes.length === expected) return;
  throw new RangeError(
    `${name}: expected ${expected} classes, as the model has, found ${classes.length}; if folders ` +
      "or labels are synsets, give the list of all that the model knows (--synsets FILE)",
  );
}

function checkReadable(source: string, { images, corrupt, corruptImages: [first] }: Tally): void {
  if (images > 0) return;
  throw new RangeError(
    `${source}: expected images, found none` +
      (first ? `: none of the ${corrupt} images can be read; the first: ${first.reason}` : ""),
  );
}

/** The items to evaluate: all, or `limit` at equal distances where their number is known. */
async function* chosen<T>(
  { length, images }: Pick<Items<T>, "length" | "images">,
  limit = Infinity,
): AsyncGenerator<T> {
  const step = length === undefined ? 1 : Math.max(1, length / limit);
  let index = 0, taken = 0;
  for await (const item of images()) {
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
    if (!(label < classes)) {
      throw new RangeError(
        `${source}: ${name}: expected a class from 0 to ${classes - 1}, as the model has, found ` +
          `${label}`,
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
