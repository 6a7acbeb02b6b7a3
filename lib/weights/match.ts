import { formatShape, sameShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Network } from "../nn/network.ts";
import type { LayerView } from "../nn/placement.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import type { Weight } from "../nn/weight.ts";
import type { WeightFile, WeightTensor } from "./weight_file.ts";
import { chooseTensors } from "./choose.ts";
import { readOutputsLast } from "./layout.ts";
import { isCounter, spellingsOf, type WeightNames } from "./names.ts";
import { isFloating } from "./element_types.ts";
import { type MatchedWeight, type NamedShape, type WeightReport, weightReport } from "./report.ts";

/** A weight with the numbers that it will get. */
export interface Assignment {
  readonly weight: Weight;
  /** Reads them, in the model's layout. */
  read(): Promise<Float32Array<ArrayBuffer>>;
}

/** How a model's weights are looked for in a file. */
export interface Matching {
  /** The file's names by the model's. */
  readonly map?: WeightNames | undefined;
  /** Tensors that the model need not have. */
  readonly ignore?: readonly RegExp[];
  /** Layers whose weights stay as they are, whatever the file says of them. */
  readonly keep?: readonly string[] | undefined;
  /** Which of the sets of tensors in the file are meant. */
  readonly part?: string | undefined;
}

/** Finds the tensor of each weight, and what is left over on either side. */
export function matchWeights(
  model: Network,
  file: WeightFile,
  { map = {}, ignore = [], keep = [], part }: Matching = {},
): { report: WeightReport; assignments: Assignment[] } {
  const keptLayers = new Set(keep.map((name) => model.layer(name).name));
  const all = model.layers.flatMap((layer) =>
    Array.from(layer.weights, ([key, weight]) => {
      const spellings = spellingsOf(layer, key, map, file.format);
      return { layer, weight, spellings };
    })
  );
  const { kept: toKeep = [], loaded: weights = [] } = Object.groupBy(
    all,
    ({ layer }) => keptLayers.has(layer.name) ? "kept" : "loaded",
  );
  const wanted = weights.map(({ weight, spellings }) => ({
    names: spellings.map(({ name }) => name),
    size: sizeOf(weight.shape),
  }));
  const choice = chooseTensors(file, wanted, part);
  const left = new Map<string, WeightTensor>();
  const ignored: string[] = [];
  for (const [name, tensor] of choice.tensors) {
    if (isCounter(name)) ignored.push(tensor.name);
    else left.set(name, tensor);
  }
  const matched: MatchedWeight[] = [];
  const missing: NamedShape[] = [];
  const misshapen: WeightReport["misshapen"][number][] = [];
  const assignments: Assignment[] = [];
  for (const { layer, weight, spellings } of weights) {
    const found = spellings.find(({ name }) => left.has(name));
    if (found === undefined) {
      missing.push({ name: weight.name, shape: weight.shape });
      continue;
    }
    const { name, channelsFirst } = found, tensor = left.get(name)!;
    left.delete(name);
    const fit = fitting(model, layer, weight, tensor, channelsFirst);
    const pair = { weight: weight.name, tensor: tensor.name };
    if ("expected" in fit) {
      if (ignoring(ignore, name, tensor.name)) ignored.push(tensor.name);
      else misshapen.push({ ...pair, ...fit });
    } else {
      matched.push({ ...pair, shape: tensor.shape });
      assignments.push({ weight, read: fit.read });
    }
  }
  // What the file has in place of weights that stay.
  for (const { spellings } of toKeep) {
    for (const { name } of spellings) {
      const tensor = left.get(name);
      if (tensor !== undefined) ignored.push(tensor.name);
      left.delete(name);
    }
  }
  const unexpected: NamedShape[] = [];
  for (const [key, { name, shape }] of left) {
    if (ignoring(ignore, key, name)) ignored.push(name);
    else unexpected.push({ name, shape });
  }
  const report = {
    source: file.where,
    part: choice.part,
    parts: [...file.parts.keys()],
    matched,
    missing,
    unexpected,
    misshapen,
    kept: toKeep.map(({ weight: { name, shape } }) => ({ name, shape })),
    ignored,
  };
  return { report: weightReport(report), assignments };
}

