/**
 * Blocks of layers by name: "layer2" stands for "layer2.0.conv1" and all others of which it is the
 * beginning, up to a "." or "/".
 *
 * @module
 */
import { describeValue, wrongType } from "../core/errors.ts";
import { required, text } from "../core/option_kinds.ts";
import { options } from "../core/options.ts";
import { nearestName, unknownName } from "../core/suggest.ts";
import { orderBy } from "../graph/node.ts";
import type { PlacedLayer, Placement } from "./placement.ts";
import type { SymbolicValue } from "./symbolic.ts";

type Placed = ReadonlyMap<string, PlacedLayer>;

/** Whether a layer is of that name, or belongs to the block of that name. */
export const isWithin = (name: string, block: string): boolean =>
  name === block || name.startsWith(block) && /[./]/.test(name[block.length]!);

/** The names of all blocks and layers, the blocks first. */
export function blocksAndLayers(layers: Iterable<string>): string[] {
  const names = [...layers];
  const blocks = names.flatMap((name) => {
    const parts = name.split(/(?=[./])/);
    return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join(""));
  });
  return [...new Set([...blocks, ...names])];
}

/**
 * The layers that a name stands for: one, or those of a block.
 *
 * @throws {RangeError} if there are none; the message lists what there is
 */
export function layersOf(layers: Placed, name: string): PlacedLayer[] {
  if (typeof name !== "string") throw wrongType("layer", "a name", describeValue(name));
  const found = [...layers.values()].filter((layer) => isWithin(layer.name, name));
  if (found.length > 0) return found;
  throw new RangeError(unknownLayer(name, [...layers.keys()]));
}

/** So many names are listed; of more, those of the blocks alone. */
const mostNames = 20;

/** The sentence for a name of no layer: the nearest, or what there is. */
function unknownLayer(name: string, layers: readonly string[]): string {
  const all = blocksAndLayers(layers);
  if (all.length <= mostNames) return unknownName("layer", name, all);
  // A part of a name may be meant.
  const partOf = (layer: string) => layer.split(/[./]/).at(-1)!;
  const near = nearestName(name, all) ?? all.find((layer) => partOf(layer) === name);
  const guess = near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
  const blocks = all.slice(0, all.length - layers.length),
    listed = blocks.length > 0 ? blocks : all;
  const outer = listed.filter((block) => !blocks.some((other) => isInside(block, other)));
  const known = outer.length > 2 ? outer : all;
  const more = known.length > mostNames ? `, … ${known.at(-1)}` : "";
  return `unknown layer ${describeValue(name)}${guess || "."} ` +
    `${blocks.length > 0 ? "Blocks" : "Layers"}: ${known.slice(0, mostNames).join(", ")}${more}`;
}

const isInside = (name: string, block: string) => name !== block && isWithin(name, block);

/** A layer or block, and all that it is computed from. */
function layersUpTo(layers: Placed, name: string): PlacedLayer[] {
  const last = layersOf(layers, name).flatMap(({ values }) => values);
  const below = new Set(orderBy(last, ({ sources }) => sources).map(({ layer }) => layer));
  return [...layers.values()].filter(({ layer }) => below.has(layer));
}

/** A layer or block, and all that is computed from it; `order` has each value after its sources. */
function layersFrom(
  layers: Placed,
  order: readonly SymbolicValue[],
  name: string,
): PlacedLayer[] {
  const first = new Set(layersOf(layers, name).map(({ layer }) => layer));
  const above = new Set<SymbolicValue>();
  for (const value of order) {
    if (value.layer && first.has(value.layer) || value.sources.some((s) => above.has(s))) {
      above.add(value);
    }
  }
  return [...layers.values()].filter(({ values }) => values.some((value) => above.has(value)));
}

/** The layers that `freeze` and `unfreeze` are given: by name, up to one or from one on, or all. */
export function chosenLayers(
  { layers, order }: Placement,
  given: readonly (string | { readonly upTo?: string; readonly from?: string })[],
  side: "upTo" | "from",
): readonly PlacedLayer[] {
  if (given.length === 0) return [...layers.values()];
  return given.flatMap((item) => {
    if (!(item instanceof Object) || Array.isArray(item)) return layersOf(layers, item as string);
    const { [side]: name } = options(side === "upTo" ? "freeze" : "unfreeze", item, {
      [side]: required(text()),
    });
    return side === "upTo" ? layersUpTo(layers, name!) : layersFrom(layers, order, name!);
  });
}
