import { integer, number, oneOf, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { Random } from "../../core/random.ts";
import { scatter } from "../plot/line.ts";
import { Widget } from "./widget.ts";

/** Settings of {@linkcode decisionBoundary}. */
export interface DecisionBoundaryWidgetOptions {
  /** What stands above it. */
  readonly title?: string;
  /** The points at the start; "circle" by default. */
  readonly points?: "circle" | "xor" | "spirals" | "blobs";
  /** Units of each hidden layer, 0 to 16; with 0 the network is one neuron. 6 by default. */
  readonly units?: number;
  /** Hidden layers, 1 to 3; 1 by default. */
  readonly layers?: number;
  /** The learning rate, 0.001 to 1; 0.03 by default. */
  readonly rate?: number;
  /** The seed of the weights and the points; 0 by default. */
  readonly seed?: number;
}

const names = ["circle", "xor", "spirals", "blobs"] as const;

const schema = {
  title: text("A network learns a border"),
  points: oneOf(names, "circle"),
  units: integer({ least: 0, most: 16 }, 6),
  layers: integer({ least: 1, most: 3 }, 1),
  rate: number({ least: 0.001, most: 1 }, 0.03),
  seed: integer({ least: 0 }, 0),
} satisfies Schema<DecisionBoundaryWidgetOptions>;

/** A point of the plane and its class. */
type Labelled = readonly [x: number, y: number, label: number];

/**
 * A network of tanh units that learns in the page by Adam, step by step, to part two classes of points: units,
 * layers, the learning rate and the points are chosen, and the plane is coloured by what it says.
 *
 * ```ts
 * import { widgets } from "@striate/striate";
 * const page = widgets.decisionBoundary({ points: "spirals", units: 12, layers: 2 });
 * await page.save(`${await Deno.makeTempDir()}/border.html`);
 * ```
 *
 * @throws {RangeError} for an unknown option or value.
 */
export function decisionBoundary(given: DecisionBoundaryWidgetOptions = {}): Widget {
  const { title, points, ...network } = options("widgets.decisionBoundary", given, schema);
  const sets = Object.fromEntries(names.map((name) => [name, pointsOf(name, network.seed)]));
  const shown = sets[points]!;
  return new Widget({
    page: "decision_boundary",
    data: { title, points, sets, ...network },
    text: title,
    still: scatter(
      [0, 1].map((label) => {
        const own = shown.filter(([, , c]) => c === label);
        return { x: own.map(([x]) => x), y: own.map(([, y]) => y), name: `class ${label}` };
      }),
      { title: `${title}: the points to part`, equal: true, xLabel: "x₁", yLabel: "x₂" },
    ),
  });
}

/** Two hundred points from -1 to 1, half of each class. */
function pointsOf(name: (typeof names)[number], seed: number): Labelled[] {
  const random = new Random(seed + 1);
  const round = (x: number) => Number(x.toFixed(3));
  return Array.from({ length: 200 }, (_, i): Labelled => {
    const label = i % 2;
    if (name === "circle") {
      const angle = random.uniform(0, 2 * Math.PI),
        r = label === 1 ? random.uniform(0, 0.45) : random.uniform(0.6, 1);
      return [round(r * Math.cos(angle)), round(r * Math.sin(angle)), label];
    }
    if (name === "xor") {
      const [x, y] = [random.uniform(0.08, 0.95), random.uniform(0.08, 0.95)],
        sign = i % 4 < 2 ? 1 : -1;
      return [round(x * sign), round(label === 1 ? -y * sign : y * sign), label];
    }
    if (name === "spirals") {
      const t = Math.floor(i / 2) / 100, angle = 4.2 * t * Math.PI / 1.5 + label * Math.PI;
      const r = 0.12 + 0.82 * t, noise = () => random.normal(0, 0.015);
      return [round(r * Math.cos(angle) + noise()), round(r * Math.sin(angle) + noise()), label];
    }
    const at = label === 1 ? 0.4 : -0.4;
    return [round(at + random.normal(0, 0.18)), round(at + random.normal(0, 0.18)), label];
  });
}
