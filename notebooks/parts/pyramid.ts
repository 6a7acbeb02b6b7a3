import { type Figure, plot } from "../../mod.ts";

/**
 * One line of pixels, and above it the units of layers with windows of three: each is joined to the
 * three of the row below that it reads.
 */
export function windowPyramid(layers: number, title: string): Figure {
  const units = Array.from({ length: layers + 1 }, (_, layer) => 2 * (layers - layer) + 1);
  const placeOf = (layer: number, i: number) => i - (units[layer]! - 1) / 2;
  const readings = units.slice(1).flatMap((count, below) =>
    Array.from({ length: count }, (_, i) =>
      [0, 1, 2].flatMap((j) => [
        { x: placeOf(below + 1, i), y: below + 1 },
        { x: placeOf(below, i + j), y: below },
        { x: NaN, y: NaN },
      ])).flat()
  );
  const lines = {
    x: readings.map(({ x }) => x),
    y: readings.map(({ y }) => y),
    mode: "lines" as const,
    color: "#c5ccd6",
    width: 1.5,
    plotly: { showlegend: false },
  };
  const rows = units.map((count, layer) => ({
    x: Array.from({ length: count }, (_, i) => placeOf(layer, i)),
    y: Array.from({ length: count }, () => layer),
    name: layer === 0 ? "pixels" : `layer ${layer}: sees ${1 + 2 * layer}`,
    size: 20,
  }));
  return plot.scatter([lines, ...rows], {
    title,
    legend: true,
    height: 330,
    layout: {
      xaxis: { visible: false },
      yaxis: { visible: false, range: [-0.6, layers + 0.6] },
    },
  });
}
