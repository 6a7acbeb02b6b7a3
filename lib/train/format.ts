/**
 * Measures and times as texts.
 *
 * @module
 */
import type { EpochRecord, Progress } from "./epoch_record.ts";
import type { Metrics, OutputMetrics } from "./metric.ts";

/** 61.3% */
export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** 1:02 or 1:02:03. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A loss with as many digits as say something. */
export const formatLoss = (loss: number): string =>
  Number.isFinite(loss) ? loss.toPrecision(4) : String(loss);

/**
 * The loss, the share of right answers, and what else is measured; of several outputs the sum of the
 * losses, then what belongs to each.
 */
export function formatMeasures({ outputs, ...measured }: Metrics): string {
  if (outputs === undefined) return formatOutput(measured);
  const each = Object.entries(outputs).map(([name, one]) => `${name}: ${formatOutput(one)}`);
  return [`loss ${formatLoss(measured.loss)}`, ...each].join("; ");
}

const formatOutput = ({ loss, top1, accuracy, metrics = {} }: OutputMetrics): string =>
  [
    `loss ${formatLoss(loss)}`,
    ...top1 === undefined ? [] : [`top-1 ${percent(top1)}`],
    ...accuracy === undefined ? [] : [`accuracy ${percent(accuracy)}`],
    ...Object.entries(metrics).map(([name, value]) => `${name} ${formatLoss(value)}`),
  ].join(", ");

/** What was measured on the validation data, if there is any. */
export const formatValidation = ({ validation }: EpochRecord): string =>
  validation === undefined ? "" : `  validation: ${formatMeasures(validation)}`;

/** Why training ended before the last epoch. */
export const formatStop = (stopped: "aborted" | "early stopping"): string =>
  stopped === "aborted" ? "stopped by the user" : "stopped early";

/** What examples are called: images, where they are such. */
export type ExampleUnit = "images" | "examples";

/** One line on how training stands. */
export function formatProgress(progress: Progress, unit: ExampleUnit = "images"): string {
  const { epoch, epochs, batch, batches, imagesPerSecond, secondsLeft } = progress;
  return [
    `epoch ${epoch}/${epochs}`,
    `batch ${batch}${batches === undefined ? "" : `/${batches}`}`,
    formatMeasures(progress),
    `${Math.round(imagesPerSecond)} ${unit}/s`,
    ...secondsLeft === undefined ? [] : [`${clock(secondsLeft)} left`],
  ].join("  ");
}

/**
 * One line on a finished epoch, of at most 80 columns where nothing but the usual is measured: what is
 * measured on validation data stands in the order of what is on the training data.
 */
export function formatEpoch(record: EpochRecord, epochs: number): string {
  const { validation } = record;
  const measured = validation === undefined
    ? ""
    : validation.outputs !== undefined
    ? formatValidation(record)
    : `  validation ${valuesOf(validation).join(", ")}`;
  return `epoch ${record.epoch}/${epochs}  ${formatMeasures(record)}${measured}  ${
    clock(record.seconds)
  }`;
}

/** What is measured, without the names. */
const valuesOf = ({ loss, top1, accuracy, metrics = {} }: OutputMetrics): string[] => [
  formatLoss(loss),
  ...top1 === undefined ? [] : [percent(top1)],
  ...accuracy === undefined ? [] : [percent(accuracy)],
  ...Object.values(metrics).map(formatLoss),
];
