/** A plane that a hidden layer of two neurons bends, as a picture: for notebook 2. */
import { type Figure, type Model, plot, tensor } from "../../mod.ts";

type Point = readonly [number, number];

/** Where the line u x + v y + b = 0 runs, three units each way from its nearest point to the origin. */
function straight(u: number, v: number, b: number) {
  const square = u * u + v * v || 1, length = Math.sqrt(square);
  return {
    x: [-3, 3].map((t) => -b * u / square - t * v / length),
    y: [-3, 3].map((t) => -b * v / square + t * u / length),
    mode: "lines" as const,
    color: "black",
  };
}

/** The lines of a grid over the plane of the inputs, nine each way. */
function gridLines(): Point[][] {
  const ticks = Array.from({ length: 9 }, (_, i) => i / 4 - 0.5);
  return [
    ...ticks.map((x) => ticks.map((y): Point => [x, y])),
    ...ticks.map((y) => ticks.map((x): Point => [x, y])),
  ];
}

/**
 * The answers of the two neurons of the layer "bent" to a grid of inputs and to the cases, coloured by
 * what is wanted, and the line by which the layer "output" parts them.
 */
export async function bentPlane(
  net: Model,
  cases: readonly (readonly number[])[],
  wanted: readonly number[],
): Promise<Figure> {
  const answers = async (points: readonly (readonly number[])[]) => {
    const found = await net.predict(tensor(points.map((point) => [...point])), {
      outputs: ["bent"],
    });
    const data = await found.data();
    return points.map((_, i) => ({ x: data[2 * i]!, y: data[2 * i + 1]! }));
  };
  const line = (points: readonly { readonly x: number; readonly y: number }[]) => ({
    x: points.map(({ x }) => x),
    y: points.map(({ y }) => y),
  });
  const curves = [];
  for (const points of gridLines()) {
    curves.push({
      ...line(await answers(points)),
      mode: "lines" as const,
      color: "#c5ccd6",
      width: 1,
    });
  }
  const corners = await answers(cases);
  const [u, v] = await net.weight("output.kernel").read();
  const [b] = await net.weight("output.bias").read();
  const classes = [0, 1].map((label) => ({
    ...line(corners.filter((_, i) => wanted[i] === label)),
    size: 13,
    color: label === 1 ? "#d55e00" : "#0072b2",
  }));
  return plot.scatter([...curves, straight(u!, v!, b!), ...classes], {
    xLabel: "first hidden neuron",
    yLabel: "second hidden neuron",
    xRange: [-1.15, 1.15],
    yRange: [-1.15, 1.15],
    legend: false,
    equal: true,
    width: 420,
    height: 420,
  });
}
