import { formatShape, sameShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Network } from "../nn/network.ts";
import type { LayerView } from "../nn/placement.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import type { StoredWeight, Weight } from "../nn/weight.ts";
import type { WeightFile, WeightTensor } from "./weight_file.ts";
import { readOutputsLast } from "./layout.ts";
import { isFloating } from "./element_types.ts";
import { type MatchedWeight, type NamedShape, type WeightReport, weightReport } from "./report.ts";

/** The file's names of layers or weights, by those of the model. */
export type WeightNames =
  | ReadonlyMap<string, string>
  | Readonly<Record<string, string>>
  | ((name: string) => string | undefined);

/** A weight with the numbers that it will get. */
export interface Assignment {
  readonly weight: Weight;
  /** Reads them, in the model's layout. */
  read(): Promise<Float32Array<ArrayBuffer>>;
}

/** How a file may name a weight within its layer, and whether it then has channels first. */
type Spelling = readonly [key: string, channelsFirst: boolean];

/** PyTorch's name for a weight, Keras', its own and (Keras 3) its number. */
function spellingsOf(key: string, number: number, { pytorch, keras }: StoredWeight): Spelling[] {
  return [
    ...pytorch === undefined ? [] : [[pytorch, true] as const],
    ...[keras, key, `vars/${number}`].flatMap((name) =>
      name === undefined ? [] : [[name, false] as const]
    ),
  ];
}

/** Names of modules around a whole network. */
const wrappers = ["module.", "_orig_mod.", "model."];

/**
 * PyTorch counts the steps of a batch normalisation and of an averaged model, Keras keeps the state of
 * a dropout's random numbers; nothing depends on them here.
 */
const counters =
  /(^|[./])(num_batches_tracked|n_averaged|seed_generator[./](vars[./]\d+|seed_generator_state))$/;

/** Finds the tensor of each weight, and what is left over on either side. */
export function matchWeights(
  model: Network,
  file: WeightFile,
  names: WeightNames = {},
  ignore: readonly RegExp[] = [],
): { report: WeightReport; assignments: Assignment[] } {
  const left = new Map<string, WeightTensor>();
  const ignored: string[] = [];
  for (const [name, tensor] of unwrapped(file, model)) {
    if (counters.test(name)) ignored.push(tensor.name);
    else left.set(canonical(name), tensor);
  }
  const matched: MatchedWeight[] = [];
  const missing: NamedShape[] = [];
  const misshapen: WeightReport["misshapen"][number][] = [];
  const assignments: Assignment[] = [];
  for (const layer of model.layers) {
    for (const [key, weight] of layer.weights) {
      const found = findTensor(layer, key, names, left, file.format);
      if (found === undefined) {
        missing.push({ name: weight.name, shape: weight.shape });
        continue;
      }
      const { name, tensor, channelsFirst } = found;
      left.delete(name);
      const fit = fitting(model, layer, weight, tensor, channelsFirst);
      const pair = { weight: weight.name, tensor: tensor.name };
      if ("expected" in fit) {
        if (ignoring(ignore, name)) ignored.push(tensor.name);
        else misshapen.push({ ...pair, ...fit });
      } else {
        matched.push({ ...pair, shape: tensor.shape });
        assignments.push({ weight, read: fit.read });
      }
    }
  }
  const unexpected: NamedShape[] = [];
  for (const [key, { name, shape }] of left) {
    if (ignoring(ignore, key)) ignored.push(name);
    else unexpected.push({ name, shape });
  }
  const report = { source: file.where, matched, missing, unexpected, misshapen, ignored };
  return { report: weightReport(report), assignments };
}

/** The file's tensors by name, without a prefix that all of them have and the model has not. */
function unwrapped(file: WeightFile, model: Network): Map<string, WeightTensor> {
  let tensors = new Map(file.tensors);
  for (const prefix of wrappers) {
    const all = [...tensors.keys()].every((name) => name.startsWith(prefix) || counters.test(name));
    if (!all || model.layers.some(({ name }) => name.startsWith(prefix))) continue;
    const unprefixed = (name: string) => name.startsWith(prefix) ? name.slice(prefix.length) : name;
    tensors = new Map(Array.from(tensors, ([name, tensor]) => [unprefixed(name), tensor]));
  }
  return tensors;
}

/**
 * Keras separates a layer from its weight by a slash, the others by a dot. The weight may be called
 * "vars/0", by its number.
 */
function canonical(name: string): string {
  return name.replace(/:0$/, "").replace(/[./](vars\/\d+|[^./]+)$/, ".$1");
}

/** Also right for a pattern that is global or sticky, which remembers where it was. */
const ignoring = (patterns: readonly RegExp[], name: string) =>
  patterns.some((pattern) => name.search(pattern) >= 0);

function renamer(names: WeightNames): (name: string) => string | undefined {
  if (typeof names === "function") return names;
  if (names instanceof Map) return (name) => names.get(name);
  const record = names as Readonly<Record<string, string>>;
  return (name) => Object.hasOwn(record, name) ? record[name] : undefined;
}

function findTensor(
  layer: LayerView,
  key: string,
  names: WeightNames,
  left: ReadonlyMap<string, WeightTensor>,
  format: WeightFile["format"],
) {
  const rename = renamer(names);
  const number = [...layer.weights.keys()].indexOf(key);
  const spellings = spellingsOf(key, number, layer.weights.get(key)!.stored);
  const weight = rename(`${layer.name}.${key}`);
  if (weight !== undefined) {
    const name = canonical(weight);
    const tensor = left.get(name);
    if (tensor !== undefined) {
      // A name that the caller gave: only Keras, or one that says "kernel", has channels last.
      const channelsFirst = format !== "keras" &&
        !spellings.some(([key, first]) => !first && name.endsWith(`.${key}`));
      return { name, tensor, channelsFirst };
    }
    // A function, such as one that puts a prefix before all names, may have meant layers alone.
    if (typeof names !== "function") return undefined;
  }
  const prefix = rename(layer.name) ?? layer.name;
  for (const [key, channelsFirst] of spellings) {
    const name = canonical(`${prefix}.${key}`);
    const tensor = left.get(name);
    if (tensor !== undefined) return { name, tensor, channelsFirst };
  }
  return undefined;
}

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
  const fits = kernel ? sameKernel(wanted, tensor.shape) : sameShape(weight.shape, tensor.shape);
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
