import { describeValue, wrongType } from "../../core/errors.ts";
import { options } from "../../core/options.ts";
import { traceColor } from "../../plotly_svg/mod.ts";
import { Profile } from "../../profile/profile.ts";
import { type Span, spansOf } from "../../profile/spans.ts";
import { ceilingText, figure, percent } from "../../profile/text.ts";
import { Figure } from "../figure.ts";
import type { Trace } from "../figure_data.ts";
import { cartesianLayout } from "./layout.ts";
import { type FigureOptions, figureSchema } from "./plot_options.ts";

/** What {@linkcode Model.profile} returns. */
export type ProfileLike = Profile;

/** The rows of the chart, from the top, by levels of spans. */
const rows = ["program", "part", "layer", "launch"];

/** Colours of the parts of a step. */
const partNames = ["forward", "loss", "gradient", "update", "measures", "other"] as const;

/**
 * Where the time of a prediction or a training step goes, as a flame chart: time runs to the right, below
 * the program stand the parts of the step, their layers and the launches, each as wide as it lasts.
 *
 * ```ts
 * import { plot, sequential, zeros } from "@striate/striate";
 * const net = sequential([8, 8, 1]).conv2d(4, 3).relu().flatten().dense(10);
 * const profile = await net.profile(zeros([2, 8, 8, 1]), { repeats: 2 });
 * console.log(`${plot.profile(profile, { title: "a small net" })}`); // Figure "a small net": … bar
 * ```
 *
 * @throws {TypeError} if it is no profile.
 * @throws {RangeError} for an unknown option.
 */
export function profile(given: ProfileLike, look: FigureOptions = {}): Figure {
  const where = "plot.profile", settings = options(where, look, figureSchema);
  if (!(given instanceof Profile)) {
    throw wrongType(where, "what model.profile() returns", describeValue(given));
  }
  const width = settings.width ?? 900, total = given.milliseconds;
  const [whole, ...within] = spansOf(given) as [Span, ...Span[]];
  const groups = Map.groupBy(within, ({ launches }) => launches[0]!.part);
  const named = partNames.filter((part) => groups.has(part));
  const bars = (spans: readonly Span[], name: string, color: string, legend = true): Trace => ({
    type: "bar",
    orientation: "h",
    name,
    showlegend: legend,
    y: spans.map(({ level }) => rows[level]!),
    x: spans.map(({ milliseconds }) => milliseconds),
    base: spans.map(({ start }) => start),
    // A name that is wider than its bar would lie over others.
    text: spans.map(({ name, milliseconds }) =>
      name.length * 7 < width * 0.75 * milliseconds / total ? name : ""
    ),
    textposition: "inside",
    insidetextanchor: "middle",
    textangle: 0,
    constraintext: "none",
    hovertext: spans.map(hoverText(total)),
    hoverinfo: "text",
    marker: {
      color,
      opacity: spans.map(({ level }) => [1, 1, 0.75, 0.55][level]!),
      line: {
        color: "white",
        width: spans.map(({ milliseconds }) => milliseconds * 300 < total ? 0 : 0.5),
      },
    },
  });
  const layout = cartesianLayout(where, {
    title: `${whole.name}, launch by launch`,
    xLabel: "milliseconds",
    ...settings,
    width,
    height: settings.height ?? 300,
  }, { names: named });
  return new Figure({
    data: [
      bars([whole], whole.name, "#c5ccd6", false),
      ...named.map((part) => bars(groups.get(part)!, part, traceColor(partNames.indexOf(part)))),
    ],
    layout: {
      ...layout,
      barmode: "overlay",
      bargap: 0.06,
      yaxis: {
        ...layout.yaxis as Record<string, unknown>,
        type: "category",
        categoryorder: "array",
        categoryarray: rows,
        autorange: "reversed",
      },
    },
  });
}

/** What stands beside the pointer over a span. */
const hoverText = (total: number) => ({ level, name, milliseconds, launches }: Span): string => {
  const time = `${figure(milliseconds)} ms, ${percent(total > 0 ? milliseconds / total : 0)}`;
  const [launch] = launches;
  if (level < 3 || launch === undefined) return `${name}: ${time}, ${launches.length} launches`;
  const { words, layer = "no layer", part } = launch;
  return `${name} ${words}<br>${part} of ${layer}: ${time}<br>${ceilingText(launch)}`;
};
