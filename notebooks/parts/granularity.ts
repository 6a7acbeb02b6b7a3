/** What windows and maps bring and cost, as a chart: for notebook 4. */
import { type Figure, plot } from "../../mod.ts";

/** A small network with windows of F and K maps, and how it did. */
export interface Trial {
  readonly task: string;
  readonly F: number;
  readonly K: number;
  /** Of the test examples, in percent. */
  readonly right: number;
  /** Million multiply-adds. */
  readonly work: number;
}

/** A panel for each task: one curve over the windows with 8 maps, one over the maps with windows of 5. */
export function trialChart(tried: readonly Trial[]): Figure {
  const panels = [...Map.groupBy(tried, ({ task }) => task)].map(([title, all]) => {
    const curve = (chosen: readonly Trial[], name: (list: string) => string, of: "F" | "K") => ({
      x: chosen.map(({ work }) => work),
      y: chosen.map(({ right }) => right),
      name: name(chosen.map((trial) => trial[of]).join(", ")),
      mode: "lines+markers" as const,
    });
    const sorted = all.toSorted((a, b) => a.work - b.work);
    return plot.line([
      curve(sorted.filter(({ K }) => K === 8), (list) => `8 maps, window ${list}`, "F"),
      {
        ...curve(sorted.filter(({ F }) => F === 5), (list) => `window 5, ${list} maps`, "K"),
        dash: "dash",
      },
    ], { title, xLabel: "million multiply-adds", yLabel: "right (%)", xLog: true });
  });
  return plot.grid(panels, {
    title: "What a larger window and more maps cost and bring",
    width: 900,
    height: 360,
  });
}
