import type { Json } from "../../plotly_svg/mod.ts";
import type { FigureData, Trace } from "../figure_data.ts";

/** A rectangle of the figure in paper coordinates: 0 to 1, y upwards. */
export interface Box {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** What a figure becomes as a part of another: everything refers to axes of its own. */
export interface Panel {
  readonly traces: Trace[];
  /** Axes and scenes by their names in the layout. */
  readonly axes: Record<string, Json>;
  /** The name there of what was the first y axis, if the figure has one. */
  readonly y: string | undefined;
  readonly annotations: Json[];
  readonly shapes: Json[];
  readonly images: Json[];
}

/** Counts the axes and scenes that are taken. */
export interface Numbering {
  x: number;
  y: number;
  scene: number;
}

/** The names that the axes and scenes of a panel get in the whole figure: the next free ones. */
class Names {
  readonly #names = new Map<string, string>();
  readonly #taken: Numbering;

  constructor(taken: Numbering) {
    this.#taken = taken;
  }

  /** The name of what a figure calls "x2", "y" or "scene". */
  of(id: string): string {
    return this.#names.getOrInsertComputed(id, () => {
      const kind = id.startsWith("scene") ? "scene" : id[0] as "x" | "y";
      const number = ++this.#taken[kind];
      return number === 1 ? kind : `${kind}${number}`;
    });
  }

  has(id: string): boolean {
    return this.#names.has(id);
  }

  /** What is named, also while it goes on. */
  [Symbol.iterator](): Iterator<[id: string, name: string]> {
    return this.#names.entries();
  }
}

/** Traces that have a scene of three axes instead of x and y. */
const isSpatial = ({ type }: Trace) => ["surface", "scatter3d", "mesh3d"].includes(type);

const list = (value: unknown): readonly Json[] => Array.isArray(value) ? value : [];

/** "x2" as the layout has it: "xaxis2". */
const layoutName = (id: string): string => /^[xy]/.test(id) ? `${id[0]}axis${id.slice(1)}` : id;

/** A figure moved into a box of another. */
export function panel({ data, layout = {} }: FigureData, box: Box, taken: Numbering): Panel {
  const names = new Names(taken);
  const traces = data.map((trace) => withBar(movedTrace(trace, names), box));
  for (const name of Object.keys(layout)) {
    const match = /^([xy])axis(\d*)$/.exec(name);
    if (match !== null) names.of(`${match[1]}${match[2]}`);
  }
  const axes: Record<string, Json> = {};
  for (const [id, name] of names) {
    const own = (layout[layoutName(id)] ?? {}) as Json;
    axes[layoutName(name)] = id.startsWith("scene")
      ? movedScene(own, box)
      : movedAxis(id, own, names, box);
  }
  // Notes and shapes that name no axes stand on the first ones, images on the paper.
  const moved = (key: string) =>
    list(layout[key]).map((item) => movedItem({ xref: "x", yref: "y", ...item }, names, box));
  return {
    traces,
    axes,
    y: names.has("y") ? layoutName(names.of("y")) : undefined,
    annotations: moved("annotations"),
    shapes: moved("shapes"),
    images: list(layout.images).map((item) => {
      const { xref = "paper", yref = "paper" } = item;
      return movedItem({ ...item, xref, yref }, names, box);
    }),
  };
}

/** A share of a figure's width or height as one of the whole figure's. */
const within = (box: Box, axis: "x" | "y", share: number): number => {
  const [low, high] = box[axis];
  return low + share * (high - low);
};

function movedTrace(trace: Trace, names: Names): Trace {
  const { scene = "scene", xaxis = "x", yaxis = "y" } = trace;
  if (isSpatial(trace)) return { ...trace, scene: names.of(scene as string) };
  return { ...trace, xaxis: names.of(xaxis as string), yaxis: names.of(yaxis as string) };
}

function movedScene(own: Json, box: Box): Json {
  const { x = [0, 1], y = [0, 1] } = (own.domain ?? {}) as { x?: number[]; y?: number[] };
  return {
    ...own,
    domain: {
      x: x.map((share) => within(box, "x", share)),
      y: y.map((share) => within(box, "y", share)),
    },
  };
}

function movedAxis(id: string, own: Json, names: Names, box: Box): Json {
  const axis = id[0] as "x" | "y", other = axis === "x" ? "y" : "x";
  const anchor = (own.anchor ?? `${other}${id.slice(1)}`) as string;
  const domain = (own.domain ?? [0, 1]) as [number, number];
  const followed = ["scaleanchor", "matches", "overlaying"].flatMap((key) =>
    own[key] === undefined ? [] : [[key, names.of(own[key] as string)]]
  );
  return {
    ...own,
    domain: domain.map((share) => within(box, axis, share)),
    anchor: anchor === "free" ? anchor : names.of(anchor),
    ...Object.fromEntries(followed),
  };
}

/**
 * A note, a shape or an image, which refers to axes ("x2", "y domain") or to the paper, of which a
 * panel has only its box.
 */
function movedItem(item: Json, names: Names, box: Box): Json {
  const result: Record<string, unknown> = { ...item };
  for (const axis of ["x", "y"] as const) {
    const key = `${axis}ref`, ref = item[key] as string;
    if (ref !== "paper") {
      const [id, ...rest] = ref.split(" ");
      result[key] = [names.of(id!), ...rest].join(" ");
      // An arrow's length may be one along the axis; else it is in pixels.
      if (item[`a${key}`] === ref) result[`a${key}`] = result[key];
      continue;
    }
    for (const name of [axis, `${axis}0`, `${axis}1`]) {
      if (typeof item[name] === "number") result[name] = within(box, axis, item[name]);
    }
    const size = item[`size${axis}`];
    if (typeof size === "number") result[`size${axis}`] = size * (box[axis][1] - box[axis][0]);
  }
  return result;
}

/** Whether a trace shows a colour bar. */
export function hasColorBar(trace: Trace): boolean {
  const { type, showscale, marker } = trace as { showscale?: boolean; marker?: Json } & Trace;
  if (["heatmap", "contour", "surface"].includes(type)) return showscale !== false;
  return marker?.showscale === true;
}

/** The trace with its colour bar beside the box. */
function withBar(trace: Trace, { x, y }: Box): Trace {
  if (!hasColorBar(trace)) return trace;
  const bar = (old: unknown) => ({
    ...old as Json,
    x: x[1] + 0.01,
    y: (y[0] + y[1]) / 2,
    len: y[1] - y[0],
    lenmode: "fraction",
    thickness: 10,
  });
  const { marker } = trace as { marker?: Json };
  return marker?.showscale === true
    ? { ...trace, marker: { ...marker, colorbar: bar(marker.colorbar) } }
    : { ...trace, colorbar: bar(trace.colorbar) };
}
