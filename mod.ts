/**
 * Striate: deep learning for Deno, on WebGPU or on WebAssembly threads.
 *
 * ```ts
 * import { digits, sequential, sgd } from "@striate/striate";
 *
 * const { train, test } = digits({ train: 1280, test: 200 });
 * const lenet = sequential([28, 28, 1])
 *   .conv2d(6, 5, { padding: "same" }).tanh().averagePool2d(2)
 *   .conv2d(16, 5).tanh().averagePool2d(2)
 *   .flatten().dense(120).tanh().dense(84).tanh().dense(10);
 *
 * await lenet.fit(train, {
 *   batchSize: 128,
 *   optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
 *   validation: test,
 * });
 * console.log(await lenet.evaluate(test)); // { loss, top1, topK, top5 }
 * console.log(String(lenet.summary()));
 * ```
 *
 * @module
 */

// Tensors: numbers in rows and columns, their functions and gradients; lazy, and run as one program.
export type { DType, NumberArray, TensorData, TypedArrayOf } from "./lib/core/dtype.ts";
export { Random } from "./lib/core/random.ts";
export type { Shape } from "./lib/core/shape.ts";
export type { Axes } from "./lib/tensor/arguments.ts";
export { concatenate, stack, where } from "./lib/tensor/combine.ts";
export { Tensor, type TensorLike } from "./lib/tensor/tensor.ts";
export type { NestedArray } from "./lib/tensor/print.ts";
export {
  arange,
  eye,
  full,
  iota,
  linspace,
  oneHot,
  ones,
  randomNormal,
  type RandomOptions,
  randomUniform,
  setSeed,
  tensor,
  zeros,
} from "./lib/tensor/create.ts";
export * from "./lib/tensor/functions.ts";
export { resize2d, type Resize2dOptions } from "./lib/tensor/resize.ts";
export * from "./lib/tensor/gradient.ts";
export { type BackwardFunction, withGradient } from "./lib/tensor/with_gradient.ts";
export { jit } from "./lib/tensor/jit.ts";
export { randomKey } from "./lib/tensor/random_key.ts";
export { mapTree, type Tree } from "./lib/tensor/tree.ts";
export { Variable } from "./lib/tensor/variable.ts";

// Devices: where it all runs, what a device can be, and what may go wrong there.
export { ChecksumError, DeviceError, DivergenceError } from "./lib/core/errors.ts";
export type { AnyOption, AnySchema } from "./lib/core/options.ts";
export type { Collective } from "./lib/graph/kernel.ts";
export type * from "./lib/device/device.ts";
export { registerDevice } from "./lib/device/registry.ts";
export { defaultRuntime, device, openRuntime, Runtime, setDevice } from "./lib/tensor/runtime.ts";

// Processes: one training by several processes, on one machine or on many.
export type { Group, Traffic } from "./lib/parallel/group.ts";
export { joinProcesses } from "./lib/parallel/join.ts";
export type { JoinOptions } from "./lib/parallel/join_options.ts";
export { MpiError } from "./lib/parallel/mpi_error.ts";

// Layers: what networks are made of, and layers of one's own.
export * as initializers from "./lib/nn/initializers.ts";
export type { Fans, Initializer, InitializerLike } from "./lib/nn/initializer.ts";
export * as layers from "./lib/nn/layers.ts";
export type {
  ActivationName,
  ActivationOptions,
  AveragePool2dOptions,
  BatchNormOptions,
  BatchRenormOptions,
  Conv2dOptions,
  ConvTranspose2dOptions,
  DepthwiseConv2dOptions,
  DepthwiseMoves,
  KernelOptions,
  LayerOptions,
  MaxPool2dOptions,
  NormalizationOptions,
  RenormSteps,
  SeparableConv2dOptions,
  StochasticDepthOptions,
  Upsample2dOptions,
} from "./lib/nn/layers.ts";
export {
  type CallContext,
  type Config,
  defineLayer,
  Layer,
  type LayerRole,
  type LayerType,
  type WholeBatch,
} from "./lib/nn/layer.ts";
export { type LayerCalls, LayerMethods } from "./lib/nn/fluent.ts";

// Models: networks with weights: built, looked at, used, saved and loaded.
export type { Architecture } from "./lib/nn/architecture.ts";
export type { Applied, ApplyOptions, Weights } from "./lib/nn/apply.ts";
export { Network } from "./lib/nn/network.ts";
export { PortableNetwork } from "./lib/train/portable_network.ts";
export type { LayerView, PlacedLayer } from "./lib/nn/placement.ts";
export type { ReceptiveField } from "./lib/nn/receptive_field.ts";
export type { Summary, SummaryRow } from "./lib/nn/summary.ts";
export type { ByName, EndNames, TensorInputs } from "./lib/nn/end_names.ts";
export { input, type InputOptions, SymbolicValue } from "./lib/nn/symbolic.ts";
export { type StoredWeight, Weight, type WeightType } from "./lib/nn/weight.ts";
export type { LayerWindow, LayerWindows } from "./lib/nn/window.ts";
export { loadModel } from "./lib/train/load_model.ts";
export { model, type ModelOf, sequential } from "./lib/train/make_model.ts";
export { Model } from "./lib/train/model.ts";
export { extractFeatures, type ExtractFeaturesOptions } from "./lib/train/extract_features.ts";
export { type NewClasses, replaceHead, type ReplaceHeadOptions } from "./lib/train/replace_head.ts";

