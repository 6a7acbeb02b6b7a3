import type { DownloadProgress } from "../core/download.ts";
import type { Evaluation } from "../evaluate/tally.ts";
import type { EvaluationProgress } from "../evaluate/evaluation_options.ts";
import type { Interval } from "../evaluate/interval.ts";
import { clock, percent } from "../train/format.ts";
import { formatDownload, screen, writeEvent } from "./screen.ts";

/** What an evaluation is of. */
export interface EvaluationStart {
  readonly model: string;
  readonly weights: string;
  readonly images: string;
  readonly total: number | undefined;
  readonly device: string;
  readonly description: string;
  readonly journal: string;
  readonly notes: readonly string[];
}

/** Where `evaluate` says what it does. */
export type EvaluationReporter = ReturnType<typeof textReporter>;

/** All classes are listed up to this many; of more, the worst. */
const listedClasses = 50, worstClasses = 20;

const speed = (imagesPerSecond: number) =>
  imagesPerSecond < 10 ? imagesPerSecond.toFixed(1) : String(Math.round(imagesPerSecond));

/**
 * A reporter for people, or for programs as one JSON object a line, of which the last is the result. Of
 * several processes the first tells everything.
 */
export function evaluationReporter(json: boolean, isFirst = true): EvaluationReporter {
  if (isFirst) return json ? jsonReporter() : textReporter();
  const nothing = () => {};
  return {
    download: nothing,
    start: nothing,
    progress: nothing,
    corrupt: nothing,
    note: nothing,
    interrupted: nothing,
    done: nothing,
  };
}

function jsonReporter(): EvaluationReporter {
  const measures = (result: Evaluation) => {
    const { confusion: _, classes, perClass, mostConfused, ...rest } = result;
    const name = (label: number) => classes?.[label] ?? String(label);
    return {
      ...rest,
      perClass: perClass.map((row) => ({ ...row, name: name(row.label) })),
      mostConfused: mostConfused.map((pair) => ({
        ...pair,
        names: [name(pair.label), name(pair.predicted)],
      })),
    };
  };
  return {
    download: () => {},
    start: (start) => writeEvent("start", start),
    progress: (progress) => writeEvent("progress", progress),
    corrupt: (image, reason) => writeEvent("corrupt", { image, reason }),
    note: (text) => console.error(text),
    interrupted: (result, journal) => writeEvent("interrupted", { ...measures(result), journal }),
    done(result, { model, weights, device, journal }) {
      writeEvent("done", { ...measures(result), model, weights, device, journal });
    },
  };
}

function textReporter() {
  const { line, passing } = screen();
  return {
    download: (progress: DownloadProgress) => passing(formatDownload(progress)),
    start({ model, weights, images, total, device, description, notes }: EvaluationStart) {
      line(`${model} with ${weights}`);
      line(`${images}${total === undefined ? "" : `: ${total} images`}`);
      line(`${device}: ${description}`);
      notes.forEach(line);
    },
    progress: (progress: EvaluationProgress) => passing(formatProgress(progress)),
    corrupt: (_: string, reason: string) => line(`corrupt: ${reason}`),
    note: line,
    interrupted({ images, corrupt }: Evaluation, journal: string) {
      line(`interrupted after ${images + corrupt} images; they stand in ${journal}`);
      line("go on with the same options and --resume");
    },
    done(result: Evaluation, { device, journal, notes }: EvaluationStart) {
      formatEvaluation(result).forEach(line);
      // Of shards, what was left out is known at their end.
      result.notes.filter((note) => !notes.includes(note)).forEach(line);
      line(
        `${clock(result.seconds)} on ${device}, ${speed(result.imagesPerSecond)} images/s; ` +
          `every prediction: ${journal}`,
      );
    },
  };
}

function formatProgress(progress: EvaluationProgress): string {
  const { done, total, corrupt, top1Error, top5Error, imagesPerSecond, secondsLeft } = progress;
  return [
    `${done}${total === undefined ? "" : `/${total}`} images`,
    ...done > corrupt
      ? [`top-1 error ${percent(top1Error)}`, `top-5 error ${percent(top5Error)}`]
      : [],
    ...corrupt > 0 ? [`${corrupt} corrupt`] : [],
    `${speed(imagesPerSecond)} images/s`,
    ...secondsLeft === undefined ? [] : [`${clock(secondsLeft)} left`],
  ].join("  ");
}

/** The lines that say what an evaluation found. */
export function formatEvaluation(result: Evaluation): string[] {
  const { images, corrupt, classes, mostConfused } = result;
  const name = (label: number) => `${label}${classes ? ` ${classes[label]}` : ""}`;
  const interval = ([low, high]: Interval) => `95 % interval ${percent(low)} to ${percent(high)}`;
  const wrong = (error: number) => `${Math.round(error * images)} of ${images} wrong`;
  const { top1Error, top5Error } = result;
  return [
    `top-1 error ${percent(top1Error)}  (${wrong(top1Error)}; ${interval(result.top1Interval)})`,
    // Of up to five classes every one is among the first five.
    ...classes !== undefined && classes.length <= 5 ? [] : [
      `top-5 error ${percent(top5Error)}  (${wrong(top5Error)}; ${interval(result.top5Interval)})`,
    ],
    ...corrupt > 0 ? [`${corrupt} corrupt images are not counted`] : [],
    "",
    ...classTable(result, name),
    ...mostConfused.length === 0 ? [] : ["Confused most often:"],
    ...mostConfused.map(({ label, predicted, count }) =>
      `  ${String(count).padStart(5)} x  ${name(label)}, taken for ${name(predicted)}`
    ),
    ...mostConfused.length === 0 ? [] : [""],
  ];
}

function classTable({ perClass }: Evaluation, name: (label: number) => string): string[] {
  const present = perClass.filter(({ count }) => count > 0);
  // Of one image each, it would say nothing that the confusions do not.
  if (present.every(({ count }) => count === 1)) return [];
  const error = ({ count, right }: { count: number; right: number }) => (count - right) / count;
  const all = present.length <= listedClasses;
  const rows = all
    ? present
    : present.toSorted((a, b) => error(b) - error(a) || b.count - a.count).slice(0, worstClasses);
  const width = Math.min(40, Math.max(5, ...rows.map(({ label }) => name(label).length)));
  return [
    all
      ? "Classes:"
      : `The ${rows.length} of ${present.length} classes with the highest error (all: --json):`,
    `  ${"class".padEnd(width)}  images   right  top-1 error`,
    ...rows.map((row) =>
      [
        `  ${name(row.label).slice(0, width).padEnd(width)}`,
        String(row.count).padStart(6),
        String(row.right).padStart(6),
        percent(error(row)).padStart(11),
      ].join("  ")
    ),
    "",
  ];
}
