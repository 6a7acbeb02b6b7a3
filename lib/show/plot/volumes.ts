import { flag, instance, number, oneOf, text } from "../../core/option_kinds.ts";
import { options, type Schema, type Values } from "../../core/options.ts";
import type { Shape } from "../../core/shape.ts";
import { type Attributes, element, escapeMarkup } from "../../plotly_svg/mod.ts";
import { Model } from "../../train/model.ts";
import { cuboid, type Paint, plates, type Point, type Solid } from "../drawing/solids.ts";
import { sizeRule, type Stage, stagesOf } from "../drawing/stages.ts";
import type { Role } from "../graph/boxes.ts";
import { Picture } from "../picture.ts";
import { faint, ink, widthForTitle } from "./layout.ts";

/** Settings of {@linkcode volumes}. */
export interface VolumesOptions {
  /** What stands above the drawing. */
  readonly title?: string;
  /**
   * How maps are drawn: as "plates" one behind the other, or as one "cuboid"; by default as plates
   * where no layer has more than 32.
   */
  readonly style?: "plates" | "cuboids";
  /** Whether each arrow says how the size follows from the one before; true by default. */
  readonly rules?: boolean;
  /** Pixels in a row of volumes at most; 960 by default. */
  readonly width?: number;
}

const volumesSchema = {
  title: text(),
  style: oneOf(["plates", "cuboids"]),
  rules: flag(true),
  width: number({ least: 300, most: 4000 }, 960),
} satisfies Schema<VolumesOptions>;

const paints: Partial<Record<Role, Paint>> = {
  input: { front: "#f4f4f4", top: "#fbfbfb", side: "#dedede", edge: "#777777" },
  convolution: { front: "#d3e3f5", top: "#e6effa", side: "#b4cfeb", edge: "#3d6fa8" },
  pooling: { front: "#f8d3cf", top: "#fce6e3", side: "#efb5ae", edge: "#b8453a" },
  dense: { front: "#fff0c2", top: "#fff7dd", side: "#f1da92", edge: "#b48a14" },
};

/**
 * Draws what flows through a model that is a chain: each volume of numbers as a block, its height and
 * width against its channels, with its shape above, and below each arrow the layer and the rule
 * that gives the size, (W + 2P − F)/S + 1. The small window on a block is what one unit of the next
 * sees. Convolutions in groups are drawn as towers, as in the paper of AlexNet; several convolutions
 * that leave one shape are one block of slabs.
 *
 * ```ts
 * import { lenet5, plot } from "@striate/striate";
 * const picture = plot.volumes(lenet5(), { title: "LeNet-5" });
 * await picture.save(`${await Deno.makeTempDir()}/lenet5.svg`);
 * ```
 *
 * After the figures of LeCun et al. 1998 (plates) and Krizhevsky et al. 2012 (blocks, two towers).
 *
 * @throws {TypeError} if it is no model, or one that branches, which `drawGraph` draws.
 * @throws {RangeError} for an unknown option.
 */
export function volumes(model: Model, given: VolumesOptions = {}): Picture {
  const where = "plot.volumes";
  const settings = options(where, given, volumesSchema);
  instance(Model).read(model, `${where}: model`);
  const stages = stagesOf(model, where);
  const places = arranged(model.inputShape, stages, settings);
  const { title, width } = settings, head = title === undefined ? 8 : 40;
  const right = Math.max(...places.map(({ x, wide, label }) => x + wide / 2 + half(label, wide)));
  const full = Math.max(Math.min(width, Math.ceil(right) + 16), Math.ceil(widthForTitle(title)));
  const rows = Array.from({ length: places.at(-1)!.row + 1 }, (_, row) => {
    const high = Math.max(...places.filter((place) => place.row === row).map(({ tall }) => tall));
    return { high, all: above + high + (settings.rules ? 54 : 42) };
  });
  const bottom = (row: number) =>
    head + rows.slice(0, row).reduce((sum, { all }) => sum + all, 0) + above + rows[row]!.high;
  const height = Math.ceil(head + rows.reduce((sum, { all }) => sum + all, 0));
  const solids = places.map((place) => place.draw(bottom(place.row)));
  const parts = places.map((place, i) => {
    const before = places[i - 1], floor = bottom(place.row);
    const arrow = before === undefined ? "" : arrowOf(before, place, solids[i - 1]!, solids[i]!, {
      floor,
      rules: settings.rules,
    });
    const top = floor - place.tall - 12;
    return solids[i]!.map(({ svg }) => svg).join("") + arrow +
      words([place.x + place.wide / 2, top], place.label.split("\n"), { "font-size": 11 });
  });
  const heading = title === undefined
    ? ""
    : words([full / 2, 24], [title], { "font-size": 16, fill: ink });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${full}" height="${height}" ` +
    `viewBox="0 0 ${full} ${height}" font-family="Helvetica, Arial, sans-serif">` +
    element("rect", { width: full, height, fill: "#ffffff" }) + heading + parts.join("") + "</svg>";
  return new Picture({ svg, text: describe(model, stages), width: full, height });
}

