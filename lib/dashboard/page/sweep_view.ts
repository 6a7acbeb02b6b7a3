/// <reference lib="dom" />
import { scaled, themed } from "./colors.ts";
import { button, drawing, element, nothing, select } from "./element.ts";
import { measure, metricTitle, number } from "./format.ts";
import { state, type View } from "./state.ts";
import type { Setting, Sweep, SweepTrial } from "./types.ts";

/** The drawing: its size, and the room around the axes. */
const [width, height, top, bottom, side] = [960, 340, 46, 30, 70];

/** A trial with what its seeds have come to. */
interface Judged extends SweepTrial {
  readonly mean: number | undefined;
  readonly deviation: number | undefined;
}

/** The trials of a sweep: parallel coordinates, and a table with the best first. */
export class SweepView implements View {
  readonly title = "Sweeps";
  #place: HTMLElement | undefined;
  #chosen: string | undefined;
  #shown = "";

  open(place: HTMLElement): void {
    this.#place = place;
    this.#shown = "";
    this.update();
  }

  update(): void {
    const place = this.#place, { sweeps } = state;
    if (place === undefined) return;
    const sweep = sweeps.find(({ id }) => id === this.#chosen) ?? sweeps[0];
    if (sweep === undefined) {
      this.#shown = "";
      place.replaceChildren(nothing(
        "No sweeps yet",
        "A sweep trains with many settings and compares them.",
        "deno task sweep recipe.json",
      ));
      return;
    }
    const shown = JSON.stringify([sweep, sweeps.length]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const trials = sweep.trials.map(judged), done = trials.filter(({ mean }) => mean !== undefined);
    const sign = sweep.goal === "max" ? -1 : 1;
    const sorted = trials.toSorted((a, b) =>
      (a.mean === undefined ? 1 : 0) - (b.mean === undefined ? 1 : 0) ||
      sign * ((a.mean ?? 0) - (b.mean ?? 0))
    );
    const best = done.length > 0 ? sorted[0] : undefined;
    const choose = sweeps.length > 1
      ? select("Sweep", sweeps.map(({ id }) => id), sweep.id, (id) => {
        this.#chosen = id;
        this.update();
      })
      : undefined;
    place.replaceChildren(
      element(
        "div",
        { class: "toolbar" },
        choose,
        element(
          "span",
          { class: "note" },
          `${sweep.method}, ${done.length} of ${trials.length} trials have a result`,
        ),
      ),
      best === undefined
        ? nothing("No trial is done", "The best shows here as soon as one is.")
        : element(
          "p",
          { class: "best" },
          "Best so far: ",
          element("b", {}, best.name),
          `, ${metricTitle(sweep.metric)} `,
          element("b", {}, spread(sweep.metric, best)),
        ),
      element("article", { class: "card" }, coordinates(sweep, trials, best)),
      table(sweep, sorted, best),
    );
  }

  close(): void {
    this.#place = undefined;
  }
}

function judged(trial: SweepTrial): Judged {
  const { values } = trial, count = values.length;
  if (count === 0) return { ...trial, mean: undefined, deviation: undefined };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { ...trial, mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : undefined };
}

function spread(metric: string, { mean, deviation, values }: Judged): string {
  if (mean === undefined) return "–";
  return deviation === undefined
    ? measure(metric, mean)
    : `${measure(metric, mean)} ± ${measure(metric, deviation)} (${values.length} seeds)`;
}

/** An axis: where a value lies on it, from 0 at the bottom to 1 at the top. */
interface Scale {
  readonly title: string;
  readonly place: (value: Setting | undefined) => number;
  readonly ticks: readonly (readonly [at: number, text: string])[];
}

function scaleOf(title: string, values: readonly (Setting | undefined)[], metric?: string): Scale {
  const numbers = values.filter((value) => typeof value === "number");
  const write = (value: number) => metric === undefined ? number(value) : measure(metric, value);
  if (numbers.length === values.length && new Set(numbers).size > 1) {
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    const isLog = metric === undefined && low > 0 && high / low >= 20;
    const of = (value: number) => isLog ? Math.log(value) : value;
    const back = (value: number) => isLog ? Math.exp(value) : value;
    const at = (share: number) => back(of(low) + share * (of(high) - of(low)));
    return {
      title: isLog ? `${title} (log)` : title,
      place: (value) => (of(Number(value)) - of(low)) / (of(high) - of(low)),
      ticks: [0, 0.5, 1].map((share) => [share, write(Number(at(share).toPrecision(4)))]),
    };
  }
  const kinds = [...new Set(values.map((value) => String(value ?? "–")))];
  const at = (i: number) => kinds.length === 1 ? 0.5 : i / (kinds.length - 1);
  return {
    title,
    place: (value) => at(kinds.indexOf(String(value ?? "–"))),
    ticks: kinds.map((kind, i) => [at(i), kind]),
  };
}

/** A line for each trial across an axis for each setting; the last axis is the metric. */
function coordinates(
  sweep: Sweep,
  trials: readonly Judged[],
  best: Judged | undefined,
): SVGSVGElement {
  const done = trials.filter(({ mean }) => mean !== undefined);
  const scales = [
    ...sweep.varied.map((name) => scaleOf(name, trials.map(({ settings }) => settings[name]))),
    ...done.length > 0
      ? [scaleOf(metricTitle(sweep.metric), done.map(({ mean }) => mean!), sweep.metric)]
      : [],
  ];
  const x = (i: number) => side + i * (width - 2 * side) / Math.max(1, scales.length - 1);
  const y = (share: number) => height - bottom - share * (height - top - bottom);
  const result = done.length > 0 ? scales.at(-1)! : undefined, from = Number(themed("scale-from"));
  const lines = done.toSorted((a, b) => Number(a === best) - Number(b === best)).map((trial) => {
    const places = [...sweep.varied.map((name) => trial.settings[name]), trial.mean!];
    const points = places.map((value, i) => [x(i), y(scales[i]!.place(value))] as const);
    const [first, ...rest] = points, share = result!.place(trial.mean!);
    const curve = rest.map(([px, py], i) => {
      const [qx, qy] = points[i]!, middle = (px + qx) / 2;
      return `C${middle} ${qy} ${middle} ${py} ${px} ${py}`;
    });
    return drawing(
      "path",
      {
        d: `M${first!.join(" ")}${curve.join("")}`,
        class: trial === best ? "trial best" : "trial",
        stroke: scaled(from + (0.85 - from) * (sweep.goal === "max" ? share : 1 - share)),
        "data-trial": trial.name,
      },
      drawing("title", {}, `${trial.name}: ${spread(sweep.metric, trial)}`),
    );
  });
  const axes = scales.map(({ title, ticks }, i) =>
    drawing(
      "g",
      { transform: `translate(${x(i)} 0)` },
      drawing("line", { y1: y(0), y2: y(1), class: "axis" }),
      drawing("text", { y: top - 22, "text-anchor": "middle", class: "title" }, title),
      ...ticks.map(([at, text]) => drawing("text", { x: 8, y: y(at) + 4, class: "tick" }, text)),
    )
  );
  return drawing(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      class: "coordinates",
      role: "img",
      "aria-label":
        "A line for each trial across its settings and its result; the table has the same",
    },
    ...lines,
    ...axes,
  );
}

function table(sweep: Sweep, trials: readonly Judged[], best: Judged | undefined): HTMLElement {
  return element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Trials" },
    element(
      "table",
      { class: "table" },
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          element("th", { scope: "col" }, "Trial"),
          element("th", { scope: "col", class: "number" }, metricTitle(sweep.metric)),
          ...sweep.varied.map((name) => element("th", { scope: "col" }, name)),
          element("th", { scope: "col" }, "Curves"),
        ),
      ),
      element(
        "tbody",
        {},
        ...trials.map((trial) =>
          element(
            "tr",
            { class: trial === best ? "best" : undefined },
            element("th", { scope: "row" }, trial.name),
            element("td", { class: "number" }, spread(sweep.metric, trial)),
            ...sweep.varied.map((name) => element("td", {}, String(trial.settings[name] ?? "–"))),
            element(
              "td",
              {},
              button("show", () => {
                state.show([...state.shown], false);
                state.show(trial.runs, true);
                location.hash = "curves";
              }, { class: "quiet", "aria-label": `Show the curves of ${trial.name} alone` }),
            ),
          )
        ),
      ),
    ),
  );
}
