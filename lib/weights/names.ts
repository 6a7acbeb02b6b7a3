/**
 * How files name weights.
 *
 * @module
 */
import type { LayerView } from "../nn/placement.ts";
import type { StoredWeight } from "../nn/weight.ts";
import type { WeightFile } from "./weight_file.ts";

/** The file's names of layers or weights, by those of the model. */
export type WeightNames =
  | ReadonlyMap<string, string>
  | Readonly<Record<string, string>>
  | ((name: string) => string | undefined);

/** A name that a weight may have in a file, and whether it then has channels first. */
export interface Spelling {
  readonly name: string;
  readonly channelsFirst: boolean;
}

/**
 * PyTorch counts the steps of a batch normalisation and of an averaged model, Keras keeps the state of
 * a dropout's random numbers; nothing depends on them here.
 */
const counters =
  /(^|[./])(num_batches_tracked|n_averaged|seed_generator[./](vars[./]\d+|seed_generator_state))$/;

/** Whether a tensor of that name only counts. */
export const isCounter = (name: string): boolean => counters.test(name);

/**
 * Keras separates a layer from its weight by a slash, the others by a dot. The weight may be called
 * "vars/0", by its number.
 */
export function canonical(name: string): string {
  return name.replace(/:0$/, "").replace(/[./](vars\/\d+|[^./]+)$/, ".$1");
}

/** The names that a layer's weight may have in a file, the likeliest first. */
export function spellingsOf(
  layer: LayerView,
  key: string,
  names: WeightNames,
  format: WeightFile["format"],
): Spelling[] {
  const rename = renamer(names);
  const number = [...layer.weights.keys()].indexOf(key);
  const keys = keysOf(layer, key, number, layer.weights.get(key)!.stored);
  const given = rename(`${layer.name}.${key}`);
  const prefix = rename(layer.name) ?? layer.name;
  const usual = keys.map(([spelled, channelsFirst]) => ({
    name: canonical(`${prefix}.${spelled}`),
    channelsFirst,
  }));
  if (given === undefined) return usual;
  const name = canonical(given);
  // A name that the caller gave: only Keras, or one that says "kernel", has channels last.
  const channelsFirst = format !== "keras" &&
    !keys.some(([spelled, first]) => !first && name.endsWith(`.${spelled}`));
  // A function, such as one that puts a prefix before all names, may have meant layers alone.
  return [{ name, channelsFirst }, ...typeof names === "function" ? usual : []];
}

/** PyTorch's name for a weight, Keras', its own and (Keras 3) its number. */
function keysOf(
  { type, config }: LayerView,
  key: string,
  number: number,
  { pytorch, keras }: StoredWeight,
): (readonly [key: string, channelsFirst: boolean])[] {
  const isDepthwise = type === "conv2d" && key === "kernel" && config.groups !== 1;
  return [
    ...pytorch === undefined ? [] : [[pytorch, true] as const],
    ...[keras, key, isDepthwise ? "depthwise_kernel" : undefined, `vars/${number}`]
      .flatMap((name) => name === undefined ? [] : [[name, false] as const]),
  ];
}

function renamer(names: WeightNames): (name: string) => string | undefined {
  if (typeof names === "function") return names;
  if (names instanceof Map) return (name) => names.get(name);
  const record = names as Readonly<Record<string, string>>;
  return (name) => Object.hasOwn(record, name) ? record[name] : undefined;
}
