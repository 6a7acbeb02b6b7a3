import { type ExampleUnit, formatEpoch, formatProgress } from "./format.ts";
import type { EpochRecord, Progress } from "./epoch_record.ts";
import type { History } from "./history.ts";

/** How long a training is. */
export interface RunLength extends Pick<Progress, "epochs" | "batches"> {
  /** Epochs that a resumed run has behind it. */
  readonly done: readonly EpochRecord[];
  /** What its examples are called. */
  readonly unit: ExampleUnit;
}

/** Where progress is shown. */
export interface ProgressDisplay {
  /** Shows how training stands, in place of the last such line. */
  progress(progress: Progress): void;
  /** Shows a finished epoch, to stay. */
  epoch(record: EpochRecord, epochs: number): void;
  /** Called before the first step. */
  begin?(length: RunLength): void;
  /** Called when training has ended, also where it was stopped; `fit` waits for it. */
  end?(history: History): void | Promise<void>;
  /** Called with the error that ended training; `fit` waits for it and then throws the error. */
  fail?(error: unknown): void | Promise<void>;
}

/** A line on stderr that rewrites itself in a terminal; elsewhere a line for each epoch. */
export function terminalProgress(): ProgressDisplay {
  const terminal = Deno.stderr.isTerminal();
  const encoder = new TextEncoder();
  let unit: ExampleUnit = "images";
  const write = (text: string) => Deno.stderr.writeSync(encoder.encode(text));
  return {
    begin: (length) => void ({ unit } = length),
    progress(progress) {
      if (terminal) write(`\r\x1b[K${formatProgress(progress, unit)}`);
    },
    epoch(record, epochs) {
      write(`${terminal ? "\r\x1b[K" : ""}${formatEpoch(record, epochs)}\n`);
    },
  };
}
