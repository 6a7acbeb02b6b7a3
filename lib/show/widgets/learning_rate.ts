import { number, oneOf, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { contour } from "../plot/contour.ts";
import { Widget } from "./widget.ts";

/** Settings of {@linkcode learningRate}. */
export interface LearningRateWidgetOptions {
  /** What stands above it. */
  readonly title?: string;
  /** The surface at the start; "bowl" by default. */
  readonly surface?: "bowl" | "valley" | "two minima";
  /** The learning rate at the start, 0.001 to 2; 0.1 by default. */
  readonly rate?: number;
  /** The share of the last step that is kept, 0 to 0.99; 0 by default. */
  readonly momentum?: number;
}

const surfaces = {
  "bowl": (x: number, y: number) => 0.5 * (x * x + 8 * y * y),
  "valley": (x: number, y: number) => 0.1 * (1 - x) ** 2 + 2 * (y - 0.5 * x * x) ** 2,
  "two minima": (x: number, y: number) => 0.5 * (x * x - 1) ** 2 + 0.3 * x + y * y,
};

const schema = {
  title: text("Descent: the learning rate and momentum"),
  surface: oneOf(["bowl", "valley", "two minima"], "bowl"),
  rate: number({ least: 0.001, most: 2 }, 0.1),
  momentum: number({ least: 0, most: 0.99 }, 0),
} satisfies Schema<LearningRateWidgetOptions>;

/** Where the descent begins, and how far it is seen. */
const start = [-1.6, 1.1] as const, reach = 2;

/**
 * Gradient descent on a surface of two weights: sliders for the learning rate and momentum, a click
 * for the place to start from; the path, and the loss at each step.
 *
 * ```ts
 * import { widgets } from "@striate/striate";
 * const page = widgets.learningRate({ surface: "valley", rate: 0.05 });
 * await page.save(`${await Deno.makeTempDir()}/rate.html`);
 * ```
 *
 * @throws {RangeError} for an unknown option or value.
 */
export function learningRate(given: LearningRateWidgetOptions = {}): Widget {
  const { title, surface, rate, momentum } = options("widgets.learningRate", given, schema);
  const f = surfaces[surface];
  return new Widget({
    page: "learning_rate",
    data: {
      title,
      surface,
      rate,
      momentum,
      start,
      reach,
    },
    functions: surfaces,
    text: title,
    still: contour({ f, x: [-reach, reach], y: [-reach, reach] }, {
      path: pathOf(f, rate, momentum),
      title: `${title}: rate ${rate}, momentum ${momentum}`,
      xLabel: "first weight",
      yLabel: "second weight",
    }),
  });
}

/** Thirty steps down, for the picture; those that leave it are not drawn. */
function pathOf(
  f: (x: number, y: number) => number,
  rate: number,
  momentum: number,
): [number, number][] {
  const h = 1e-4, path: [number, number][] = [[...start]];
  let v: [number, number] = [0, 0];
  for (let i = 0; i < 30; i++) {
    const [x, y] = path.at(-1)!;
    const slope = [(f(x + h, y) - f(x - h, y)) / (2 * h), (f(x, y + h) - f(x, y - h)) / (2 * h)];
    v = [momentum * v[0] - rate * slope[0]!, momentum * v[1] - rate * slope[1]!];
    const next: [number, number] = [x + v[0], y + v[1]];
    if (!next.every((at) => Math.abs(at) <= reach)) break;
    path.push(next);
  }
  return path;
}
