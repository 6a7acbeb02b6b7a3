/**
 * Names of what a training measures: "loss", "top1", "accuracy", a metric's name; of several outputs
 * also those of each, behind its name and a dot ("kind.top1").
 *
 * @module
 */
import type { Metric, Metrics, OutputMetrics } from "./metric.ts";
import type { TargetForm } from "./targets.ts";

/** An output of which something is measured. */
interface Measured {
  readonly name: string;
  readonly form: Pick<TargetForm, "tally">;
  readonly k: number;
  readonly metrics: ReadonlyMap<string, Metric>;
}

/** What is measured of outputs, by name. */
export function measureNames(outputs: readonly Measured[]): string[] {
  const each = outputs.length > 1 ? outputs : [];
  return [
    ...outputs.slice(0, 1).flatMap(namesOf),
    ...each.flatMap((output) => namesOf(output).map((name) => `${output.name}.${name}`)),
  ];
}

const namesOf = ({ form: { tally }, k, metrics }: Measured): string[] => [
  "loss",
  ...tally === "ranks" ? ["top1", "topK", ...k === 5 ? ["top5"] : []] : [],
  ...tally === "accuracy" ? ["accuracy"] : [],
  ...metrics.keys(),
];

/** What was measured under a name, if it was. */
export function measureOf(
  { outputs = {}, ...measured }: Partial<Metrics>,
  name: string,
): number | undefined {
  for (const [output, one] of Object.entries(outputs)) {
    if (name.startsWith(`${output}.`)) return measureOf(one, name.slice(output.length + 1));
  }
  const { metrics = {}, ...numbers } = measured;
  const found: Readonly<Record<string, unknown>> = { ...metrics, ...numbers };
  const value = Object.hasOwn(found, name) ? found[name] : undefined;
  return typeof value === "number" ? value : undefined;
}

const large =
  /(^|\.)(top(K|\d+)|((precision|recall|f1|auc)( of \d+)?)|confusionMatrix|r2)$|accuracy$/i;

/** Whether more of it is better, as far as its name tells: of shares of right answers. */
export const isBetterLarge = (name: string): boolean => large.test(name);

/** The outputs that measures tell apart, with the measures of each; a single one has no name. */
export const eachOutput = ({ outputs, ...only }: Metrics): [string, OutputMetrics][] =>
  outputs === undefined ? [["", only]] : Object.entries(outputs);
