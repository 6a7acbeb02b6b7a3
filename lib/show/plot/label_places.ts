import { measureText, type Size } from "../../plotly_svg/mod.ts";

/** A disc with a name, in pixels from the lower left corner. */
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

type Box = readonly [left: number, bottom: number, right: number, top: number];
type Point = readonly [x: number, y: number];

/** A place that a label might take. */
interface Choice extends LabelPlace {
  readonly box: Box;
  /** From the disc to the label. */
  readonly line: readonly [Point, Point];
  /** What the place costs in itself. */
  readonly price: number;
}

/** The size of the letters. */
export const labelSize = 11;

const lineHeight = 13, near = 3;

/** A place that costs more would tell a wrong name. */
const misleading = 60;

/**
 * A place for the name of each disc; undefined where every place would name another disc. Each label
 * in turn takes the best place beside all the others, three times over; while one costs too much, the
 * worst is left out.
 */
export function placeLabels(
  discs: readonly Disc[],
  { width, height }: Size,
): (LabelPlace | undefined)[] {
  const isInside = ({ box: [left, bottom, right, top] }: Choice) =>
    left >= 0 && bottom >= 0 && right <= width && top <= height;
  const choices = discs.map((disc) => {
    const others = discs.filter((other) => other !== disc);
    return choicesOf(disc).filter(isInside)
      .map((choice) => ({ ...choice, price: choice.price + amongDiscs(choice, others) }))
      .filter(({ price }) => price < misleading);
  });
  const chosen = new Map<number, Choice>();
  const cost = (i: number, choice: Choice) => {
    let sum = choice.price;
    for (const [j, other] of chosen) if (j !== i) sum += between(choice, other);
    return sum;
  };
  const shown = new Set(discs.keys().filter((i) => choices[i]!.length > 0));
  for (let rounds = 3; shown.size > 0; rounds = 1) {
    for (let round = 0; round < rounds; round++) {
      for (const i of shown) {
        const costs = choices[i]!.map((choice) => cost(i, choice));
        chosen.set(i, choices[i]![costs.indexOf(Math.min(...costs))]!);
      }
    }
    const worst = [...shown].map((i) => ({ i, cost: cost(i, chosen.get(i)!) }))
      .reduce((a, b) => b.cost > a.cost ? b : a);
    if (worst.cost < misleading) break;
    shown.delete(worst.i);
    chosen.delete(worst.i);
  }
  return discs.map((_, i) => chosen.get(i));
}

/** Places around a disc, close to it or with a line that leads to it. */
function choicesOf({ x, y, radius, name }: Disc): Choice[] {
  const width = measureText(name, labelSize).width;
  return [...Array(16).keys()].flatMap((i) => {
    const angle = i * Math.PI / 8, [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    // To the right is best, then left, above and below.
    const side = i === 0 ? 0 : i % 4 === 0 ? 1 : 2;
    return [near, 12, 20, 32, 48, 68].map((gap): Choice => {
      const leader = gap > near, price = side + (leader ? 8 + gap / 2 : 0);
      for (let far = radius + 1;; far++) {
        const [dx, dy] = [far * cos, far * sin], [mx, my] = [x + dx, y + dy];
        const box: Box = [mx - width / 2, my - lineHeight / 2, mx + width / 2, my + lineHeight / 2];
        if (distance([x, y], box) < radius + gap) continue;
        return { dx, dy, leader, box, line: [[x, y], [mx, my]], price };
      }
    });
  });
}

/** What a place costs because of other discs: it may hide one, or be nearer to it. */
function amongDiscs({ box, leader, line }: Choice, others: readonly Disc[]): number {
  return others.reduce((sum, { x, y, radius }) => {
    const space = distance([x, y], box) - radius;
    const hidden = space < 0 ? 10 - 3 * Math.max(-10, space) : 0;
    const doubt = space < near + 3 ? misleading : space < near + 9 ? 7 : 0;
    if (!leader) return sum + hidden + doubt;
    const crossed = toSegment([x, y], ...line) < radius;
    return sum + hidden + (crossed ? 5 : 0) + (space < 2 ? 10 : 0);
  }, 0);
}

/** What two labels cost each other: they overlap, or the line of one runs through the other. */
function between(a: Choice, b: Choice): number {
  const overlap = Math.min(a.box[2], b.box[2]) - Math.max(a.box[0], b.box[0]) > -2 &&
    Math.min(a.box[3], b.box[3]) > Math.max(a.box[1], b.box[1]);
  const through = a.leader && runsThrough(a.line, b.box) || b.leader && runsThrough(b.line, a.box);
  const crossing = a.leader && b.leader && cross(...a.line, ...b.line);
  return (overlap ? misleading : 0) + (through ? misleading / 2 : 0) + (crossing ? 20 : 0);
}

/** From a point to a box; 0 within. */
const distance = ([x, y]: Point, [left, bottom, right, top]: Box) =>
  Math.hypot(Math.max(left - x, 0, x - right), Math.max(bottom - y, 0, y - top));

/** From a point to a segment. */
function toSegment([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(ax + t * dx - x, ay + t * dy - y);
}

function runsThrough([a, b]: readonly [Point, Point], box: Box): boolean {
  const [left, bottom, right, top] = box;
  const corners: Point[] = [[left, bottom], [left, top], [right, top], [right, bottom]];
  return distance(a, box) === 0 ||
    corners.some((corner, i) => cross(a, b, corner, corners[(i + 1) % 4]!));
}

/** Whether two segments cross. */
function cross(a: Point, b: Point, c: Point, d: Point): boolean {
  const side = ([px, py]: Point, [qx, qy]: Point, [x, y]: Point) =>
    Math.sign((qx - px) * (y - py) - (qy - py) * (x - px));
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}
