import { type Json, measureText } from "../../plotly_svg/mod.ts";
import type { FigureData, Trace } from "../figure_data.ts";
import { faint } from "./layout.ts";

/** A disc with a name, in pixels from the lower left corner of the plot. */
export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly name: string;
}

/** Where the middle of a label is, seen from the middle of its disc. */
export interface LabelPlace {
  readonly dx: number;
  readonly dy: number;
  /** Whether a line leads from the label to the disc, because others are as near. */
  readonly leader: boolean;
}

/** A place that a label might take. */
interface Choice extends LabelPlace {
  readonly box: Box;
  /** What the place costs in itself. */
  readonly price: number;
}

type Box = readonly [left: number, bottom: number, right: number, top: number];
type Point = readonly [x: number, y: number];

const fontSize = 11, lineHeight = 13, near = 3;
/** A place that costs more would tell a wrong name. */
const misleading = 60;
const annotationName = "disc label";

/**
 * A figure with the names of its discs beside them, for a plot of this size in pixels: every trace
 * whose `meta.discLabels` is true has them. A panel is smaller than its figure, so that its names
 * are placed anew.
 */
export function labelDiscs(figure: FigureData, width: number, height: number): FigureData {
  const { data, layout = {} } = figure;
  const trace = data.find(({ meta }) => (meta as Json | undefined)?.discLabels === true);
  const x = shares(trace, layout.xaxis as Json, "x"), y = shares(trace, layout.yaxis as Json, "y");
  if (trace === undefined || x === undefined || y === undefined) return figure;
  const names = trace.text as string[], { size } = trace.marker as { size: number[] };
  const places = placeLabels(
    names.map((name, i) => ({
      x: x.shares[i]! * width,
      y: y.shares[i]! * height,
      radius: size[i]! / 2,
      name,
    })),
    width,
    height,
  );
  const labels = places.flatMap((place, i): Json[] => {
    if (place === undefined) return [];
    const { leader } = place, dx = Math.round(place.dx), dy = Math.round(place.dy);
    return [{
      name: annotationName,
      text: names[i]!,
      x: x.values[i]!,
      y: y.values[i]!,
      xref: "x",
      yref: "y",
      xanchor: "center",
      yanchor: "middle",
      borderpad: 0,
      font: { size: fontSize },
      ...leader
        ? {
          showarrow: true,
          arrowhead: 0,
          arrowwidth: 1,
          arrowcolor: faint,
          standoff: size[i]! / 2,
          ax: dx,
          ay: -dy,
        }
        : { showarrow: false, xshift: dx, yshift: dy },
    }];
  });
  const others = ((layout.annotations ?? []) as Json[]).filter(({ name }) =>
    name !== annotationName
  );
  return { data, layout: { ...layout, annotations: [...others, ...labels] } };
}

/** Numbers as an axis counts them (powers of ten on a logarithmic one), and how far along it. */
function shares(
  trace: Trace | undefined,
  { range, type }: Json = {},
  letter: "x" | "y",
): { readonly values: number[]; readonly shares: number[] } | undefined {
  if (!Array.isArray(range) || trace === undefined) return undefined;
  const numbers = trace[letter] as number[], [from, to] = range as [number, number];
  const values = type === "log" ? numbers.map(Math.log10) : numbers;
  return { values, shares: values.map((value) => (value - from) / (to - from)) };
}

/**
 * A place for the name of each disc; undefined where every place would name another disc. Each label
 * in turn takes the best place beside all the others, three times over.
 */
export function placeLabels(
  discs: readonly Disc[],
  width: number,
  height: number,
): (LabelPlace | undefined)[] {
  const choices = discs.map((disc, i) =>
    choicesOf(disc).filter(({ box: [left, bottom, right, top] }) =>
      left >= 0 && bottom >= 0 && right <= width && top <= height
    ).map((choice) => ({ ...choice, price: choice.price + amongDiscs(choice, i, discs) }))
      .filter(({ price }) => price < misleading)
  );
  const chosen = new Map<number, number>();
  const cost = (i: number, k: number) => {
    let sum = choices[i]![k]!.price;
    for (const [j, m] of chosen) {
      if (j === i) continue;
      sum += between(choices[i]![k]!, discs[i]!, choices[j]![m]!, discs[j]!);
    }
    return sum;
  };
  const shown = new Set(discs.keys().filter((i) => choices[i]!.length > 0));
  for (let rounds = 3; shown.size > 0; rounds = 1) {
    for (let round = 0; round < rounds; round++) {
      for (const i of shown) {
        const costs = choices[i]!.map((_, k) => cost(i, k));
        chosen.set(i, costs.indexOf(Math.min(...costs)));
      }
    }
    const worst = [...shown].map((i) => ({ i, cost: cost(i, chosen.get(i)!) }))
      .reduce((a, b) => b.cost > a.cost ? b : a);
    if (worst.cost < misleading) break;
    shown.delete(worst.i);
    chosen.delete(worst.i);
  }
  return discs.map((_, i) => chosen.has(i) ? choices[i]![chosen.get(i)!]! : undefined);
}