// Training: losses, metrics, optimizers, learning rates, and what a training tells.
export {
  ema,
  type EmaOptions,
  swa,
  type SwaOptions,
  type WeightAverage,
} from "./lib/train/weight_average.ts";
export type { EarlyStopping } from "./lib/train/early_stopping.ts";
export type { EpochRecord, Progress } from "./lib/train/epoch_record.ts";
export { History, type HistoryData } from "./lib/train/history.ts";
export { LearningRateCurve } from "./lib/train/learning_rate_curve.ts";
export { Profile } from "./lib/profile/profile.ts";
export type {
  LaunchProfile,
  LayerProfile,
  Profiled,
  ProfileData,
  ProfilePart,
} from "./lib/profile/profiled.ts";
export type { Ceilings } from "./lib/profile/ceilings.ts";
export type { TraceEvent } from "./lib/profile/chrome_trace.ts";
export type { ProfileOptions } from "./lib/train/profile_model.ts";
export type { LearningRateFinderOptions } from "./lib/train/learning_rate_finder.ts";
export type { ByOutput } from "./lib/train/by_output.ts";
export type { ClassWeights, WeightsOfClasses } from "./lib/train/class_weights.ts";
export type { LossConfig, LossesLike, LossFunction, LossLike, LossName } from "./lib/train/loss.ts";
export type { Answer, MeasuredOutput, Metric, Metrics, OutputMetrics } from "./lib/train/metric.ts";
export type {
  MetricLike,
  MetricName,
  MetricsLike,
  MetricsOfOutput,
} from "./lib/train/metric_options.ts";
export * as metrics from "./lib/train/metrics.ts";
export type {
  EvaluateOptions,
  FitOptions,
  ModelOptions,
  PredictOptions,
  TrainOnBatchOptions,
} from "./lib/train/training_options.ts";
export {
  defineOptimizer,
  Optimizer,
  type OptimizerOptions,
  type OptimizerRule,
  type OptimizerState,
  type Updated,
} from "./lib/train/optimizer.ts";
export {
  adadelta,
  adagrad,
  adam,
  type AdamOptions,
  adamW,
  lamb,
  lion,
  rmsprop,
  sgd,
  type SgdOptions,
} from "./lib/train/optimizers.ts";
export {
  bySteps,
  constantRate,
  cosineDecay,
  divideOnPlateau,
  exponentialDecay,
  type LearningRate,
  multiStepDecay,
  oneCycle,
  polynomialDecay,
  type Schedule,
  scheduleOf,
  stepDecay,
  warmUp,
} from "./lib/train/learning_rate.ts";
export type { ExampleUnit } from "./lib/train/format.ts";
export type { ProgressDisplay, RunLength } from "./lib/train/progress.ts";

// Data: data sets that are drawn, downloaded, or one's own, from arrays or as a stream.
export { Dataset, makeDataset } from "./lib/train/dataset.ts";
export { IndexedExamples } from "./lib/train/indexed_examples.ts";
export type {
  Batch,
  Batches,
  BatchesOptions,
  Draw,
  DrawOptions,
  Example,
  ExampleTransform,
  Field,
  ParallelMapOptions,
  ReadExample,
  Reading,
  SamplingOptions,
  Schema,
  SchemaTransform,
  Share,
  SplitOptions,
  TensorBatch,
} from "./lib/train/dataset.ts";
export * from "./lib/train/array_dataset.ts";
export { DataStream, type StreamBatchesOptions, type StreamSource } from "./lib/train/stream.ts";
export * from "./data/mod.ts";

// Images: photographs from files: decoded, resized, labelled, as data to learn from.
export type {
  ImageSize,
  Normalization,
  Preprocessing,
  SizeRounding,
  SquarePreprocessing,
} from "./lib/core/preprocessing.ts";
export { centerCrop, cropImage, mirrorImage, tenCrop } from "./lib/vision/crop.ts";
export { decodeImage, type DecodeOptions } from "./lib/vision/decode.ts";
export type { ByteImage, RgbImage } from "./lib/vision/image.ts";
export { prepareImage, type ViewOptions } from "./lib/vision/views.ts";
export { type ResizeFilter, resizeImage, resizeShorterSide } from "./lib/vision/resize_image.ts";
export {
  ImageDataset,
  imageDataset,
  type ImageDatasetOptions,
} from "./lib/images/image_dataset.ts";
export type { LabelledImage } from "./lib/images/image_classes.ts";
export type { AugmentOptions } from "./lib/images/image_augmentation.ts";
export {
  imageFolder,
  type ImageFolderOptions,
  type ImageParts,
} from "./lib/images/image_folder.ts";
export type { ImageOptions, KeptImageOptions } from "./lib/images/image_options.ts";
export { imageStream, type ImageStreamOptions } from "./lib/images/image_stream.ts";
export * from "./lib/images/image_source.ts";
export type { Synsets } from "./lib/images/labels.ts";
export { openImages, type OpenImagesOptions } from "./lib/images/open_images.ts";
export { shardsOf, webDataset } from "./lib/images/webdataset.ts";

