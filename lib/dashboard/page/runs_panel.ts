/// <reference lib="dom" />
import { colorOf, swatch } from "./colors.ts";
import { button, element } from "./element.ts";
import { duration, measure } from "./format.ts";
import { state } from "./state.ts";
import type { RunStatus, RunSummary } from "./types.ts";

const statusWords: Readonly<Record<RunStatus, string>> = {
  running: "running",
  done: "done",
  interrupted: "interrupted",
  failed: "failed",
  died: "died",
};

/** How a run stands, as a mark with its word. */
export function statusMark({ status, isStopping }: Pick<RunSummary, "status" | "isStopping">) {
  const word = isStopping ? "stopping" : statusWords[status];
  return element("span", { class: `status ${status}` }, word);
}

/** The measure that says most of a run at a glance. */
export function headline({ latest, result }: RunSummary): string {
  const all = {
    ...latest,
    ...Object.fromEntries(
      Object.entries(result).map(([name, value]) => [name.replace("test/", "validation/"), value]),
    ),
  };
  const name = ["validation/top1", "validation/loss", "top1", "loss"].find((name) => name in all);
  return name === undefined ? "" : measure(name, all[name]);
}

/** The list of runs beside all views: which are shown, and which one has the views of one. */
export class RunsPanel {
  readonly #list = element("ul", { class: "runs", "aria-label": "Runs" });
  readonly #count = element("p", { class: "count", "aria-live": "polite" });
  readonly #all = element("input", {
    type: "checkbox",
    "aria-label": "Show all listed runs",
    on: { change: () => this.#showAll() },
  });
  /** Rows by run, which stay: who works with the keyboard does not lose the place. */
  readonly #rows = new Map<string, Row>();

  /** Builds the list in a place. */
  constructor(place: HTMLElement) {
    const filter = element("input", {
      type: "search",
      placeholder: "Filter runs",
      "aria-label": "Filter runs",
      "aria-describedby": "filter-help",
      spellcheck: "false",
      on: { input: () => state.choose({ filter: filter.value }) },
    });
    place.append(
      element("div", { class: "filter" }, filter),
      element(
        "details",
        { class: "hint", id: "filter-help" },
        element("summary", {}, "What can be typed"),
        element(
          "p",
          {},
          "Parts of names, tags and settings, and comparisons: ",
          element("code", {}, "status:died"),
          " ",
          element("code", {}, "optimizer=adam"),
          " ",
          element("code", {}, "learning-rate<0.1"),
          " ",
          element("code", {}, "top1>=0.9"),
          " ",
          element("code", {}, "-tag:old"),
        ),
      ),
      element(
        "div",
        { class: "all" },
        element("label", { class: "check" }, this.#all),
        this.#count,
      ),
      this.#list,
    );
  }

  #showAll(): void {
    state.show(state.filtered.map(({ id }) => id), this.#all.checked);
  }

  /** Shows the runs as they are now. */
  update(): void {
    const runs = state.filtered, shown = runs.filter(({ id }) => state.shown.has(id)).length;
    const rows = runs.map((run) => {
      const row = this.#rows.getOrInsertComputed(run.id, () => new Row(run.id));
      row.update(run);
      return row.place;
    });
    // What has not moved stays, with the focus that may be in it.
    rows.forEach((row, i) => {
      if (this.#list.children[i] !== row) {
        this.#list.insertBefore(row, this.#list.children[i] ?? null);
      }
    });
    while (this.#list.children.length > rows.length) this.#list.lastElementChild!.remove();
    const total = state.runs.size;
    const text = `${shown} of ${runs.length === total ? total : `${runs.length} (${total})`} shown`;
    if (this.#count.textContent !== text) this.#count.textContent = text;
    this.#all.checked = shown > 0 && shown === runs.length;
    this.#all.indeterminate = shown > 0 && shown < runs.length;
  }
}

/** A run in the list. */
class Row {
  readonly place: HTMLElement;
  readonly #box: HTMLInputElement;
  readonly #name: HTMLButtonElement;
  readonly #swatch = swatch(undefined);
  readonly #about = element("span", { class: "about" });

  constructor(id: string) {
    this.#box = element("input", {
      type: "checkbox",
      "aria-label": `Show ${id}`,
      on: { change: () => state.show([id], this.#box.checked) },
    });
    this.#name = button(id, () => state.focusOn(id), { class: "name", title: id });
    this.place = element(
      "li",
      {},
      this.#swatch,
      this.#box,
      element("div", { class: "text" }, this.#name, this.#about),
    );
  }

  update(run: RunSummary): void {
    const color = colorOf(state.indexOf(run.id));
    this.#swatch.style.background = this.#box.style.accentColor = color;
    this.#box.checked = state.shown.has(run.id);
    const isFocus = state.focus?.id === run.id;
    this.place.classList.toggle("focus", isFocus);
    this.#name.setAttribute("aria-current", String(isFocus));
    this.#about.replaceChildren(
      statusMark(run),
      element("span", {}, headline(run)),
      element("span", {}, duration(run.seconds)),
    );
  }
}
