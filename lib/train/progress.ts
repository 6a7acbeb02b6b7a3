import type { EpochRecord, Progress } from "./history.ts";
import type { Metrics } from "./metrics.ts";

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

function measures(metrics: Metrics): string {
  const top1 = metrics.top1 === undefined ? "" : `, top-1 ${percent(metrics.top1)}`;
  return `loss ${formatLoss(metrics.loss)}${top1}`;
}

/** One line on how training stands. */
export function formatProgress(progress: Progress): string {
  const { epoch, epochs, batch, batches, imagesPerSecond, secondsLeft } = progress;
  return [
    `epoch ${epoch}/${epochs}`,
    `batch ${batch}${batches === undefined ? "" : `/${batches}`}`,
    measures(progress),
    `${Math.round(imagesPerSecond)} images/s`,
    ...secondsLeft === undefined ? [] : [`${clock(secondsLeft)} left`],
  ].join("  ");
}

/** One line on a finished epoch. */
export function formatEpoch(record: EpochRecord, epochs: number): string {
  const validation = record.validation === undefined
    ? ""
    : `  validation: ${measures(record.validation)}`;
  return `epoch ${record.epoch}/${epochs}  ${measures(record)}${validation}  ${
    clock(record.seconds)
  }, ${Math.round(record.imagesPerSecond)} images/s`;
}

/** Where progress is shown. */
export interface ProgressDisplay {
  /** Shows how training stands, in place of the last such line. */
  progress(progress: Progress): void;
  /** Shows a finished epoch, to stay. */
  epoch(record: EpochRecord, epochs: number): void;
}

/** A line on stderr that rewrites itself in a terminal; elsewhere a line for each epoch. */
export function terminalProgress(): ProgressDisplay {
  const terminal = Deno.stderr.isTerminal();
  const encoder = new TextEncoder();
  const write = (text: string) => Deno.stderr.writeSync(encoder.encode(text));
  return {
    progress(progress) {
      if (terminal) write(`\r\x1b[K${formatProgress(progress)}`);
    },
    epoch(record, epochs) {
      write(`${terminal ? "\r\x1b[K" : ""}${formatEpoch(record, epochs)}\n`);
    },
  };
}
