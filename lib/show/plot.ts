/**
 * Figures of the things that one looks at in deep learning: curves, distributions, matrices, images,
 * filters, loss surfaces, decision boundaries.
 *
 * @module
 */
export { bar, type BarOptions, type BarSeries } from "./plot/bar.ts";
export { confusion, type ConfusionCounts, type ConfusionOptions } from "./plot/confusion.ts";
export { contour, type ContourOptions } from "./plot/contour.ts";
export {
  decisionBoundary,
  type DecisionBoundaryOptions,
  type LabelledPoints,
  type PointClassifier,
} from "./plot/decision_boundary.ts";
export { featureMaps, type FeatureMapsOf, type FeatureMapsOptions } from "./plot/feature_maps.ts";
export { filters, type FiltersOptions } from "./plot/filters.ts";
export { grid, type GridOptions } from "./plot/grid.ts";
export { heatmap, type HeatmapOptions } from "./plot/heatmap.ts";
export { histogram, type HistogramOptions, type HistogramSeries } from "./plot/histogram.ts";
export {
  history,
  type HistoryEpoch,
  type HistoryLike,
  type HistoryMetric,
  type HistoryOptions,
} from "./plot/history.ts";
export { imageOf, images, type ImagesLike, type ImagesOptions } from "./plot/images.ts";
export type {
  Landscape,
  LandscapeFunction,
  LandscapeGrid,
  LandscapeOptions,
  NamedPath,
  Path,
} from "./plot/landscape.ts";
export { learningRates, type LearningRatesLike } from "./plot/learning_rates.ts";
export { line, type LineOptions, scatter, type ScatterOptions } from "./plot/line.ts";
export { type ModelEntry, type ModelPoint, models, type ModelsOptions } from "./plot/models.ts";
export type { Matrix, Numbers } from "./plot/numbers.ts";
export type {
  AxesOptions,
  CartesianOptions,
  ColorScale,
  FigureOptions,
} from "./plot/plot_options.ts";
export type { PictureOptions } from "./plot/mosaic.ts";
export type { PixelRange } from "./plot/pixels.ts";
export { overlay, type OverlayOptions } from "./plot/overlay.ts";
export { profile, type ProfileLike } from "./plot/profile.ts";
export { receptiveField, type ReceptiveFieldOptions } from "./plot/receptive_field.ts";
export type { Dash, Series, SeriesLike, SeriesMode } from "./plot/series.ts";
export { steps, type StepsOptions } from "./plot/steps.ts";
export { surface, type SurfaceOptions } from "./plot/surface.ts";
export { neuron, type NeuronOf, type NeuronOptions } from "./plot/neuron.ts";
export { type RankedLabel, topLabels, type TopLabelsOptions } from "./plot/top_labels.ts";
export { units, type UnitsOf, type UnitsOptions } from "./plot/units.ts";
export { volumes, type VolumesOptions } from "./plot/volumes.ts";