/** Places around a disc, close to it or with a line that leads to it. */
function choicesOf({ x, y, radius, name }: Disc): Choice[] {
  const width = measureText(name, fontSize).width;
  return Array.from({ length: 16 }, (_, i) => i).flatMap((i) => {
    const angle = i * Math.PI / 8, [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return [near, 12, 20, 32, 48, 68].map((gap): Choice => {
      const leader = gap > near;
      let far = radius, box: Box;
      do {
        far++;
        const [mx, my] = [x + far * cos, y + far * sin];
        box = [mx - width / 2, my - lineHeight / 2, mx + width / 2, my + lineHeight / 2];
      } while (distance([x, y], box) < radius + gap);
      // To the right is best, then left, above and below.
      const side = i === 0 ? 0 : i % 4 === 0 ? 1 : 2;
      return {
        dx: far * cos,
        dy: far * sin,
        leader,
        box,
        price: side + (leader ? 8 + gap / 2 : 0),
      };
    });
  });
}

/** What a place costs because of the other discs: it may hide one, or be nearer to it. */
function amongDiscs({ box, leader, dx, dy }: Choice, own: number, discs: readonly Disc[]): number {
  return discs.reduce((sum, { x, y, radius }, k) => {
    if (k === own) return sum;
    const space = distance([x, y], box) - radius;
    const hidden = space < 0 ? 10 - 3 * Math.max(-10, space) : 0;
    const doubt = space < near + 3 ? misleading : space < near + 9 ? 7 : 0;
    if (!leader) return sum + hidden + doubt;
    const from = discs[own]!, tail = [from.x + dx, from.y + dy] as const;
    const crossed = toSegment([x, y], [from.x, from.y], tail) < radius;
    return sum + hidden + (crossed ? 5 : 0) + (space < 2 ? 10 : 0);
  }, 0);
}

/** What two labels cost each other: they overlap, or the line of one runs through the other. */
function between(a: Choice, from: Disc, b: Choice, to: Disc): number {
  const overlap = Math.min(a.box[2], b.box[2]) - Math.max(a.box[0], b.box[0]) > -2 &&
    Math.min(a.box[3], b.box[3]) > Math.max(a.box[1], b.box[1]);
  const [p, q] = [line(a, from), line(b, to)];
  const through = a.leader && runsThrough(p, b.box) || b.leader && runsThrough(q, a.box);
  const crossing = a.leader && b.leader && cross(...p, ...q);
  return (overlap ? misleading : 0) + (through ? misleading / 2 : 0) + (crossing ? 20 : 0);
}

const line = ({ dx, dy }: LabelPlace, { x, y }: Disc): [Point, Point] => [[x, y], [x + dx, y + dy]];

/** From a point to a box; 0 within. */
const distance = ([x, y]: Point, [left, bottom, right, top]: Box) =>
  Math.hypot(Math.max(left - x, 0, x - right), Math.max(bottom - y, 0, y - top));

function toSegment([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(ax + t * dx - x, ay + t * dy - y);
}

function runsThrough([a, b]: readonly [Point, Point], [left, bottom, right, top]: Box): boolean {
  const corners: Point[] = [[left, bottom], [left, top], [right, top], [right, bottom]];
  return distance(a, [left, bottom, right, top]) === 0 ||
    corners.some((corner, i) => cross(a, b, corner, corners[(i + 1) % 4]!));
}

/** Whether two segments cross. */
function cross(a: Point, b: Point, c: Point, d: Point): boolean {
  const side = ([px, py]: Point, [qx, qy]: Point, [x, y]: Point) =>
    Math.sign((qx - px) * (y - py) - (qy - py) * (x - px));
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}
