/// <reference lib="dom" />
import { swatch } from "./colors.ts";
import { button, element, nothing } from "./element.ts";
import { duration, measure, metricTitle, moment, number } from "./format.ts";
import { statusMark } from "./runs_panel.ts";
import { source } from "./source.ts";
import { state, type View } from "./state.ts";
import type { RunSummary, Setting } from "./types.ts";

/** Measures that have a column, where any run has them. */
const measures = [
  "loss",
  "top1",
  "validation/loss",
  "validation/top1",
  "imagesPerSecond",
  "memory",
];

/** Settings that differ and have a column, at most. */
const mostSettings = 8;

/** A column: its name, what it sorts by, what it shows. */
interface Column {
  readonly name: string;
  readonly title: string;
  readonly isNumber?: boolean;
  readonly key: (run: RunSummary) => string | number | undefined;
  readonly cell?: (run: RunSummary) => Node | string;
}

/** All runs in a table, which can be sorted by each column. */
export class TableView implements View {
  readonly title = "Runs";
  #place: HTMLElement | undefined;
  #sort: { readonly name: string; readonly isDown: boolean } = { name: "began", isDown: true };

  open(place: HTMLElement): void {
    this.#place = place;
    this.update();
  }

  update(): void {
    const place = this.#place;
    // Who is typing a tag is not disturbed.
    if (place === undefined || place.querySelector("input:focus") !== null) return;
    const runs = state.filtered;
    if (runs.length === 0) {
      const [title, advice] = state.runs.size === 0
        ? ["No runs yet", "Runs appear here as soon as they begin."]
        : ["No run fits the filter", "The field above the list has it."];
      return place.replaceChildren(nothing(title!, advice!));
    }
    const columns = columnsOf(runs), sort = this.#sort;
    const by = columns.find(({ name }) => name === sort.name) ?? columns[1]!;
    const sorted = runs.toSorted((a, b) =>
      compared(by.key(a), by.key(b), sort.isDown) || a.id.localeCompare(b.id)
    );
    const focused = document.activeElement instanceof HTMLElement
      ? document.activeElement.dataset.key
      : undefined;
    place.replaceChildren(element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of runs" },
      element(
        "table",
        { class: "table" },
        element("thead", {}, element("tr", {}, ...columns.map((column) => this.#head(column)))),
        element("tbody", {}, ...sorted.map((run) => row(run, columns))),
      ),
    ));
    if (focused !== undefined) {
      place.querySelector<HTMLElement>(`[data-key=${JSON.stringify(focused)}]`)?.focus();
    }
  }

  #head({ name, title, isNumber = false }: Column): HTMLElement {
    const { name: by, isDown } = this.#sort, isBy = by === name;
    const sort = button(title, () => {
      this.#sort = { name, isDown: isBy ? !isDown : isNumber };
      this.update();
    }, { "data-key": `sort ${name}` });
    return element("th", {
      scope: "col",
      class: isNumber ? "number" : undefined,
      "aria-sort": isBy ? (isDown ? "descending" : "ascending") : "none",
    }, sort);
  }

  close(): void {
    this.#place = undefined;
  }
}

function columnsOf(runs: readonly RunSummary[]): Column[] {
  const found = measures.filter((name) => runs.some(({ latest }) => name in latest));
  const validation = (name: string) => name.startsWith("validation/") ? "Val. " : "";
  const names = [...new Set(runs.flatMap(({ settings }) => Object.keys(settings)))];
  const differing = names.filter((name) =>
    !/^(device|data|versions|git)\.|^(system|augmentation)/.test(name) &&
    new Set(runs.map(({ settings }) => settings[name] ?? null)).size > 1
  );
  return [
    { name: "run", title: "Run", key: ({ id }) => id, cell: nameCell },
    { name: "status", title: "Status", key: ({ status }) => status, cell: statusCell },
    { name: "tags", title: "Tags", key: ({ tags }) => tags.join(), cell: tagsCell },
    {
      name: "began",
      title: "Began",
      key: ({ began }) => began,
      cell: ({ began }) => moment(began),
    },
    {
      name: "time",
      title: "Time",
      isNumber: true,
      key: ({ seconds }) => seconds,
      cell: ({ seconds }) => duration(seconds),
    },
    {
      name: "epoch",
      title: "Epoch",
      isNumber: true,
      key: ({ epoch }) => epoch,
      cell: ({ epoch, epochs }) =>
        `${number(Number(epoch.toFixed(1)))}${epochs === undefined ? "" : ` / ${epochs}`}`,
    },
    ...found.map((name): Column => ({
      name,
      title: `${validation(name)}${metricTitle(name).replace(/ (accuracy|of the process)$/, "")}`,
      isNumber: true,
      key: ({ latest }) => latest[name],
      cell: ({ latest }) => measure(name, latest[name]),
    })),
    ...differing.slice(0, mostSettings).map((name): Column => ({
      name: `setting ${name}`,
      title: name,
      isNumber: runs.every(({ settings }) => typeof (settings[name] ?? 0) === "number"),
      key: ({ settings }) => keyOf(settings[name]),
    })),
  ];
}

const keyOf = (value: Setting | undefined) =>
  value === null || value === undefined
    ? undefined
    : typeof value === "number"
    ? value
    : String(value);

/** An order in which what is missing comes last. */
function compared(
  a: string | number | undefined,
  b: string | number | undefined,
  isDown: boolean,
): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const order = typeof a === "number" && typeof b === "number"
    ? a - b
    : String(a).localeCompare(String(b), "en", { numeric: true });
  return isDown ? -order : order;
}

