/** Lines that part a plane of points, and their pictures: for notebook 1. */
import { type Figure, plot } from "../../mod.ts";

/** The border w·x + b = 0 of a neuron with two inputs. */
export type Line = { w: [number, number]; b: number };

/** A point of the plane, and what a neuron shall answer there. */
export type Example = { point: [number, number]; wanted: 0 | 1 };

/** Two points of the line, far enough apart to cross any of our pictures. */
export function ends({ w, b }: Line, reach = 10): { x: number[]; y: number[] } {
  const square = w[0] ** 2 + w[1] ** 2;
  if (square === 0) return { x: [NaN], y: [NaN] }; // no line
  const foot = [-b * w[0] / square, -b * w[1] / square] as const; // the point nearest to the origin
  const way = [-w[1] / Math.sqrt(square), w[0] / Math.sqrt(square)] as const;
  const along = (t: number) => [foot[0] + t * way[0], foot[1] + t * way[1]] as const;
  const [from, to] = [along(-reach), along(reach)];
  return { x: [from[0], to[0]], y: [from[1], to[1]] };
}

/** Points as crosses, where 0 is wanted, and dots, where 1 is. */
export function marks(examples: readonly Example[], size: number, [zero, one]: [string, string]) {
  return ([[0, zero, "x"], [1, one, "circle"]] as const).map(([label, name, symbol]) => {
    const points = examples.filter(({ wanted }) => wanted === label).map(({ point }) => point);
    return { x: points.map(([x]) => x), y: points.map(([, y]) => y), name, size, symbol };
  });
}

/** Examples, the border after a correction and before, and a ring around the point that was wrong. */
export function correction(
  examples: readonly Example[],
  { line, wrong }: { readonly line: Line; readonly wrong: Example },
  before: Line = line,
): Figure {
  return plot.scatter([
    ...marks(examples, 8, ["wanted 0", "wanted 1"]),
    { ...ends(before), name: "before", mode: "lines", color: "#6b7684", dash: "dash" },
    { ...ends(line), name: "border", mode: "lines", color: "black" },
    {
      x: [wrong.point[0]],
      y: [wrong.point[1]],
      name: "was wrong",
      size: 18,
      symbol: "circle-open",
      color: "crimson",
    },
  ], {
    xLabel: "x₁",
    yLabel: "x₂",
    xRange: [-1, 4.2],
    yRange: [-1, 4.2],
    equal: true,
    width: 460,
    height: 350,
  });
}

/**
 * A gate's four cases and the line that was learnt, half a unit beside where it is: there it runs
 * through points (net is 0, and the answer 1).
 */
export function gatePicture(name: string, examples: readonly Example[], line: Line): Figure {
  return plot.scatter([
    ...marks(examples, 14, ["0", "1"]),
    { ...ends({ ...line, b: line.b + 0.5 }), name: "border", mode: "lines", color: "black" },
  ], {
    title: `${name}: w = (${line.w.join(", ")}), b = ${line.b}`,
    xLabel: "x₁",
    yLabel: "x₂",
    xRange: [-0.6, 1.6],
    yRange: [-0.6, 1.6],
    legend: true,
  });
}
