import type { Figure } from "../figure.ts";
import type { Trace } from "../figure_data.ts";
import type { Json } from "./options.ts";

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

/** Traces that have a scene of three axes instead of x and y. */
const spatial = ["surface", "scatter3d", "mesh3d"];

const list = (value: unknown): readonly Json[] => Array.isArray(value) ? value : [];

/** "x2" as the layout has it: "xaxis2". */
export const layoutName = (id: string): string =>
  /^[xy]/.test(id) ? `${id[0]}axis${id.slice(1)}` : id;

/** A figure moved into a box of another. */
export function panel({ data, layout }: Figure, box: Box, taken: Numbering): Panel {
  const ids = new Map<string, string>();
  const fresh = (id: string): string => {
    const known = ids.get(id);
    if (known !== undefined) return known;
    const kind = id.startsWith("scene") ? "scene" : id[0] as "x" | "y";
    const number = ++taken[kind];
    const name = number === 1 ? kind : `${kind}${number}`;
    ids.set(id, name);
    return name;
  };
  for (const { type, scene = "scene", xaxis = "x", yaxis = "y" } of data) {
    if (spatial.includes(type)) fresh(scene as string);
    else [fresh(xaxis as string), fresh(yaxis as string)];
  }
  for (const name of Object.keys(layout)) {
    const match = /^([xy])axis(\d*)$/.exec(name);
    if (match !== null) fresh(`${match[1]}${match[2]}`);
  }
  const within = (axis: "x" | "y", share: number) => {
    const [low, high] = box[axis];
    return low + share * (high - low);
  };
  // A reference is an axis ("x2", "y domain"), another axis ("x" for an arrow's length in pixels
  // stays "pixel"), or the paper, of which a panel has only its box.
  const moved = (item: Json): Json => {
    const result: Record<string, unknown> = { ...item };
    for (const axis of ["x", "y"] as const) {
      const key = `${axis}ref`, ref = (item[key] ?? "paper") as string;
      if (ref !== "paper") {
        const [id, ...rest] = ref.split(" ");
        result[key] = [fresh(id!), ...rest].join(" ");
        const arrow = item[`a${axis}ref`];
        if (arrow === ref) result[`a${axis}ref`] = result[key];
        continue;
      }
      result[key] = "paper";
      for (const name of [axis, `${axis}0`, `${axis}1`]) {
        if (typeof item[name] === "number") result[name] = within(axis, item[name] as number);
      }
      const size = item[`size${axis}`];
      if (typeof size === "number") {
        result[`size${axis}`] = size * (box[axis][1] - box[axis][0]);
      }
    }
    return result;
  };
  const axes: Record<string, Json> = {};
  for (const [id, name] of ids) {
    const own = (layout[layoutName(id)] ?? {}) as Json;
    if (id.startsWith("scene")) {
      const domain = (own.domain ?? {}) as { x?: [number, number]; y?: [number, number] };
      axes[name] = {
        ...own,
        domain: {
          x: (domain.x ?? [0, 1]).map((share) => within("x", share)),
          y: (domain.y ?? [0, 1]).map((share) => within("y", share)),
        },
      };
      continue;
    }
    const axis = id[0] as "x" | "y", other = axis === "x" ? "y" : "x";
    const anchor = (own.anchor ?? `${other}${id.slice(1)}`) as string;
    const domain = (own.domain ?? [0, 1]) as [number, number];
    const { scaleanchor, matches, overlaying } = own as Record<string, string | undefined>;
    const follow = { scaleanchor, matches, overlaying };
    axes[layoutName(name)] = {
      ...own,
      domain: domain.map((share) => within(axis, share)),
      anchor: anchor === "free" ? anchor : fresh(anchor),
      ...Object.fromEntries(
        Object.entries(follow).flatMap(([key, id]) => id === undefined ? [] : [[key, fresh(id)]]),
      ),
    };
  }
  const traces = data.map((trace): Trace => {
    if (spatial.includes(trace.type)) {
      return withBar({ ...trace, scene: fresh((trace.scene ?? "scene") as string) }, box);
    }
    const xaxis = fresh((trace.xaxis ?? "x") as string);
    const yaxis = fresh((trace.yaxis ?? "y") as string);
    return withBar({ ...trace, xaxis, yaxis }, box);
  });
  return {
    traces,
    axes,
    y: ids.has("y") ? layoutName(ids.get("y")!) : undefined,
    annotations: list(layout.annotations).map((one) => moved(placed(one))),
    shapes: list(layout.shapes).map((one) => moved(placed(one))),
    images: list(layout.images).map(moved),
  };
}

/** Notes and shapes that name no axes stand on the first ones. */
const placed = (item: Json): Json => ({ xref: "x", yref: "y", ...item });

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