/** A volume with its place. */
interface Place {
  readonly row: number;
  readonly x: number;
  /** Pixels of the block itself. */
  readonly wide: number;
  readonly tall: number;
  readonly label: string;
  /** The stage that makes it; absent for the input. */
  readonly made: Stage | undefined;
  /** One solid, or one for each tower from the top down, upon a floor. */
  draw(floor: number): readonly Solid[];
}

/** The volumes from left to right, in as many rows as they need. */
function arranged(
  input: Shape,
  stages: readonly Stage[],
  { style, rules, width }: Values<typeof volumesSchema>,
): Place[] {
  const shapes = [input, ...stages.map(({ to }) => to)];
  const most = Math.max(...shapes.map((shape) => shape.length === 3 ? shape[2]! : 1));
  const asPlates = (style ?? (most <= 32 ? "plates" : "cuboids")) === "plates";
  const largest = Math.max(...shapes.map((shape) => shape.length === 3 ? shape[0]! : 1));
  const towers = Math.max(1, ...stages.map(({ groups }) => groups));
  const places: Place[] = [];
  let x = 16, row = 0;
  for (const [i, shape] of shapes.entries()) {
    const made = stages[i - 1];
    const isMap = shape.length === 3;
    const split = towers > 1 && isMap && i > 0 ? towers : 1;
    const paint = paints[made?.role ?? "input"] ?? paints.input!;
    const side = (towers > 1 ? 92 : 118) * (isMap ? Math.sqrt(shape[0]! / largest) : 0);
    const solid = isMap
      ? blockOf(Math.max(10, side), shape[2]! / split, asPlates, made?.times ?? 1, paint)
      : barOf(shape.at(-1)!, paint);
    const gap = 18, one = solid.tall;
    const tall = split * one + (split - 1) * gap;
    const label = shapeWords(shape, split);
    // The arrow to here, with its words: from the middle of the block before to that of this one.
    const reach = made === undefined ? 0 : Math.max(58, 5.4 * widest(stageWords(made, rules)) + 16);
    const before = places.at(-1);
    const next = before === undefined
      ? 0
      : Math.max(before.x + before.wide / 2 + reach, before.x + before.wide + 26 + solid.wide / 2) -
        solid.wide / 2;
    x = before === undefined ? 10 + half(label, solid.wide) - solid.wide / 2 : Math.max(
      next,
      before.x + before.wide / 2 + half(before.label, 0) + 12 +
        half(label, solid.wide) - solid.wide / 2,
    );
    if (x + solid.wide / 2 + half(label, solid.wide) > width - 8) {
      [x, row] = [Math.max(16 + reach - solid.wide / 2, 60), row + 1];
    }
    const at = x;
    places.push({
      row,
      x,
      wide: solid.wide,
      tall,
      label,
      made,
      draw: (floor) =>
        Array.from({ length: split }, (_, k) => solid([at, floor - (split - 1 - k) * (one + gap)])),
    });
  }
  return places;
}

/** A function that draws a solid at a place, and how large it is. */
type Draw = ((at: Point) => Solid) & { readonly wide: number; readonly tall: number };

function blockOf(
  side: number,
  channels: number,
  asPlates: boolean,
  slabs: number,
  paint: Paint,
): Draw {
  if (asPlates) {
    const count = Math.min(channels, 20), shift = Math.min(5, 40 / count);
    const back = (count - 1) * shift;
    const draw = (at: Point) => plates(at, { count, side, shift, paint });
    return Object.assign(draw, { wide: side + back, tall: side + back });
  }
  const long = Math.min(80, Math.max(4 * slabs, 2.6 * Math.sqrt(channels)));
  const draw = (at: Point) => cuboid(at, { channels: long, side, slabs, paint });
  return Object.assign(draw, { wide: long + 0.32 * side, tall: 1.24 * side });
}

/** A bar for a list of units, longer for more of them. */
function barOf(units: number, paint: Paint): Draw {
  const tall = 24 + 5.5 * Math.log2(1 + units), wide = 10;
  const draw = ([x, bottom]: Point): Solid => ({
    svg: element("rect", {
      x,
      y: bottom - tall,
      width: wide,
      height: tall,
      rx: 2,
      fill: paint.front,
      stroke: paint.edge,
      "stroke-width": 0.9,
    }),
    width: wide,
    right: (_, height) => [x + wide, bottom - tall + height * tall],
    left: (height) => [x, bottom - tall + height * tall],
  });
  return Object.assign(draw, { wide, tall });
}

