/// <reference lib="dom" />
import { scaled } from "./colors.ts";
import { choice, drawing, element, nothing } from "./element.ts";
import { number } from "./format.ts";
import { OneRunView, recordAdvice, recordCommand } from "./one_run.ts";
import { source } from "./source.ts";
import type { Histograms, HistogramsByName, RunSummary } from "./types.ts";

type Kind = "weights" | "activations";

/** The drawing: its size, the room of the ridges and of the words. */
const [width, height, ridge, bottom, right] = [360, 230, 70, 24, 44];

/** Histograms over time as ridges, the latest in front. */
export class HistogramsView extends OneRunView<HistogramsByName> {
  readonly title = "Histograms";
  #kind: Kind = "weights";

  protected fetch({ id }: RunSummary): Promise<HistogramsByName> {
    return source.histograms(id, this.#kind);
  }

  protected override versionOf(run: RunSummary): string {
    return `${super.versionOf(run)} ${this.#kind}`;
  }

  protected show(place: HTMLElement, all: HistogramsByName): void {
    if (Object.keys(all).length === 0) {
      place.replaceChildren(nothing("Nothing was recorded", recordAdvice, recordCommand));
      return;
    }
    place.replaceChildren(
      element(
        "div",
        { class: "toolbar" },
        choice<Kind>(
          "What is counted",
          [["weights", "Weights"], ["activations", "Results of layers"]],
          this.#kind,
          (kind) => {
            this.#kind = kind;
            this.again();
          },
        ),
        element("span", { class: "note" }, "Each ridge is a moment; the latest is in front."),
      ),
      element(
        "div",
        { class: "grid three" },
        ...Object.entries(all).map(([name, histograms]) =>
          element(
            "article",
            { class: "card" },
            element("header", {}, element("h3", {}, name)),
            ridges(name, histograms),
          )
        ),
      ),
    );
  }
}

/** Ridges from the first moment (at the back) to the last. */
function ridges(name: string, { epoch, low, high, counts }: Histograms): SVGSVGElement {
  const least = Math.min(...low), most = Math.max(...high), range = most - least || 1;
  // Bins of different moments differ in width: what is compared is how dense the numbers are.
  const densities = counts.map((bins, i) => {
    const total = bins.reduce((sum, count) => sum + count, 0) || 1;
    const bin = (high[i]! - low[i]!) / bins.length || range / bins.length;
    return bins.map((count) => count / total / bin);
  });
  // One moment in which all are equal does not make the others flat.
  const peaks = densities.map((list) => Math.max(...list)).sort((a, b) => a - b);
  const top = peaks[Math.floor(0.9 * (peaks.length - 1))] || 1;
  const plotWidth = width - right - 12, last = counts.length - 1;
  const depth = height - ridge - bottom;
  const x = (value: number) => 12 + (value - least) / range * plotWidth;
  const base = (i: number) => ridge + (last === 0 ? depth : i / last * depth);
  const paths = densities.map((list, i) => {
    const bin = (high[i]! - low[i]!) / list.length;
    const places = list.map((density, j) => {
      const y = base(i) - Math.min(1.15, density / top) * (ridge - 8);
      return `${x(low[i]! + (j + 0.5) * bin).toFixed(1)} ${y.toFixed(1)}`;
    });
    const [start, end] = [x(low[i]!), x(high[i]!)].map((at) =>
      `${at.toFixed(1)} ${base(i).toFixed(1)}`
    );
    return drawing("path", {
      d: `M${start}L${places.join("L")}L${end}`,
      fill: scaled(0.12 + 0.6 * (last === 0 ? 1 : i / last)),
      class: "ridge",
    }, drawing("title", {}, `epoch ${number(epoch[i])}: ${number(low[i])} to ${number(high[i])}`));
  });
  const ticks = [least, (least + most) / 2, most].map((value, i) =>
    drawing("text", {
      x: x(value),
      y: height - 6,
      "text-anchor": ["start", "middle", "end"][i]!,
    }, number(Number(value.toPrecision(2))))
  );
  const moments = (last === 0 ? [0] : [0, last]).map((i) =>
    drawing("text", { x: width - right + 8, y: base(i) + 3 }, number(Number(epoch[i]!.toFixed(1))))
  );
  return drawing(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      class: "ridges",
      role: "img",
      "aria-label": `Histograms of ${name} from epoch ${number(epoch[0])} to ${
        number(epoch.at(-1))
      }; at the end from ${number(low.at(-1))} to ${number(high.at(-1))}`,
    },
    ...paths,
    ...ticks,
    ...moments,
    drawing("text", { x: width - right + 8, y: ridge - 14, class: "unit" }, "epoch"),
  );
}