function row(run: RunSummary, columns: readonly Column[]): HTMLElement {
  const cells = columns.map(({ name, isNumber, key, cell }) => {
    const content = cell?.(run) ?? String(key(run) ?? "–");
    return name === "run"
      ? element("th", { scope: "row" }, content)
      : element("td", { class: isNumber ? "number" : undefined }, content);
  });
  return element("tr", { "data-run": run.id }, ...cells);
}

const nameCell = ({ id }: RunSummary): Node =>
  element(
    "span",
    { class: "named" },
    swatch(state.indexOf(id)),
    button(id, () => state.focusOn(id), { class: "link", title: id, "data-key": `run ${id}` }),
  );

function statusCell(run: RunSummary): Node {
  const { id, status, isStopping, error } = run;
  const stop = status === "running" && !isStopping && source.isLive
    ? button("Stop", () => askToStop(id), {
      class: "stop",
      "aria-label": `Stop ${id}: it ends after the step under way, with a checkpoint`,
      "data-key": `stop ${id}`,
    })
    : undefined;
  return element("span", { class: "named", title: error }, statusMark(run), stop);
}

async function askToStop(id: string): Promise<void> {
  if (!confirm(`Stop ${id}? It ends after the step under way, and can be resumed.`)) return;
  await source.stop(id).catch((error) => alert(error.message));
}

function tagsCell({ id, tags }: RunSummary): Node {
  const shown = tags.map((tag) => element("span", { class: "tag" }, tag));
  if (!source.isLive) return element("span", { class: "named" }, ...shown);
  const edit = button(tags.length === 0 ? "+ tag" : "edit", () => {
    const field = element("input", {
      value: tags.join(", "),
      "aria-label": `Tags of ${id}, with commas between`,
      on: {
        keydown: (event) => {
          const { key } = event as KeyboardEvent;
          if (key === "Escape") field.value = tags.join(", ");
          if (key === "Enter" || key === "Escape") field.blur();
        },
        blur: () => {
          const written = field.value.split(",").map((tag) => tag.trim()).filter(Boolean);
          cell.replaceChildren(...shown, edit);
          if (written.join() !== tags.join()) {
            source.tag(id, written).catch((error) => alert(error.message));
          }
        },
      },
    });
    cell.replaceChildren(field);
    field.focus();
  }, { class: "quiet", "aria-label": `Edit the tags of ${id}`, "data-key": `tags ${id}` });
  const cell = element("span", { class: "named" }, ...shown, edit);
  return cell;
}
