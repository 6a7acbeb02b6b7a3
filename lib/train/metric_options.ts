import { custom } from "../core/option_kinds.ts";
import { checkShape } from "../core/shape.ts";
import { unknownName } from "../core/suggest.ts";
import { byOutput, isList } from "./by_output.ts";
import type { Metric } from "./metric.ts";
import * as ready from "./metrics.ts";

/** Names of ready-made metrics. */
export type MetricName =
  | "accuracy"
  | "auc"
  | "binaryAccuracy"
  | "f1"
  | "meanAbsoluteError"
  | "meanSquaredError"
  | "precision"
  | "r2"
  | "recall"
  | "rootMeanSquaredError";

const named: Readonly<Record<MetricName, Metric>> = {
  accuracy: ready.accuracy,
  auc: ready.auc(),
  binaryAccuracy: ready.binaryAccuracy(),
  f1: ready.f1(),
  meanAbsoluteError: ready.meanAbsoluteError,
  meanSquaredError: ready.meanSquaredError,
  precision: ready.precision(),
  r2: ready.r2(),
  recall: ready.recall(),
  rootMeanSquaredError: ready.rootMeanSquaredError,
};

/** A metric, or the name of a ready-made one. */
export type MetricLike = Metric | MetricName;

/** Metrics of one output: a list, or by the names that they have in results. */
export type MetricsOfOutput = readonly MetricLike[] | Readonly<Record<string, MetricLike>>;

/** Metrics of every output, or of each by its name. */
export type MetricsLike = MetricsOfOutput | Readonly<Record<string, MetricLike | MetricsOfOutput>>;

/** The option that metrics are given by. */
export const metricsOption = custom(
  'metrics such as ["accuracy"], or metrics { shape, count, result } by name, or these by output',
  (value): value is MetricsLike =>
    value instanceof Object && Object.values(value).every((one) => isMetric(one) || isSeveral(one)),
);

const isMetric = (value: unknown): value is MetricLike =>
  typeof value === "string" ||
  Array.isArray((value as Metric | undefined)?.shape) &&
    typeof (value as Metric).count === "function" &&
    typeof (value as Metric).result === "function";

const isSeveral = (value: unknown): value is MetricsOfOutput =>
  value instanceof Object && Object.values(value).every(isMetric);

/** The metrics of each output, by the names that they have in results. */
export function metricsOf(
  given: MetricsLike,
  outputs: readonly string[],
): ReadonlyMap<string, Metric>[] {
  const each = isByOutput(given, outputs)
    ? byOutput<MetricLike | MetricsOfOutput>(given, outputs, "metrics")
    : outputs.map(() => given as MetricsOfOutput);
  return each.map((one) => byName(isMetric(one) ? [one] : one ?? []));
}

/** Whether they are given by output: a metric may be called as an output is only where that is alone. */
function isByOutput(
  given: MetricsLike,
  outputs: readonly string[],
): given is Readonly<Record<string, MetricLike | MetricsOfOutput>> {
  if (isList(given)) return false;
  const areOutputs = outputs.length > 1 && Object.keys(given).length > 0 &&
    Object.keys(given).every((name) => outputs.includes(name));
  return areOutputs || Object.values(given).some((one) => !isMetric(one));
}

function byName(given: MetricsOfOutput): ReadonlyMap<string, Metric> {
  const metrics = new Map<string, Metric>();
  const add = (like: MetricLike, given?: string) => {
    const metric = typeof like === "string" ? readyMade(like) : like, name = given ?? metric.name;
    if (name === undefined) {
      throw new TypeError("metrics: expected a metric with a name in a list, or metrics by name");
    }
    if (metrics.has(name)) throw new RangeError(`metrics: ${JSON.stringify(name)} is there twice`);
    checkShape(metric.shape, `metric ${JSON.stringify(name)}`);
    metrics.set(name, metric);
  };
  if (isList<MetricLike>(given)) given.forEach((like) => add(like));
  else for (const [name, like] of Object.entries(given)) add(like, name);
  return metrics;
}

function readyMade(name: string): Metric {
  if (Object.hasOwn(named, name)) return named[name as MetricName];
  throw new RangeError(`metrics: ${unknownName("metric", name, Object.keys(named))}`);
}
