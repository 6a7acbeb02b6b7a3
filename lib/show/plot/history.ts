import { describeValue, outOfRange, wrongType } from "../../core/errors.ts";
import { flag, listOf, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { unknownName } from "../../core/suggest.ts";
import { measureOf } from "../../train/measures.ts";
import type { OutputMetrics } from "../../train/metric.ts";
import { traceColor } from "../../plotly_svg/mod.ts";
import type { Figure } from "../figure.ts";
import { type FigureOptions, figureSchema } from "./plot_options.ts";
import { grid } from "./grid.ts";
import { line } from "./line.ts";
import type { Series } from "./series.ts";

/** What every training may measure at the end of each epoch. */
export type HistoryMetric =
  | "loss"
  | "top1"
  | "topK"
  | "top5"
  | "accuracy"
  | "learningRate"
  | "imagesPerSecond";

/** Measures as far as they are drawn. */
export type HistoryMeasures =
  & { readonly [metric in HistoryMetric]?: number }
  & {
    /** Metrics of one's own, by name. */
    readonly metrics?: Readonly<Record<string, number>>;
    /** Those of each output, where there are several. */
    readonly outputs?: Readonly<Record<string, OutputMetrics>>;
  };

/** As much of an epoch's record as is drawn. */
export type HistoryEpoch = HistoryMeasures & {
  readonly epoch: number;
  readonly validation?: HistoryMeasures;
};

/** As much of a training's `History` as is drawn. */
export interface HistoryLike {
  /** The epochs that are done. */
  readonly epochs: readonly HistoryEpoch[];
}

/** Settings of {@linkcode history}. */
export interface HistoryOptions extends FigureOptions {
  /**
   * What is drawn, a panel each: a {@linkcode HistoryMetric}, the name of a metric of one's own, or
   * one of an output ("kind.top1"). By default loss and accuracy, of each output in one panel.
   */
  readonly metrics?: readonly string[];
  /** Whether the losses are on a logarithmic scale. */
  readonly logLoss?: boolean;
}

const labels: Readonly<Record<string, string>> = {
  loss: "loss",
  top1: "accuracy",
  accuracy: "accuracy",
  topK: "top-k accuracy",
  top5: "top-5 accuracy",
  learningRate: "learning rate",
  imagesPerSecond: "images a second",
};

const historySchema = {
  ...figureSchema,
  metrics: listOf(text()),
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
  const longest = Math.max(...named.map(([, { epochs }]) => epochs.length));
  const panels = (metrics?.map((metric) => [metric]) ?? usualPanels(named)).map((measures) => {
    const series = named.flatMap(([name, one], i) =>
      measures.flatMap((measure, j) => {
        const words = [name, measures.length > 1 ? measure : undefined];
        return curves(one, measure, words, i * measures.length + j);
      })
    );
    const [measure] = measures as [string];
    if (series.length === 0) throw notMeasured(measure, named, where);
    return line(series, {
      xLabel: "epoch",
      yLabel: labels[measure] ?? labels[measure.slice(measure.lastIndexOf(".") + 1)] ?? measure,
      yLog: measure.endsWith("loss") && logLoss,
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

type Named = readonly (readonly [string | undefined, HistoryLike])[];

/** The loss and the share of right answers, each with those of all outputs where there are several. */
function usualPanels(named: Named): string[][] {
  const epochs = named.flatMap(([, { epochs }]) => epochs);
  const outputs = new Set(epochs.flatMap(({ outputs = {} }) => Object.keys(outputs)));
  const ofOutputs = (measure: string) => [...outputs].map((output) => `${output}.${measure}`);
  const panels = outputs.size > 0
    ? [["loss", ...ofOutputs("loss")], [...ofOutputs("top1"), ...ofOutputs("accuracy")]]
    : [["loss"], ["top1"], ["accuracy"]];
  const wasMeasured = (measure: string) =>
    epochs.some((epoch) => valueOf(epoch, measure) !== undefined);
  return panels.map((measures) => measures.filter(wasMeasured)).filter(({ length }) => length > 0);
}

/** What was measured under a name, of training or else of validation. */
const valueOf = (epoch: HistoryEpoch, measure: string): number | undefined =>
  measureOf(epoch, measure) ?? measureOf(epoch.validation ?? {}, measure);

function notMeasured(measure: string, named: Named, where: string): RangeError {
  if (measure in labels) {
    return new RangeError(`${where}: metrics: ${measure} was not measured in this training`);
  }
  const all = named.flatMap(([, { epochs }]) => epochs.flatMap(measuresOf));
  const known = [...new Set([...Object.keys(labels), ...all])];
  return new RangeError(`${where}: metrics: ${unknownName("measure", measure, known)}`);
}

/** The names of metrics of one's own, and of all measures of outputs. */
function measuresOf({ metrics = {}, outputs = {} }: HistoryMeasures): string[] {
  const ofOutputs = Object.entries(outputs).flatMap(([name, { metrics: own, ...usual }]) =>
    Object.keys({ ...usual, ...own }).map((measure) => `${name}.${measure}`)
  );
  return [...Object.keys(metrics), ...ofOutputs];
}

/** The curves of training and of validation, in one colour. */
function curves(
  { epochs }: HistoryLike,
  measure: string,
  words: readonly (string | undefined)[],
  i: number,
): Series[] {
  const color = traceColor(i);
  const ofValidation = ({ validation = {} }: HistoryEpoch) => measureOf(validation, measure);
  const validated = epochs.some((epoch) => ofValidation(epoch) !== undefined);
  const parts = [
    { part: "training", dash: "dot", of: (epoch: HistoryEpoch) => measureOf(epoch, measure) },
    { part: "validation", dash: "solid", of: ofValidation },
  ] as const;
  return parts.flatMap(({ part, dash, of }): Series[] => {
    const y = epochs.map((epoch) => of(epoch) ?? NaN);
    if (y.every(Number.isNaN)) return [];
    return [{
      x: epochs.map(({ epoch }) => epoch),
      y,
      name: [...words, part].filter((word) => word !== undefined).join(", "),
      color,
      // Where there is nothing to tell training from, it need not be dotted.
      dash: validated ? dash : "solid",
      mode: epochs.length <= 30 ? "lines+markers" : "lines",
      size: 5,
    }];
  });
}
