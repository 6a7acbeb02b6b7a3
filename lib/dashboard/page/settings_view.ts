/// <reference lib="dom" />
import { swatch } from "./colors.ts";
import { check, element, nothing } from "./element.ts";
import { state, type View } from "./state.ts";
import type { Setting } from "./types.ts";

/** The settings of the runs that are shown, side by side; what differs is marked. */
export class SettingsView implements View {
  readonly title = "Settings";
  #place: HTMLElement | undefined;
  #onlyDiffering = false;
  #shown = "";

  open(place: HTMLElement): void {
    this.#place = place;
    this.#shown = "";
    this.update();
  }

  update(): void {
    const place = this.#place, runs = state.visible;
    if (place === undefined) return;
    if (runs.length === 0) {
      this.#shown = "";
      return place.replaceChildren(nothing("No run is shown", "Check some in the list."));
    }
    const shown = JSON.stringify([
      this.#onlyDiffering,
      runs.map(({ id, settings }) => [id, settings]),
    ]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const names = [...new Set(runs.flatMap(({ settings }) => Object.keys(settings)))];
    const rows = names.flatMap((name) => {
      const values = runs.map(({ settings }) => settings[name]);
      const isDiffering = new Set(values.map(textOf)).size > 1;
      if (this.#onlyDiffering && !isDiffering) return [];
      return [element(
        "tr",
        { class: isDiffering ? "differs" : undefined },
        element(
          "th",
          { scope: "row" },
          name,
          isDiffering ? element("span", { class: "mark", title: "differs" }, "differs") : undefined,
        ),
        ...values.map((value) => element("td", {}, textOf(value))),
      )];
    });
    place.replaceChildren(
      element(
        "div",
        { class: "toolbar" },
        check("Only what differs", this.#onlyDiffering, (isOn) => {
          this.#onlyDiffering = isOn;
          this.update();
        }),
      ),
      rows.length === 0
        ? nothing("Nothing differs", "These runs have the same settings.")
        : element(
          "div",
          { class: "scroll", tabindex: 0, role: "region", "aria-label": "Settings of runs" },
          element(
            "table",
            { class: "table settings" },
            element(
              "thead",
              {},
              element(
                "tr",
                {},
                element("th", { scope: "col" }, "Setting"),
                ...runs.map(({ id }) =>
                  element(
                    "th",
                    { scope: "col", title: id },
                    element(
                      "span",
                      { class: "named" },
                      swatch(state.indexOf(id)),
                      id,
                    ),
                  )
                ),
              ),
            ),
            element("tbody", {}, ...rows),
          ),
        ),
    );
  }

  close(): void {
    this.#place = undefined;
  }
}

const textOf = (value: Setting | undefined) =>
  value === undefined || value === null ? "–" : String(value);
