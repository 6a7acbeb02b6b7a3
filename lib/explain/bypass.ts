import type { ApplyOptions } from "../nn/apply.ts";
import { isWithin } from "../nn/block.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import { sameShape } from "../core/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";

/** What `apply` is given so that a block is as if it were not there. */
export type Bypass = () => NonNullable<ApplyOptions["replace"]>;

/** The layers of a model with the values that they yield. */
interface Graph {
  readonly valueOf: ReadonlyMap<string, SymbolicValue>;
  readonly nameOf: ReadonlyMap<SymbolicValue, string>;
  readonly hasWeights: (name: string) => boolean;
}

function graphOf(model: Model): Graph {
  const valueOf = new Map(model.layers.map(({ name }) => [name, model.output(name)]));
  const weighted = new Set(
    model.layers.filter(({ weights }) => weights.size > 0).map(({ name }) => name),
  );
  return {
    valueOf,
    nameOf: new Map([...valueOf].map(([name, value]) => [value, name])),
    hasWeights: (name) => weighted.has(name),
  };
}

/** How a block (or a layer) is passed by: undefined where nothing can stand for it. */
function bypassOf(block: string, graph: Graph): Bypass | undefined {
  const { valueOf, nameOf } = graph;
  const names = [...valueOf.keys()].filter((name) => isWithin(name, block)), own = new Set(names);
  const isOwn = (value: SymbolicValue) => own.has(nameOf.get(value) ?? "");
  const adding = names.filter((name) => valueOf.get(name)!.layer!.type.type === "add");
  if (adding.length === 1) return withoutBranch(adding[0]!, graph, isOwn);
  if (adding.length > 1) return undefined;
  // Without a sum: one value comes in, and one of the same shape goes out.
  const ways = names.flatMap((name) =>
    valueOf.get(name)!.sources.map((source, i) => ({ name, source, i }))
  );
  const entries = ways.filter(({ source }) => !isOwn(source));
  const first = entries[0];
  const exits = names.filter((name) => {
    const value = valueOf.get(name)!;
    return ![...valueOf.values()].some((other) => isOwn(other) && other.sources.includes(value));
  });
  const isStraight = first !== undefined && exits.length === 1 &&
    entries.every(({ source }) => source === first.source) &&
    sameShape(first.source.shape, valueOf.get(exits[0]!)!.shape);
  if (!isStraight) return undefined;
  return () => {
    let entered: Tensor | undefined;
    return ({ name }, result, inputs) => {
      if (name === first.name) entered = inputs[first.i];
      return name === exits[0] ? entered! : result;
    };
  };
}

/** A residual block without its branch: what is added to the shortcut is left out. */
function withoutBranch(
  name: string,
  { valueOf, nameOf, hasWeights }: Graph,
  isOwn: (value: SymbolicValue) => boolean,
): Bypass | undefined {
  /** Layers with weights on the way to a value, within the block. */
  const depth = (value: SymbolicValue): number =>
    isOwn(value)
      ? (hasWeights(nameOf.get(value)!) ? 1 : 0) + Math.max(...value.sources.map(depth))
      : 0;
  const depths = valueOf.get(name)!.sources.map(depth), least = Math.min(...depths);
  const shortcut = depths.indexOf(least);
  if (depths.filter((depth) => depth === least).length > 1) return undefined;
  return () => (layer, result, inputs) => layer.name === name ? inputs[shortcut]! : result;
}

/** Blocks of a model by name, and how each is silenced: whatever leaves it is zeros. */
export function silences(model: Model, blocks: readonly string[]): ReadonlyMap<string, Bypass> {
  const { valueOf } = graphOf(model);
  return new Map(blocks.map((block) => {
    const own = [...valueOf.keys()].filter((name) => isWithin(name, block));
    const values = new Set(own.map((name) => valueOf.get(name)!));
    // What nobody reads, or a layer beyond the block does.
    const readers = (name: string) =>
      [...valueOf.values()].filter(({ sources }) => sources.includes(valueOf.get(name)!));
    const exits = new Set(own.filter((name) => {
      const found = readers(name);
      return found.length === 0 || found.some((value) => !values.has(value));
    }));
    return [block, () => ({ name }, result) => exits.has(name) ? result.mul(0) : result];
  }));
}

/**
 * The blocks of a model that can be passed by, and how: those named, or the smallest there are, by the
 * names of layers; in a model without such blocks its layers with weights that keep a shape.
 *
 * @throws {RangeError} for a block that there is not, or that nothing can stand for
 */
export function bypasses(
  where: string,
  model: Model,
  given: readonly string[] | undefined,
): ReadonlyMap<string, Bypass> {
  const graph = graphOf(model), names = [...graph.valueOf.keys()];
  const prefixes = new Set(names.flatMap((name) => {
    const parts = name.split(/(?=[./])/);
    return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join(""));
  }));
  const possible = (candidates: Iterable<string>) => {
    const found = new Map<string, Bypass>();
    for (const block of candidates) {
      const layers = names.filter((name) => isWithin(name, block));
      const bypass = layers.some(graph.hasWeights) ? bypassOf(block, graph) : undefined;
      if (bypass !== undefined) found.set(block, bypass);
    }
    return found;
  };
  if (given !== undefined) {
    const found = possible(given), missing = given.find((block) => !found.has(block));
    if (missing === undefined) return found;
    const known = [...possible([...prefixes, ...names]).keys()];
    throw new RangeError(
      `${where}: blocks: expected blocks with a shortcut, or that keep the shape of what comes in, ` +
        `found ${JSON.stringify(missing)}; there are ${known.slice(0, 12).join(", ")}` +
        `${known.length > 12 ? ", …" : ""}`,
    );
  }
  const blocks = possible(prefixes);
  const smallest = [...blocks].filter(([block]) =>
    ![...blocks.keys()].some((other) => other !== block && isWithin(other, block))
  );
  return smallest.length > 0 ? new Map(smallest) : possible(names);
}
