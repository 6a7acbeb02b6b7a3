import { clock, formatMeasures, formatProgress } from "../train/format.ts";
import type { EpochRecord, Progress } from "../train/epoch_record.ts";
import type { History } from "../train/history.ts";
import type { ProgressDisplay, RunLength } from "../train/progress.ts";
import { escapeMarkup } from "../plotly_svg/mod.ts";
import { dataUrl, type MimeBundle } from "./bundle.ts";
import type { Figure } from "./figure.ts";
import { historyBundle, historyTable, wasShown } from "./history.ts";
import { Display, flush } from "./jupyter.ts";
import { LossCurve } from "./loss_curve.ts";

/** Milliseconds from one drawing to the next. */
const interval = 250;

/**
 * A training in a notebook, in one place of its cell's output: bars, the loss as a curve and a row
 * for each epoch while it runs; a chart and the rows when it has ended. What stays holds no times,
 * so that a notebook that is run again is the same.
 */
export class NotebookProgress implements ProgressDisplay {
  readonly #display = new Display();
  readonly #curve = new LossCurve();
  #length: RunLength = { epochs: 1, done: [], batches: undefined, unit: "images" };
  #records: EpochRecord[] = [];
  /** How the epoch under way stands, once that is known. */
  #progress: Progress | undefined;
  #drawn = -Infinity;

  /** Shows that training begins. */
  begin(length: RunLength): void {
    this.#length = length;
    this.#records = [...length.done];
    this.#draw();
  }

  /** Shows how training stands, at most four times a second. */
  progress(progress: Progress): void {
    this.#progress = progress;
    this.#curve.progress(progress);
    this.#drawSometimes();
  }

  /** Adds an epoch to the table. */
  epoch(record: EpochRecord): void {
    this.#records.push(record);
    this.#curve.epoch(record);
    this.#progress = undefined;
    this.#drawSometimes();
  }

  /** Leaves the chart and the table. */
  async end(history: History): Promise<void> {
    wasShown(history);
    if (history.epochs.length > 0) this.#display.update(await historyBundle(history, true));
    else this.#display.update(this.#whatIsThere(String(history)));
    await flush();
  }

  /** Leaves what there is. The kernel shows the error itself below. */
  async fail(): Promise<void> {
    const { epoch = this.#records.length + 1, batch } = this.#progress ?? {};
    const where = `failed in epoch ${epoch}${batch === undefined ? "" : `, after batch ${batch}`}`;
    this.#display.update(this.#whatIsThere(where));
    await flush();
  }

  #drawSometimes(): void {
    // A clock that was set back must not stop the display.
    if (Math.abs(performance.now() - this.#drawn) >= interval) this.#draw();
  }

  #draw(): void {
    this.#drawn = performance.now();
    const { epochs, batches } = this.#length;
    const done = this.#records.length, batch = this.#progress?.batch ?? 0;
    const within = batches === undefined ? 0 : batch / batches;
    const of = (total: number | undefined) => total === undefined ? "" : `/${total}`;
    const lines = [
      `epoch ${bar((done + within) / epochs)} ${done}${of(epochs)}${this.#timeLeft()}`,
      `batch ${bar(batches && within)} ${batch}${of(batches)}${this.#rate()}`,
      this.#measures(),
    ];
    this.#display.update({
      "text/html": `<div>${lines.join("<br>")}</div>${this.#chartAndTable()}`,
      "text/plain": this.#progress === undefined
        ? `epoch ${done}/${epochs} done  ${this.#measures()}`
        : formatProgress(this.#progress, this.#length.unit),
    });
  }

  /** What is measured in the epoch under way, or was in the last one. */
  #measures(): string {
    const newest = this.#progress ?? this.#records.at(-1);
    return newest === undefined ? "preparing the first step" : formatMeasures(newest);
  }

  #rate(): string {
    const newest = this.#progress ?? this.#records.at(-1);
    return newest === undefined
      ? ""
      : `, ${Math.round(newest.imagesPerSecond)} ${this.#length.unit}/s`;
  }

  #timeLeft(): string {
    const last = this.#records.at(-1);
    const seconds = this.#progress?.secondsLeft ??
      (last && last.seconds * (this.#length.epochs - last.epoch));
    return seconds === undefined ? "" : `, ${clock(seconds)} left`;
  }

  /** The curve and the table as they are, with a line below. */
  #whatIsThere(line: string): MimeBundle {
    const above = this.#records.length > 0 ? `${historyTable(this.#records)}\n` : "";
    return {
      "text/html": `${this.#chartAndTable()}<div>${escapeMarkup(line)}</div>`,
      "text/plain": above + line,
    };
  }

  #chartAndTable(): string {
    const rows = this.#records.length === 0 ? "" : historyTable(this.#records).html();
    return pictureOf(this.#curve.figure()) + rows;
  }
}

function pictureOf(figure: Figure | undefined): string {
  if (figure === undefined) return "";
  return `<div><img alt="loss" src="${dataUrl("image/svg+xml", figure.svg())}"></div>`;
}

/** A bar; without a share, one that only says that something goes on. */
const bar = (share: number | undefined): string =>
  `<progress max="1"${share === undefined ? "" : ` value="${share.toFixed(3)}"`}></progress>`;