// Augmentation: images changed at random.
export * as augmentation from "./lib/augment/mod.ts";

// Zoo: known networks, from LeNet to SENet.
export { alexnet, alexnet2012, type Alexnet2012Options } from "./lib/zoo/alexnet.ts";
export {
  cifarResnet,
  type CifarResnetDepth,
  type CifarResnetOptions,
} from "./lib/zoo/cifar_resnet.ts";
export { type AuxiliaryOptions, googlenet } from "./lib/zoo/googlenet.ts";
export { googlenetBn } from "./lib/zoo/googlenet_bn.ts";
export { type InceptionFilters, inceptionModule } from "./lib/zoo/inception_module.ts";
export { inceptionV3 } from "./lib/zoo/inception_v3.ts";
export { lenet1998 } from "./lib/zoo/lenet1998.ts";
export { lenet5 } from "./lib/zoo/lenet5.ts";
export { mlp, type MlpOptions } from "./lib/zoo/mlp.ts";
export type { ArchitectureOptions } from "./lib/zoo/architecture_options.ts";
export { resnet, type ResnetDepth, type ResnetOptions } from "./lib/zoo/resnet.ts";
export { resnext50 } from "./lib/zoo/resnext.ts";
export { senet154, seResnet, type SeResnetOptions, seResnext50 } from "./lib/zoo/senet.ts";
export { squeezeExcite } from "./lib/zoo/squeeze_excite.ts";
export {
  squeezenet,
  squeezenetCaffeNames,
  type SqueezenetOptions,
  type SqueezenetVersion,
} from "./lib/zoo/squeezenet.ts";
export { vgg, type VggDepth, type VggOptions } from "./lib/zoo/vgg.ts";
export { zfnet } from "./lib/zoo/zfnet.ts";
export { type CaffeForm, ZooEntry } from "./lib/zoo/entry.ts";
export { type Published, PublishedWeights } from "./lib/zoo/published.ts";
export { publishedWeights, zoo, zooEntry } from "./lib/zoo/zoo.ts";

// Weights: files of weights, of this library and of others.
export type { ElementType } from "./lib/weights/element_types.ts";
export type { WeightFile, WeightTensor } from "./lib/weights/weight_file.ts";
export { loadWeights, type LoadWeightsOptions } from "./lib/weights/load.ts";
export type { WeightNames } from "./lib/weights/names.ts";
export { openWeights, type OpenWeightsOptions } from "./lib/weights/open.ts";
export {
  type MatchedWeight,
  type MisshapenWeight,
  type NamedShape,
  WeightMismatchError,
  type WeightReport,
} from "./lib/weights/report.ts";
export type { TensorForm } from "./lib/core/safetensors/header.ts";
export { type WritableTensor, writeSafetensors } from "./lib/core/safetensors/write.ts";
export { saveWeights } from "./lib/weights/save.ts";

// Evaluation: how good a network is: top-1 and top-5, confusions, the nearest images.
export {
  classifyImage,
  type ClassifyImageOptions,
  type FoundClass,
} from "./lib/evaluate/classify.ts";
export * from "./lib/evaluate/confusion.ts";
export * from "./lib/evaluate/evaluate.ts";
export type { EvaluationOptions, EvaluationProgress } from "./lib/evaluate/evaluation_options.ts";
export { type Interval, wilsonInterval } from "./lib/evaluate/interval.ts";
export type { JournalHeader } from "./lib/evaluate/journal.ts";
export {
  type OpenNetwork,
  openNetwork,
  type OpenNetworkOptions,
} from "./lib/evaluate/open_network.ts";
export { FeatureIndex, featureIndex, nearest, type Neighbor } from "./lib/evaluate/nearest.ts";
export type { Evaluation } from "./lib/evaluate/tally.ts";
export { type Ranked, topK } from "./lib/evaluate/top_k.ts";

// Explain: what a network looks at, and what its units have learnt.
export * as explain from "./lib/explain/mod.ts";

// Plots: charts, pictures and tables.
import "./lib/show/notebook.ts";
import "./lib/show/register.ts";
export { type Displayable, jupyterDisplay, type MimeBundle } from "./lib/show/bundle.ts";
export { Figure } from "./lib/show/figure.ts";
export { PendingFigure } from "./lib/show/pending_figure.ts";
export type { FigureData, Frame, Layout, Trace } from "./lib/show/figure_data.ts";
export { drawGraph, type GraphOptions } from "./lib/show/graph.ts";
export { Picture, type PictureData } from "./lib/show/picture.ts";
export * as plot from "./lib/show/plot.ts";
export { type Channels, encodePng } from "./lib/plotly_svg/mod.ts";
export { show } from "./lib/show/show.ts";
export * as widgets from "./lib/show/widgets.ts";
export { type Align, Table, table, type TableOptions, type TableRow } from "./lib/show/table.ts";
