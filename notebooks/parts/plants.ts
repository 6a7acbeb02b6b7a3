/** Plant identification by fine-tuning, as published, and its charts: for notebook 14. */
import { type Figure, plot } from "../../mod.ts";

/** A run: how long, how many pictures to a step, how many copies of each, and what came of it. */
export interface PlantRun {
  /** Thousands of steps. */
  readonly thousands: number;
  readonly batch: number;
  readonly copies: number;
  /** Accuracy in percent for each of {@linkcode organs}. */
  readonly of: readonly number[];
}

/** What the pictures show. */
export const organs = [
  "Branch",
  "Entire",
  "Flower",
  "Fruit",
  "Leaf",
  "LeafScan",
  "Stem",
  "Overall",
];

/** Ghazi, Yanikoglu and Aptoula 2017. */
export const plants: readonly PlantRun[] = ([
  [100, 20, 10, [44.09, 38.36, 67.93, 57.65, 60.57, 94.16, 37.01, 61.06]],
  [300, 20, 10, [55.08, 46.05, 76.23, 67.96, 68.07, 95.77, 45.76, 68.57]],
  [500, 20, 10, [55.02, 47.66, 76.43, 69.11, 69.13, 95.58, 45.49, 69.11]],
  [100, 40, 10, [45.63, 41.03, 70.05, 61.23, 60.73, 93.20, 36.49, 62.48]],
  [100, 60, 10, [50.98, 41.09, 73.07, 63.59, 65.50, 94.19, 41.52, 65.18]],
  [100, 20, 80, [54.01, 48.06, 73.38, 64.99, 68.63, 94.85, 39.84, 67.32]],
  [300, 60, 80, [67.56, 60.28, 83.30, 76.88, 76.30, 96.93, 54.33, 76.87]],
] as const).map(([thousands, batch, copies, of]) => ({ thousands, batch, copies, of }));

/** What a run is called. */
export const runName = ({ thousands, batch, copies }: PlantRun) =>
  `${thousands}K steps, batch ${batch}, ${copies} copies`;

const size = { width: 860, colorBar: false, layout: { margin: { l: 200 } } };

/** The table as a heat map. */
export function accuracyChart(): Figure {
  return plot.heatmap(plants.map((run) => run.of), {
    xLabels: organs,
    yLabels: plants.map(runName),
    annotate: 2,
    colorScale: [[0, "#ffffff"], [1, "#4292c6"]],
    zMin: 30,
    zMax: 100,
    title: "Plant identification: accuracy (%)",
    height: 380,
    ...size,
  });
}

/** What each change gained at each organ, white where nothing. */
export function gainChart(
  lessons: readonly { readonly lesson: string; readonly gains: readonly number[] }[],
): Figure {
  return plot.heatmap(lessons.map(({ gains }) => gains), {
    xLabels: organs,
    yLabels: lessons.map(({ lesson }) => lesson),
    annotate: 1,
    symmetric: true,
    zMin: -25,
    zMax: 25,
    title: "Points gained against 100K steps, batch 20, 10 copies",
    height: 340,
    ...size,
  });
}
