/**
 * What a training comes to, and what tables show of it.
 *
 * @module
 */
import type { Metrics } from "../../train/metric.ts";

/** Measures of data. */
export type Measured = Pick<Metrics, "loss" | "top1">;

/** When a target was reached, with a fraction: read off a line between epochs. */
export interface Reached {
  readonly epochs: number;
  readonly steps: number;
}

/** What a training came to: the result in its `run.json`. */
export interface ArmResult {
  /** Epochs and steps that were done. */
  readonly epochs: number;
  readonly steps: number;
  /** The time that the epochs took, without what was measured on test images. */
  readonly seconds: number;
  /** Measured while the last epoch was trained. */
  readonly training?: Measured;
  /** Measured afterwards, on the training images as they are. */
  readonly train?: Measured;
  /** Measured afterwards, on the test images. */
  readonly test?: Measured;
  /** When the target was reached; undefined where there is none, or it was not. */
  readonly reached?: Reached;
  /** Whether training ended before its target, as another of its group had reached it sooner. */
  readonly isBeaten?: boolean;
  /** Why training ended by a loss that was not finite. */
  readonly diverged?: string;
}

/** What a column shows. */
interface Column {
  of(result: ArmResult): number | undefined;
  text(value: number): string;
}

const share = (value: number) => `${(100 * value).toFixed(2)} %`;
const error = (measured: Measured | undefined) =>
  measured?.top1 === undefined ? undefined : 1 - measured.top1;

/** The columns of tables by name. */
export const columns = {
  "test accuracy": { of: ({ test }) => test?.top1, text: share },
  "training accuracy": { of: ({ train }) => train?.top1, text: share },
  "training error": { of: ({ training }) => error(training), text: share },
  gap: {
    of: ({ train, test }) =>
      train?.top1 === undefined || test?.top1 === undefined ? undefined : train.top1 - test.top1,
    text: (value) => `${(100 * value).toFixed(2)} points`,
  },
  "epochs to target": { of: ({ reached }) => reached?.epochs, text: (value) => value.toFixed(1) },
  "steps to target": {
    of: ({ reached }) => reached?.steps,
    text: (value) => String(Math.round(value)),
  },
  epochs: { of: ({ epochs }) => epochs, text: (value) => String(Math.round(value)) },
  steps: { of: ({ steps }) => steps, text: (value) => String(Math.round(value)) },
  seconds: { of: ({ seconds }) => seconds, text: (value) => value.toFixed(value < 10 ? 1 : 0) },
} satisfies Record<string, Column>;

/** The name of a column. */
export type ColumnName = keyof typeof columns;

/** A column that says how soon a target was reached. */
export type TargetColumn = Extract<ColumnName, `${string} to target`>;
