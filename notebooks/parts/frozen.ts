import { type Figure, plot } from "../../mod.ts";

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b) / numbers.length;

/**
 * Shares of right answers by how many layers are frozen, from none on: the mean of each and its
 * draws, beside a net that began from scratch.
 */
export function frozenChart(
  frozen: readonly (readonly number[])[],
  scratch: readonly number[],
): Figure {
  const level = 100 * mean(scratch), last = frozen.length - 1;
  return plot.line([
    {
      x: frozen.map((_, n) => n),
      y: frozen.map((draws) => 100 * mean(draws)),
      mode: "lines+markers",
      name: "from the source",
    },
    {
      x: frozen.flatMap((draws, n) => draws.map(() => n)),
      y: frozen.flatMap((draws) => draws.map((share) => 100 * share)),
      mode: "markers",
      color: "#9fcae2",
      name: "each draw",
    },
    { x: [0, last], y: [level, level], dash: "dash", color: "#555555", name: "from scratch" },
  ], {
    title: "Freeze the bottom n layers",
    xLabel: "n",
    yLabel: "right (%)",
    width: 700,
    height: 360,
    layout: { xaxis: { tickvals: frozen.map((_, n) => n) } },
  });
}