/** Also right for a pattern that is global or sticky, which remembers where it was. */
const ignoring = (patterns: readonly RegExp[], ...names: readonly string[]) =>
  patterns.some((pattern) => names.some((name) => name.search(pattern) >= 0));

/** How a tensor is read into a weight, or what does not fit. */
function fitting(
  model: Network,
  layer: LayerView,
  weight: Weight,
  tensor: WeightTensor,
  channelsFirst: boolean,
): Pick<Assignment, "read"> | { expected: string; found: string } {
  const found = formatShape(tensor.shape);
  const { order } = weight.stored;
  const kernel = order === "kernel" && channelsFirst;
  // Only a flatten tells the orders of a vector or of a dense layer's inputs apart.
  const image = channelsFirst ? flattenedImage(model, layer.name) : undefined;
  const wanted = kernel ? channelsFirstShape(weight.shape, image) : weight.shape;
  const shape = kernel && weight.shape.length === 2 ? [wanted[0]!, weight.shape[0]!] : wanted;
  if (!isFloating(tensor.type)) {
    return { expected: `floating-point ${formatShape(shape)}`, found: `${tensor.type} ${found}` };
  }
  const fits = kernel
    ? sameKernel(wanted, tensor.shape)
    : sameShape(weight.shape, tensor.shape) || order === "kernel" &&
        isDepthwise(layer, weight.shape, tensor.shape);
  if (!fits) return { expected: formatShape(shape), found };
  if (kernel) {
    const [outputs, ...inputs] = wanted as [number, number, number, number];
    return { read: () => readOutputsLast(tensor, outputs, inputs) };
  }
  if (image !== undefined && order === "features") {
    const [height, width, channels] = image;
    return { read: () => readOutputsLast(tensor, 1, [channels, height, width]) };
  }
  return { read: async () => await tensor.read() as Float32Array<ArrayBuffer> };
}

/** The shape [outputs, channels, height, width] of a kernel [height, width, channels, outputs]. */
function channelsFirstShape(kernel: Shape, image: Flattened | undefined): Shape {
  if (kernel.length === 2) {
    const [inputs, outputs] = kernel as [number, number];
    const [height, width, channels] = image ?? [1, 1, inputs];
    return [outputs, channels, height, width];
  }
  const [height, width, channels, outputs] = kernel as [number, number, number, number];
  return [outputs, channels, height, width];
}

/** A kernel may be stored with its inputs in one axis: a dense layer, or a 1x1 convolution as one. */
function sameKernel(wanted: Shape, found: Shape): boolean {
  return sameShape(wanted, found) || sameShape([wanted[0]!, sizeOf(wanted.slice(1))], found);
}

/**
 * Keras keeps a depthwise kernel as [height, width, channels, outputs of each]. The numbers stand in
 * the order of [height, width, 1, outputs] already.
 */
function isDepthwise({ config }: LayerView, wanted: Shape, found: Shape): boolean {
  const [height, width, channels, multiple] = found;
  return found.length === 4 &&
    (channels === config.groups || multiple === config.depthMultiplier) &&
    sameShape(wanted, [height!, width!, 1, channels! * multiple!]);
}

type Flattened = readonly [height: number, width: number, channels: number];

/** The image that a layer's input is the flattening of, directly or through layers that keep it. */
function flattenedImage(model: Network, layer: string): Flattened | undefined {
  let value: SymbolicValue | undefined = model.output(layer).sources[0];
  while (value !== undefined && value.shape.length === 1) {
    const source: SymbolicValue | undefined = value.sources[0];
    if (source === undefined || sizeOf(source.shape) !== value.shape[0]) return undefined;
    if (source.shape.length === 3) return source.shape as [number, number, number];
    const mixes = Object.values(value.layer?.weights ?? {}).some(({ shape }) => shape.length > 1);
    if (source.shape.length !== 1 || value.sources.length !== 1 || mixes) return undefined;
    value = source;
  }
  return undefined;
}
