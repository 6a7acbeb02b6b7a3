/// <reference lib="dom" />
import { scaled, themed } from "./colors.ts";
import { element, nothing } from "./element.ts";
import { number } from "./format.ts";
import { OneRunView, recordAdvice, recordCommand } from "./one_run.ts";
import { type Line, plot, unplot } from "./plot.ts";
import { source } from "./source.ts";
import type { Norms, RunSummary } from "./types.ts";

/** The charts: what is drawn, what it is called and what it says. */
const charts = [
  [
    "gradients",
    "Norm of the gradients",
    "On 32 training examples; a layer without any does not learn.",
  ],
  ["weights", "Norm of the weights", "The square root of the sum of their squares."],
  ["deviations", "Spread of the results", "The standard deviation of what each layer yields."],
  ["zeros", "Share of zeros", "Of what each layer yields; of 100 % nothing goes on."],
] as const;

/** Norms by layer over time, from the first layer (dark) to the last (light). */
export class LayersView extends OneRunView<Norms> {
  readonly title = "Layers";
  readonly #bodies = new Map<string, HTMLElement>();

  protected fetch({ id }: RunSummary): Promise<Norms> {
    return source.norms(id);
  }

  protected show(place: HTMLElement, norms: Norms): void {
    if (norms.step.length === 0) {
      place.replaceChildren(nothing("Nothing was recorded", recordAdvice, recordCommand));
      return;
    }
    if (this.#bodies.size === 0 || !place.contains([...this.#bodies.values()][0]!)) {
      place.replaceChildren(
        element(
          "div",
          { class: "key" },
          "first layer",
          element("span", { class: "scale" }),
          "last",
        ),
        element(
          "div",
          { class: "grid two" },
          ...charts.map(([part, title, about]) => {
            const body = element("div", { class: "plot tall" });
            this.#bodies.set(part, body);
            return element(
              "article",
              { class: "card", "aria-label": title },
              element("header", {}, element("h3", {}, title)),
              element("p", { class: "note" }, about),
              body,
            );
          }),
        ),
      );
    }
    for (const [part] of charts) {
      const isLog = part !== "zeros";
      void plot(this.#bodies.get(part)!, linesOf(norms[part], norms, isLog), {
        xTitle: "epoch",
        isLog,
        revision: part,
        ...part === "zeros" && { yFormat: ".0~%", isFromZero: true },
      });
    }
  }

  protected override clear(): void {
    for (const body of this.#bodies.values()) unplot(body);
    this.#bodies.clear();
  }
}

function linesOf(values: Norms["weights"], { epoch }: Norms, isLog: boolean): Line[] {
  const names = Object.keys(values), from = Number(themed("scale-from"));
  return names.map((name, i) => ({
    name,
    x: epoch,
    // A logarithm has no place for zero.
    y: values[name]!.map((value) => isLog && value === 0 ? null : value),
    texts: values[name]!.map((value) => number(value)),
    color: scaled(from + (0.9 - from) * i / Math.max(1, names.length - 1)),
  }));
}
