import { outOfRange, wrongType } from "../../core/errors.ts";
import { flag, listOf, oneOf } from "../../core/option_kinds.ts";
import { describeValue, options, type Schema } from "../../core/options.ts";
import { traceColor } from "../../plotly_svg/mod.ts";
import type { Figure } from "../figure.ts";
import { type FigureOptions, figureSchema } from "./plot_options.ts";
import { grid } from "./grid.ts";
import { line } from "./line.ts";
import type { Series } from "./series.ts";

/** What training measures at the end of each epoch. */
export type HistoryMetric = "loss" | "top1" | "topK" | "top5" | "learningRate" | "imagesPerSecond";

/** As much of an epoch's record as is drawn. */
export type HistoryEpoch =
  & { readonly epoch: number }
  & { readonly [metric in HistoryMetric]?: number }
  & { readonly validation?: { readonly [metric in HistoryMetric]?: number } };

/** As much of a training's `History` as is drawn. */
export interface HistoryLike {
  /** The epochs that are done. */
  readonly epochs: readonly HistoryEpoch[];
}

/** Settings of {@linkcode history}. */
export interface HistoryOptions extends FigureOptions {
  /** What is drawn, a panel each; loss and accuracy by default. */
  readonly metrics?: readonly HistoryMetric[];
  /** Whether the losses are on a logarithmic scale. */
  readonly logLoss?: boolean;
}

const labels: Readonly<Record<HistoryMetric, string>> = {
  loss: "loss",
  top1: "accuracy",
  topK: "top-k accuracy",
  top5: "top-5 accuracy",
  learningRate: "learning rate",
  imagesPerSecond: "images a second",
};

const historySchema = {
  ...figureSchema,
  metrics: listOf(oneOf(Object.keys(labels) as HistoryMetric[])),
  logLoss: flag(false),
} satisfies Schema<HistoryOptions>;

/**
 * How training went: loss and accuracy after each epoch, for training dotted and for validation
 * solid. Several histories, by name, are drawn together.
 *
 * ```ts
 * import { arrayDataset, plot, sequential } from "@striate/striate";
 * const xor = arrayDataset({
 *   inputs: [[0, 0], [0, 1], [1, 0], [1, 1]],
 *   targets: [0, 1, 1, 0],
 * });
 * const net = sequential([2]).dense(8).tanh().dense(2);
 * const history = await net.fit(xor, { epochs: 3, batchSize: 4, validation: xor });
 * console.log(`${plot.history(history, { title: "XOR" })}`); // Figure "XOR": 4 scatter
 * ```
 *
 * @throws {TypeError} if it is no history.
 * @throws {RangeError} if there is no epoch, or for an unknown option or metric.
 */
export function history(
  history: HistoryLike | { readonly [name: string]: HistoryLike },
  given: HistoryOptions = {},
): Figure {
  const where = "plot.history";
  const { metrics, logLoss, ...look } = options(where, given, historySchema);
  const named = namedHistories(history, where);
  const wanted = metrics ??
    (["loss", "top1"] as const).filter((metric) =>
      named.some(([, { epochs }]) => epochs.some((epoch) => valueOf(epoch, metric)))
    );
  const longest = Math.max(...named.map(([, { epochs }]) => epochs.length));
  const panels = wanted.map((metric) => {
    const series = named.flatMap(([name, one], i) => curves(one, metric, name, i));
    if (series.length === 0) {
      throw new RangeError(`${where}: metrics: ${metric} was not measured in this training`);
    }
    return line(series, {
      xLabel: "epoch",
      yLabel: labels[metric],
      yLog: metric === "loss" && logLoss,
      // A tick at half an epoch says nothing.
      ...longest <= 10 ? { layout: { xaxis: { dtick: 1 } } } : {},
    });
  });
  const width = panels.length === 1 ? 640 : 880;
  return grid(panels, { width, height: 360, ...look });
}

/** The histories with their names; a single one has none. */
function namedHistories(
  history: HistoryLike | { readonly [name: string]: HistoryLike },
  where: string,
): [string | undefined, HistoryLike][] {
  const isOne = (value: unknown): value is HistoryLike =>
    Array.isArray((value as HistoryLike | undefined)?.epochs);
  if (typeof history !== "object" || history === null) {
    throw wrongType(where, "what fit returns", describeValue(history));
  }
  const named: [string | undefined, HistoryLike][] = isOne(history)
    ? [[undefined, history]]
    : Object.entries(history);
  for (const [name, one] of named) {
    const what = name === undefined ? where : `${where}: ${name}`;
    if (!isOne(one)) throw wrongType(what, "what fit returns", describeValue(one));
    if (one.epochs.length === 0) throw outOfRange(what, "epochs", "none");
  }
  if (named.length === 0) throw outOfRange(where, "a history", "none");
  return named;
}

const valueOf = (epoch: HistoryEpoch, metric: HistoryMetric): number | undefined =>
  epoch[metric] ?? epoch.validation?.[metric];

/** The curves of training and of validation, in one colour. */
function curves(
  { epochs }: HistoryLike,
  metric: HistoryMetric,
  name: string | undefined,
  i: number,
): Series[] {
  const color = traceColor(i);
  const validated = epochs.some(({ validation }) => validation?.[metric] !== undefined);
  const parts = [
    { part: "training", dash: "dot", of: (epoch: HistoryEpoch) => epoch[metric] },
    { part: "validation", dash: "solid", of: (epoch: HistoryEpoch) => epoch.validation?.[metric] },
  ] as const;
  return parts.flatMap(({ part, dash, of }): Series[] => {
    const y = epochs.map((epoch) => of(epoch) ?? NaN);
    if (y.every(Number.isNaN)) return [];
    return [{
      x: epochs.map(({ epoch }) => epoch),
      y,
      name: name === undefined ? part : `${name}, ${part}`,
      color,
      // Where there is nothing to tell training from, it need not be dotted.
      dash: validated ? dash : "solid",
      mode: epochs.length <= 30 ? "lines+markers" : "lines",
      size: 5,
    }];
  });
}
