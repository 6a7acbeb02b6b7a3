/** A race of networks to a training error, as a chart: for notebook 6. */
import { type Figure, plot } from "../../mod.ts";

/** What a network did in the race. */
export interface Run {
  readonly activation: "relu" | "tanh";
  readonly learningRate: number;
  /** The training error after each epoch, 0 to 1. */
  readonly errors: readonly number[];
  /** Whether it arrived. */
  readonly finished: boolean;
}

/** The colour of each kind. */
export const colors = { relu: "#d1495b", tanh: "#00798c" };

const names = { relu: "ReLU", tanh: "tanh" };

/** The fastest run of each kind that arrived. */
export const winnersOf = (runs: readonly Run[]): Run[] =>
  (["relu", "tanh"] as const).flatMap((activation) =>
    runs.filter((run) => run.activation === activation && run.finished)
      .sort((a, b) => a.errors.length - b.errors.length).slice(0, 1)
  );

/** The winners in colour with their names at their ends, all others grey, a cross where one ended. */
export function raceChart(runs: readonly Run[], goal: number): Figure {
  const winners = winnersOf(runs);
  const curves = runs.map((run) => ({
    x: run.errors.map((_, i) => i + 1),
    y: run.errors,
    ...winners.includes(run) ? { color: colors[run.activation], width: 3 } : { color: "#c5ccd6" },
  }));
  const crosses = runs.filter(({ finished }) => !finished).map(({ errors }) => ({
    x: [errors.length],
    y: [errors.at(-1)!],
    mode: "markers" as const,
    symbol: "x",
    color: "#9aa5b1",
  }));
  return plot.line([...curves, ...crosses], {
    title: `The race to ${100 * goal} % training error`,
    xLabel: "epoch",
    yLabel: "training error",
    width: 760,
    height: 380,
    yRange: [0.12, 0.95],
    layout: {
      shapes: [{
        type: "line",
        xref: "paper",
        x0: 0,
        x1: 1,
        y0: goal,
        y1: goal,
        line: { color: "#888888", width: 1, dash: "dot" },
      }],
      annotations: winners.map(({ activation, learningRate, errors }) => ({
        x: errors.length,
        y: errors.at(-1)!,
        text: `${names[activation]}, rate ${learningRate}`,
        font: { color: colors[activation] },
        showarrow: false,
        xanchor: "right",
        yanchor: "top",
        yshift: -6,
      })),
    },
  });
}
