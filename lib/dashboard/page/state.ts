/// <reference lib="dom" />
import { matches } from "./filter.ts";
import { source } from "./source.ts";
import type { Axis, Change, RunSummary, Series, Sweep } from "./types.ts";

/** What a reader has chosen. */
export interface Choices {
  readonly axis: Axis;
  readonly smoothing: number;
  readonly isLog: boolean;
  readonly metricFilter: string;
  readonly filter: string;
  readonly theme: "auto" | "light" | "dark";
}

const usual: Choices = {
  axis: "step",
  smoothing: 0,
  isLog: false,
  metricFilter: "",
  filter: "",
  theme: "auto",
};

/** Runs that are shown at first. */
const firstShown = 5;

/** The name under which choices are kept. */
const storageName = "striate-dashboard";

function keptChoices(): Choices {
  try {
    return { ...usual, ...JSON.parse(localStorage.getItem(storageName) ?? "{}"), filter: "" };
  } catch {
    return usual; // A page out of a file may have no storage.
  }
}

/** What the page knows and shows; views are told when it changes. */
class State {
  readonly runs = new Map<string, RunSummary>();
  /** Runs whose curves are shown. */
  readonly shown = new Set<string>();
  sweeps: readonly Sweep[] = [];
  choices: Choices = keptChoices();
  /** The run that views of a single one show. */
  #focus: string | undefined;
  /** The numbers of runs that are shown, or were, which their colours follow. */
  readonly #indices = new Map<string, number>();
  readonly #series = new Map<string, { readonly revision: number; readonly series: Series }>();
  readonly #listeners = new Set<(changed: ReadonlySet<string>) => void>();

  /** The runs, the last first. */
  get sorted(): readonly RunSummary[] {
    return [...this.runs.values()]
      .sort((a, b) => b.began.localeCompare(a.began) || a.id.localeCompare(b.id));
  }

  /** Those that the filter leaves. */
  get filtered(): readonly RunSummary[] {
    return this.sorted.filter((run) => matches(run, this.choices.filter));
  }

  /** Those whose curves are shown. */
  get visible(): readonly RunSummary[] {
    return this.filtered.filter(({ id }) => this.shown.has(id));
  }

  /** The run that views of a single one show. */
  get focus(): RunSummary | undefined {
    return this.runs.get(this.#focus ?? "") ?? this.visible[0] ?? this.filtered[0];
  }

  /** The number of a run, which its colour follows; undefined where it is not shown. */
  indexOf(id: string): number | undefined {
    return this.shown.has(id) ? this.#indices.get(id) : undefined;
  }

  /** Names of the runs that are shown, without the folders that all of them have at either end. */
  get labels(): ReadonlyMap<string, string> {
    const ids = this.visible.map(({ id }) => id), parts = ids.map((id) => id.split("/"));
    if (ids.length < 2) return new Map(ids.map((id) => [id, id]));
    const most = Math.min(...parts.map((list) => list.length)) - 1;
    const alike = (
      at: (list: readonly string[], i: number) => string | undefined,
      most: number,
    ) => {
      let count = 0;
      while (count < most && parts.every((list) => at(list, count) === at(parts[0]!, count))) {
        count++;
      }
      return count;
    };
    const start = alike((list, i) => list[i], most);
    const end = alike((list, i) => list.at(-1 - i), most - start);
    return new Map(
      ids.map((id, i) => [id, parts[i]!.slice(start, parts[i]!.length - end).join("/")]),
    );
  }

  /** Shows a run, in a colour that no other has that is shown, as far as there are some. */
  #add(id: string): void {
    if (this.shown.has(id)) return;
    const taken = new Set([...this.shown].map((other) => this.#indices.get(other)));
    const own = this.#indices.get(id);
    if (own === undefined || taken.has(own)) {
      let index = 0;
      while (taken.has(index)) index++;
      this.#indices.set(id, index);
    }
    this.shown.add(id);
  }

  /** Calls `listener` with the runs that are new or other; with none when a choice was made. */
  subscribe(listener: (changed: ReadonlySet<string>) => void): void {
    this.#listeners.add(listener);
  }

  #tell(changed: readonly string[] = []): void {
    for (const listener of this.#listeners) listener(new Set(changed));
  }

  /** Begins with what there is. */
  async begin(): Promise<void> {
    const { runs, sweeps } = await source.overview();
    const isFirst = this.runs.size === 0;
    this.runs.clear();
    for (const run of runs) this.runs.set(run.id, run);
    for (const { id } of isFirst ? this.sorted.slice(0, firstShown) : []) this.#add(id);

    this.sweeps = sweeps;
    this.#tell([...this.runs.keys()]);
  }

  /** Something has changed. */
  take({ runs, removed, sweeps }: Change): void {
    for (const run of runs) {
      // Who watches wants to see what has just begun.
      if (!this.runs.has(run.id) && run.status === "running") this.#add(run.id);
      this.runs.set(run.id, run);
    }
    for (const id of removed) {
      this.runs.delete(id);
      this.shown.delete(id);
      this.#series.delete(id);
    }
    if (sweeps.length > 0) this.sweeps = sweeps;
    this.#tell([...runs.map(({ id }) => id), ...removed]);
  }

  /** The curves of a run as they are now. */
  async series(id: string): Promise<Series> {
    const revision = this.runs.get(id)?.revision ?? 0, known = this.#series.get(id);
    if (known !== undefined && known.revision === revision) return known.series;
    const series = await source.series(id);
    this.#series.set(id, { revision, series });
    return series;
  }

  /** A choice is made. */
  choose(choices: Partial<Choices>): void {
    this.choices = { ...this.choices, ...choices };
    try {
      localStorage.setItem(storageName, JSON.stringify(this.choices));
    } catch {
      // It is forgotten with the page.
    }
    this.#tell();
  }

  /** Shows the curves of runs, or hides them. */
  show(ids: readonly string[], isShown: boolean): void {
    for (const id of ids) {
      if (isShown) this.#add(id);
      else this.shown.delete(id);
    }
    this.#tell();
  }

  /** Views of a single run show this one. */
  focusOn(id: string): void {
    this.#focus = id;
    this.#tell();
  }
}

/** The state of this page. */
export const state = new State();

/** A part of the page that shows something of the state. */
export interface View {
  /** What it is called. */
  readonly title: string;
  /** Whether it shows a single run, which its reader chooses. */
  readonly isOfOne?: boolean;
  /** Builds it in its place. */
  open(place: HTMLElement): void;
  /** Shows what has changed: these runs, or with none a choice. */
  update(changed: ReadonlySet<string>): void;
  /** Lets go of what it has drawn. */
  close(): void;
}
