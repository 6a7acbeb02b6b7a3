import { isModule, page, plotly, script, style } from "./assets.ts";
import { csvOf } from "./export_csv.ts";
import { exportedPage } from "./export_page.ts";
import { graphOf } from "./graph.ts";
import { answer, type Guard, say } from "./guard.ts";
import type { RunStore } from "./run_store.ts";
import type { RunView } from "./run_view.ts";

/** Points of a curve where a page says nothing else. */
const usualPoints = 1000;

/** Bytes of what a page may send. */
const longestBody = 10_000;

const json = (value: unknown) => answer(JSON.stringify(value), "application/json; charset=utf-8");

/** A file that the browser saves. */
const file = (content: string, type: string, name: string) =>
  answer(content, `${type}; charset=utf-8`, {
    extra: { "content-disposition": `attachment; filename="${name}"` },
  });

/** What a page asks of a run. */
const ofRun: Readonly<Record<string, (run: RunView, query: URLSearchParams) => Promise<unknown>>> =
  {
    series: (run, query) => {
      const number = (name: string, usual: number) => {
        const value = Number(query.get(name) ?? NaN);
        return Number.isFinite(value) ? value : usual;
      };
      const points = Math.min(20_000, Math.max(10, number("points", usualPoints)));
      const series = run.metrics.series(points, number("from", -Infinity), number("to", Infinity));
      return Promise.resolve(series);
    },
    norms: (run) => run.probes.norms(),
    histograms: (run, query) =>
      run.probes.histograms(query.get("kind") === "activations" ? "activations" : "weights"),
    filters: async (run) => await run.probes.filters() ?? null,
    mistakes: (run) => run.mistakes(),
  };

/** Answers what a page asks for, after the guard has let it through. */
export class Routes {
  readonly #store: RunStore;
  readonly #guard: Guard;
  readonly #title: string;
  /** Ends what pages are told. */
  readonly #ends = new Set<() => void>();

  /** Answers on the runs of a store. */
  constructor(store: RunStore, guard: Guard, title: string) {
    [this.#store, this.#guard, this.#title] = [store, guard, title];
  }

  /** The answer to a request. */
  async answer(request: Request): Promise<Response> {
    const refused = this.#guard.stop(request);
    if (refused !== undefined) return refused;
    const { pathname, searchParams } = new URL(request.url);
    if (request.method === "POST") return await this.#change(pathname, searchParams, request);
    if (request.method !== "GET") return say(405, "only GET and POST are answered");
    const found = await this.#asset(pathname) ?? await this.#data(pathname, searchParams);
    return found ?? say(404, "there is nothing of this name");
  }

  async #asset(path: string): Promise<Response | undefined> {
    const html = "text/html; charset=utf-8", javascript = "text/javascript; charset=utf-8";
    if (path === "/") {
      return answer(await page({ token: this.#guard.token, title: this.#title }), html, {
        extra: { "set-cookie": this.#guard.cookie },
      });
    }
    if (path === "/style.css") return answer(await style(), "text/css; charset=utf-8");
    if (path === "/plotly.js") {
      return answer(await plotly(), javascript, {
        extra: { "cache-control": "private, max-age=86400" },
      });
    }
    const name = /^\/(\w+)\.ts$/.exec(path)?.[1];
    if (name !== undefined && isModule(name)) return answer(await script(name), javascript);
  }

  async #data(path: string, query: URLSearchParams): Promise<Response | undefined> {
    if (path === "/api/overview") return json(await this.#store.overview());
    if (path === "/api/events") return this.#events();
    if (path === "/api/export.csv") return file(csvOf(this.#named(query)), "text/csv", "runs.csv");
    if (path === "/api/export.html") {
      const text = await exportedPage(await this.#store.overview(), this.#named(query));
      return file(text, "text/html", "runs.html");
    }
    const run = this.#store.run(query.get("run") ?? "");
    if (run === undefined) return undefined;
    if (path === "/api/graph.svg") {
      const svg = await graphOf(run.folder);
      // As a page of its own it could do nothing either.
      return svg === undefined ? undefined : answer(svg, "image/svg+xml; charset=utf-8");
    }
    if (path === "/api/picture.png") {
      const picture = await run.picture(query.get("file") ?? "");
      return picture && answer(picture, "image/png");
    }
    const name = path.replace("/api/", "");
    return Object.hasOwn(ofRun, name) ? json(await ofRun[name]!(run, query)) : undefined;
  }

  /** The runs that a query names, by their names. */
  #named(query: URLSearchParams): Map<string, RunView> {
    const found = new Map<string, RunView>();
    for (const id of query.getAll("run")) {
      const run = this.#store.run(id);
      if (run !== undefined) found.set(id, run);
    }
    return found;
  }

  async #change(path: string, query: URLSearchParams, request: Request): Promise<Response> {
    const run = this.#store.run(query.get("run") ?? "");
    if (run === undefined) return say(404, "there is no run of this name");
    if (path === "/api/stop") {
      return await run.stop() ? json({ asked: true }) : say(409, "the run has ended");
    }
    if (path !== "/api/tags") return say(404, "there is nothing of this name");
    const text = await request.text();
    if (text.length > longestBody) return say(413, "too many tags");
    let tags: unknown;
    try {
      tags = JSON.parse(text);
    } catch {
      // It is none of the texts below.
    }
    if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === "string")) {
      return say(400, "expected a list of texts");
    }
    await run.tag(tags);
    return json({ tags });
  }

  /** Tells pages the last, and then no more. */
  async close(): Promise<void> {
    await this.#store.close();
    for (const close of this.#ends) close();
  }

  /** Server-sent events: what changes, as it does. */
  #events(): Response {
    let end: (() => void) | undefined;
    const encoder = new TextEncoder();
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const send = (text: string) => controller.enqueue(encoder.encode(text));
        // A page that is closed is noticed when something is sent.
        const beat = setInterval(() => send(": still here\n\n"), 15_000);
        const unsubscribe = this.#store.subscribe((change) =>
          send(`event: change\ndata: ${JSON.stringify(change)}\n\n`)
        );
        const close = () => controller.close();
        end = () => {
          clearInterval(beat);
          unsubscribe();
          this.#ends.delete(close);
        };
        this.#ends.add(close);
        send(": hello\n\n");
      },
      cancel: () => end?.(),
    });
    return answer(stream, "text/event-stream; charset=utf-8");
  }
}
