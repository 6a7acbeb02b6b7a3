import { type ClassResult, type Confusion, ConfusionMatrix } from "./confusion.ts";
import { type Interval, wilsonInterval } from "./interval.ts";
import type { CorruptImage } from "../images/image_source.ts";
import type { ImageResult } from "./journal.ts";

/** Corrupt images that are named; more are only counted. */
const namedCorrupt = 1000;

/** Errors as they are counted, image by image. Its size does not grow with the number of images. */
export class Tally {
  /** Which class was taken for which. */
  readonly confusion: ConfusionMatrix;
  /** Images that could be read. */
  images = 0;
  /** Those whose class was not the most probable. */
  top1Wrong = 0;
  /** Those whose class was not among the five most probable. */
  top5Wrong = 0;
  /** Images that could not be read. */
  corrupt = 0;
  /** The first thousand of them. */
  readonly corruptImages: CorruptImage[] = [];

  /** Nothing counted yet. */
  constructor(classes: number) {
    this.confusion = new ConfusionMatrix(classes);
  }

  /** Counts an image. */
  add(result: ImageResult): void {
    if ("corrupt" in result) {
      this.corrupt++;
      if (this.corruptImages.length < namedCorrupt) {
        this.corruptImages.push({ image: result.image, reason: result.corrupt });
      }
      return;
    }
    const { label, top } = result;
    this.images++;
    if (top[0] !== label) this.top1Wrong++;
    if (!top.slice(0, 5).includes(label)) this.top5Wrong++;
    this.confusion.add(label, top[0]!);
  }

  /** Images that were counted, corrupt ones with them. */
  get done(): number {
    return this.images + this.corrupt;
  }

  /** The share of wrong images; NaN before the first. */
  get top1Error(): number {
    return this.top1Wrong / this.images;
  }

  /** The share of images whose class was not among the five most probable; NaN before the first. */
  get top5Error(): number {
    return this.top5Wrong / this.images;
  }
}

/** What an evaluation found. Errors are shares of the images that could be read. */
export interface Evaluation {
  /** Images that could be read. */
  readonly images: number;
  /** Images that could not be read; they count in no error. */
  readonly corrupt: number;
  /** The first thousand of them. */
  readonly corruptImages: readonly CorruptImage[];
  /** Share of images whose class was not the most probable. */
  readonly top1Error: number;
  /** Share of images whose class was not among the five most probable. */
  readonly top5Error: number;
  /** The 95 % interval of `top1Error`. */
  readonly top1Interval: Interval;
  /** The 95 % interval of `top5Error`. */
  readonly top5Interval: Interval;
  /** The classes that occurred. */
  readonly perClass: readonly ClassResult[];
  /** The pairs of classes that were confused most often. */
  readonly mostConfused: readonly Confusion[];
  /** All pairs. */
  readonly confusion: ConfusionMatrix;
  /** Names of the classes, where they are known. */
  readonly classes: readonly string[] | undefined;
  /** What is worth knowing of the images: files that are left out, or how classes are numbered. */
  readonly notes: readonly string[];
  /** Images a second, of those that were evaluated now and not taken from a journal. */
  readonly imagesPerSecond: number;
  /** How long that took. */
  readonly seconds: number;
  /** False where the evaluation was broken off. */
  readonly complete: boolean;
}

/** The result of what was counted. */
export function summarize(
  tally: Tally,
  run: Pick<Evaluation, "classes" | "notes" | "imagesPerSecond" | "seconds" | "complete">,
): Evaluation {
  const { images, corrupt, corruptImages, top1Error, top5Error, confusion } = tally;
  return {
    images,
    corrupt,
    corruptImages,
    top1Error,
    top5Error,
    top1Interval: wilsonInterval(tally.top1Wrong, images),
    top5Interval: wilsonInterval(tally.top5Wrong, images),
    perClass: confusion.perClass(),
    mostConfused: confusion.mostConfused(),
    confusion,
    ...run,
  };
}
