/** Norms that race on several kinds of batches, as a table and a chart: for notebook 16. */
import { type Figure, plot, table } from "../../mod.ts";

/** What a network with a norm came to, as shares of pictures. */
export interface Result {
  readonly norm: string;
  readonly batches: string;
  /** Right in training, over the last epoch. */
  readonly learnt: number;
  /** Right at inference, on other pictures. */
  readonly right: number;
}

const namesOf = (results: readonly Result[], what: "norm" | "batches") => [
  ...new Set(results.map((result) => result[what])),
];

const rightOf = (results: readonly Result[], norm: string, batches: string) =>
  100 * results.find((row) => row.norm === norm && row.batches === batches)!.right;

/** A row for each norm, a column for each kind of batches. */
export const normTable = (results: readonly Result[]) =>
  table(
    namesOf(results, "norm").map((norm) => ({
      norm,
      ...Object.fromEntries(
        namesOf(results, "batches").map((batches) => [
          `batches of ${batches}`,
          `${rightOf(results, norm, batches).toFixed(1)} %`,
        ]),
      ),
    })),
  );

/** The same as bars. */
export function normChart(results: readonly Result[]): Figure {
  const norms = namesOf(results, "norm");
  return plot.bar(
    namesOf(results, "batches").map((batches, i) => ({
      name: `batches of ${batches}`,
      y: norms.map((norm) => rightOf(results, norm, batches)),
      color: ["#c5ccd6", "#0072b2", "#d55e00"][i]!,
    })),
    {
      labels: norms,
      text: 0,
      yLabel: "right (%)",
      yRange: [0, 110],
      title: "Five norms, three kinds of batches",
      width: 860,
      height: 380,
    },
  );
}

/** How far statistics of batches of several sizes are off, beside 1/√m. */
export function noiseChart(
  noise: readonly { readonly size: number; readonly mean: number; readonly deviation: number }[],
): Figure {
  const x = noise.map(({ size }) => size), mode = "lines+markers";
  return plot.line([
    { x, y: noise.map(({ mean }) => mean), mode, name: "of the mean" },
    { x, y: x.map((m) => 1 / Math.sqrt(m)), dash: "dash", color: "#555555", name: "1/√m" },
    { x, y: noise.map(({ deviation }) => deviation), mode, name: "of the deviation" },
  ], {
    title: "How far the statistics of a batch are off",
    xLabel: "numbers in a channel of the batch (m)",
    yLabel: "deviation",
    xLog: true,
    yLog: true,
    width: 700,
    height: 360,
  });
}