/** Pixels above the blocks of a row, for their shapes. */
const above = 38;

/** Half of what a block and its label need from left to right. */
const half = (label: string, wide: number) => Math.max(wide / 2, labelWidth(label) / 2);

const labelWidth = (label: string) =>
  6.2 * Math.max(...label.split("\n").map(({ length }) => length));

/** A shape in words; of towers the shape of each. */
function shapeWords(shape: Shape, towers: number): string {
  if (shape.length < 3) return `${shape.at(-1)!.toLocaleString("en")}`;
  const [h, w, c] = shape as [number, number, number];
  return towers > 1 ? `${towers} of\n${h} x ${w} x ${c / towers}` : `${h} x ${w} x ${c}`;
}

/** What an arrow says of its layer. */
function stageWords(stage: Stage, rules: boolean): string[] {
  const { role, words, times } = stage, rule = rules ? sizeRule(stage) : undefined;
  const short = words.replace("conv2d", "conv").replace(/^dense .*/, "dense");
  // The number of filters stands in the shape that follows.
  const plain = role === "convolution" ? short.replace(/, \d+/, "") : short;
  return [times > 1 ? `${times} × ${plain}` : plain, ...rule === undefined ? [] : [rule]];
}

const widest = (lines: readonly string[]) => Math.max(...lines.map(({ length }) => length));

/** The arrow to a block from the one before, with its words below, and the window that a unit sees. */
function arrowOf(
  before: Place,
  place: Place,
  from: readonly Solid[],
  to: readonly Solid[],
  { floor, rules }: { readonly floor: number; readonly rules: boolean },
): string {
  const made = place.made!, isBroken = before.row !== place.row, y = floor + 14;
  const begin = isBroken ? 10 : before.x + before.wide / 2 + 4, end = place.x + place.wide / 2 - 4;
  const arrow = element("path", {
    d: `M${begin.toFixed(1)},${y}H${end.toFixed(1)}m-5,-3l5,3l-5,3`,
    fill: "none",
    stroke: faint,
    "stroke-width": 1,
  });
  const text = words([(begin + end) / 2, y + 16], stageWords(made, rules), {
    "font-size": 10.5,
    fill: faint,
  });
  if (isBroken) return arrow + text;
  // Pooling, and convolutions in groups, read their own tower; other layers read both.
  const isOwn = made.role === "pooling" || made.groups > 1;
  const views = to.flatMap((target, k) =>
    from.filter((_, j) => from.length === 1 || to.length === 1 || !isOwn || j === k)
      .map((source) => viewOf(made, source, target))
  );
  return arrow + text + views.join("");
}

/** The window of a unit on the block before, and lines from it to the unit. */
function viewOf({ window, from }: Stage, source: Solid, target: Solid): string {
  const [x, y] = target.left(0.35);
  const look = { stroke: "#555555", "stroke-width": 0.7, fill: "none" };
  if (window === undefined) {
    const [a, b] = [source.right(1, 0), source.right(0, 1)];
    const [c, d] = [target.left(0), target.left(1)];
    return element("path", { d: `M${a}L${c}M${b}L${d}`, ...look, "stroke-dasharray": "2,2" });
  }
  const share = ([down, across]: typeof window, i: number) => {
    const one = i === 0 ? down : across;
    return Math.min(0.9, Math.max(0.08, one.size / from[i]!));
  };
  const [h, w] = [share(window, 0), share(window, 1)], d0 = (1 - w) / 2, h0 = 0.55 * (1 - h);
  const corners = [
    source.right(d0, h0),
    source.right(d0 + w, h0),
    source.right(d0 + w, h0 + h),
    source.right(d0, h0 + h),
  ];
  const at = ([px, py]: Point) => `${px.toFixed(1)},${py.toFixed(1)}`;
  return element("path", { d: `M${corners.map(at).join("L")}Z`, ...look, fill: "#ffffff99" }) +
    element("path", {
      d: `M${at(corners[1]!)}L${at([x, y])}L${at(corners[2]!)}`,
      ...look,
      "stroke-dasharray": "2,2",
    });
}

/** Lines of text about a middle. */
function words([x, y]: Point, lines: readonly string[], look: Attributes): string {
  return lines.map((line, i) =>
    element(
      "text",
      {
        x,
        y: y + 13 * (i - (look.fill === faint ? 0 : lines.length - 1)),
        "text-anchor": "middle",
        fill: ink,
        ...look,
      },
      escapeMarkup(line),
    )
  ).join("");
}

/** The drawing in words. */
function describe(model: Model, stages: readonly Stage[]): string {
  const shapes = [model.inputShape, ...stages.map(({ to }) => to)];
  return `volumes of ${model}: ${shapes.map((shape) => shape.join(" x ")).join(" → ")}`;
}
