/// <reference lib="dom" />
import type {
  Change,
  ExportedData,
  FilterFrames,
  HistogramsByName,
  Mistakes,
  Norms,
  Overview,
  Series,
} from "./types.ts";

/** Steps between which curves are shown closely. */
export interface StepRange {
  readonly from: number;
  readonly to: number;
}

/** Where the page has its data from: a server, or itself. */
export interface Source {
  /** Whether it changes, and can be told something. */
  readonly isLive: boolean;
  overview(): Promise<Overview>;
  series(run: string, range?: StepRange): Promise<Series>;
  norms(run: string): Promise<Norms>;
  histograms(run: string, kind: "weights" | "activations"): Promise<HistogramsByName>;
  filters(run: string): Promise<FilterFrames | null>;
  mistakes(run: string): Promise<Mistakes>;
  /** Where a picture of a mistake is. */
  picture(run: string, file: string, revision: number): string;
  /** Where the drawing of a run's network is. */
  graph(run: string): string | undefined;
  /** Calls back when something has changed, and when the server is gone or there again. */
  watch(changed: (change: Change) => void, connected: (isThere: boolean) => void): void;
  stop(run: string): Promise<void>;
  tag(run: string, tags: readonly string[]): Promise<void>;
}

/** Data from the server that has sent the page. */
function liveSource(token: string): Source {
  const query = (values: Record<string, string | number>) =>
    new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)]));
  const get = async <T>(name: string, values: Record<string, string | number> = {}): Promise<T> => {
    const response = await fetch(`/api/${name}?${query(values)}`);
    if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
    return await response.json();
  };
  const post = async (name: string, run: string, body: string): Promise<void> => {
    const response = await fetch(`/api/${name}?${query({ run })}`, {
      method: "POST",
      headers: { "x-striate-token": token },
      body,
    });
    if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
  };
  return {
    isLive: true,
    overview: () => get("overview"),
    series: (run, range) => get("series", { run, ...range }),
    norms: (run) => get("norms", { run }),
    histograms: (run, kind) => get("histograms", { run, kind }),
    filters: (run) => get("filters", { run }),
    mistakes: (run) => get("mistakes", { run }),
    picture: (run, file, revision) => `/api/picture.png?${query({ run, file, revision })}`,
    graph: (run) => `/api/graph.svg?${query({ run })}`,
    watch(changed, connected) {
      const events = new EventSource("/api/events");
      events.onopen = () => connected(true);
      events.onerror = () => connected(false);
      events.addEventListener("change", ({ data }) => changed(JSON.parse(data)));
    },
    stop: (run) => post("stop", run, ""),
    tag: (run, tags) => post("tags", run, JSON.stringify(tags)),
  };
}

/** Data that an exported page brings along. */
function keptSource({ overview, runs }: ExportedData): Source {
  const of = (run: string) => runs[run]!;
  const never = () => Promise.reject(new Error("this page was exported: it changes nothing"));
  return {
    isLive: false,
    overview: () => Promise.resolve(overview),
    series: (run) => Promise.resolve(of(run).series),
    norms: (run) => Promise.resolve(of(run).norms),
    histograms: (run, kind) => Promise.resolve(of(run)[kind]),
    filters: (run) => Promise.resolve(of(run).filters),
    mistakes: (run) => Promise.resolve(of(run).mistakes),
    picture: (run, file) => of(run).pictures[file] ?? "",
    graph: (run) => of(run).graph,
    watch() {},
    stop: never,
    tag: never,
  };
}

const kept = document.getElementById("data");

/** The data of this page. */
export const source: Source = kept === null
  ? liveSource(document.documentElement.dataset.token ?? "")
  : keptSource(JSON.parse(kept.textContent ?? ""));
