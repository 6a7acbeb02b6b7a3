/** Grids of numbers by hand, and as the library's images: for notebook 3. */
import { type Figure, plot, type Tensor, tensor } from "../../mod.ts";

/** A grey image, a kernel or a map: rows of numbers. */
export type Grid = number[][];

/** The first channel of a batch of one image as a grid. */
export async function gridOf(t: Tensor): Promise<Grid> {
  const [, height, width, channels] = t.shape as [number, number, number, number];
  const data = await t.data();
  return Array.from(
    { length: height },
    (_, y) => Array.from({ length: width }, (_, x) => data[(y * width + x) * channels]!),
  );
}

/** A grid as a batch of one image with one channel. */
export const imageOf = (grid: Grid): Tensor =>
  tensor(grid.flat(), { shape: [1, grid.length, grid[0]!.length, 1] });

/** A grid as a kernel that reads one channel and makes one map. */
export const kernelOf = (grid: Grid): Tensor =>
  tensor(grid.flat(), { shape: [grid.length, grid[0]!.length, 1, 1] });

/** Numbers in cells, blue below 0 and red above, with a frame around a window if there is one. */
export function board(
  grid: Grid,
  title: string,
  frame?: { readonly i: number; readonly j: number; readonly F: number },
  most = 6,
): Figure {
  const shapes = frame === undefined ? [] : [{
    type: "rect",
    x0: frame.j - 0.5,
    x1: frame.j + frame.F - 0.5,
    y0: frame.i - 0.5,
    y1: frame.i + frame.F - 0.5,
    line: { color: "#d62728", width: 3 },
  }];
  return plot.heatmap(grid, {
    title,
    annotate: true,
    colorBar: false,
    equal: true,
    zMin: -most,
    zMax: most,
    colorScale: [[0, "#92c5de"], [0.5, "#ffffff"], [1, "#f4a582"]],
    width: 230,
    height: 230,
    layout: {
      shapes,
      margin: { l: 14, r: 14, b: 14, t: 36 },
      xaxis: { showticklabels: false },
      yaxis: { showticklabels: false },
    },
  });
}

/** W pixels as cells on a line with P grey ones at each end, and above them the windows of F, S apart. */
export function windows(W: number, F: number, S: number, P = 0): Figure {
  const count = Math.floor((W + 2 * P - F) / S) + 1;
  const cells = Array.from({ length: W + 2 * P }, (_, k) => ({
    type: "rect",
    x0: k - P,
    x1: k - P + 1,
    y0: -0.5,
    y1: 0.5,
    fillcolor: k < P || k >= W + P ? "#d5dae2" : "#fff0c2",
    line: { color: "#9aa5b1", width: 1 },
  }));
  const bare = { showgrid: false, zeroline: false, showticklabels: false };
  return plot.line(
    Array.from({ length: count }, (_, k) => ({
      x: [k * S - P + 0.1, k * S - P + F - 0.1],
      y: [k + 1.3, k + 1.3],
      width: 5,
    })),
    {
      title: `W = ${W}, F = ${F}, S = ${S}, P = ${P}: ${count} windows`,
      xRange: [-P - 0.5, W + P + 0.5],
      yRange: [-0.8, 8.2],
      layout: { shapes: cells, xaxis: bare, yaxis: bare },
    },
  );
}

/** A grid in a ring of zeros. */
export function ring(grid: Grid): Grid {
  const row = Array.from({ length: grid[0]!.length + 2 }, () => 0);
  return [row, ...grid.map((line) => [0, ...line, 0]), row];
}

/** A number as it stands in a sum: in brackets if it is negative. */
export const signed = (v: number): string => v < 0 ? `(${v})` : String(v);

/** A map as far as it has come, if its first n + 1 numbers are there. */
export const soFar = (map: Grid, n: number): Grid =>
  map.map((row, r) => row.map((v, c) => r * row.length + c <= n ? v : NaN));

/** A step of a window that slides: the image with the window framed, the kernel, the products, the output. */
export function slideStep(
  image: Grid,
  kernel: Grid,
  products: Grid,
  output: Grid,
  [i, j]: readonly [number, number],
): Figure {
  const n = i * output[0]!.length + j, sum = output[i]![j]!;
  return plot.grid([
    board(image, "image", { i, j, F: kernel.length }),
    board(kernel, "kernel"),
    board(products, "pixel · weight"),
    board(soFar(output, n), "output", { i, j, F: 1 }, 9),
  ], {
    columns: 4,
    width: 900,
    height: 250,
    title: `${products.flat().map(signed).join(" + ")} = ${sum}`,
  });
}
