import type { History } from "../train/history.ts";
import type { Metrics } from "../train/metrics.ts";
import type { MimeBundle } from "./bundle.ts";
import { type Table, table } from "./table.ts";

/** What the history of a training looks like: a row for each epoch. */
export function historyBundle(history: History): MimeBundle {
  return { "text/html": historyTable(history.epochs).html(), "text/plain": String(history) };
}

/** A row for each epoch, without the times, which differ from run to run. */
export function historyTable(epochs: History["epochs"]): Table {
  const share = (value: number) => `${(100 * value).toFixed(2)} %`;
  const measures = (metrics: Metrics | undefined, prefix: string) => ({
    [`${prefix}loss`]: metrics?.loss,
    ...metrics?.top1 === undefined ? {} : { [`${prefix}top-1`]: share(metrics.top1) },
  });
  const rows = epochs.map((record) => ({
    epoch: record.epoch,
    ...measures(record, ""),
    ...record.validation === undefined ? {} : measures(record.validation, "validation "),
    "learning rate": Number(record.learningRate.toPrecision(4)),
  }));
  const align = { "top-1": "right", "validation top-1": "right" } as const;
  const loss = (value: unknown) => (value as number).toPrecision(4);
  return table(rows, {
    align,
    format: { loss, "validation loss": loss, "learning rate": String },
    limit: 20,
  });
}
