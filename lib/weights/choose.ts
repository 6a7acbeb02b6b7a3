import { describeValue } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import { canonical, isCounter } from "./names.ts";
import { joinReparametrized } from "./reparametrized.ts";
import type { WeightFile, WeightTensor } from "./weight_file.ts";

/** What is looked for: the names that a weight may have in a file, and how many numbers it has. */
export interface Wanted {
  readonly names: readonly string[];
  readonly size: number;
}

/** Tensors of a file by the names that a model's weights are looked for. */
export interface Choice {
  /** The part of the file, or the prefix of names, that they are; undefined for the usual ones. */
  readonly part: string | undefined;
  /** By canonical names, without a prefix that the model has not. */
  readonly tensors: Map<string, WeightTensor>;
}

type Tensors = ReadonlyMap<string, WeightTensor>;

/**
 * The tensors of a file that a model's weights are looked for among. What stands before all names
 * ("module.", "model.encoder.") is found by where the weights' own names end in the file's. Where the
 * tensors that are usual for the file do not have all weights, its other parts are tried.
 *
 * @throws {RangeError} for a part that the file has not
 * @throws {TypeError} where several sets of tensors fit
 */
export function chooseTensors(
  file: WeightFile,
  wanted: readonly Wanted[],
  part: string | undefined,
): Choice {
  const { where, parts } = file;
  if (part !== undefined) {
    return settled(candidate(part, partNamed(file, part, wanted), wanted, where), where);
  }
  const usual = candidate(undefined, file.tensors, wanted, where);
  if (fits(usual, wanted) || parts.size === 0) return settled(usual, where);
  const fitting = [...parts].map(([name, tensors]) => candidate(name, tensors, wanted, where))
    .filter((candidate) => fits(candidate, wanted));
  const sizes = Math.max(...fitting.map(({ found }) => found.sizes));
  const best = fitting.filter(({ found }) => found.sizes === sizes);
  if (best.length > 1) throw ambiguous(where, best.map(({ part }) => part!));
  return best[0] ?? settled(usual, where);
}

/** Tensors with how well they fit. */
interface Candidate extends Choice {
  readonly found: Found;
  /** Whether there are tensors beside those that have the prefix. */
  readonly outside: boolean;
  /** Several prefixes that fit equally well. */
  readonly rivals: readonly string[];
}

const fits = ({ found, outside, rivals }: Candidate, wanted: readonly Wanted[]) =>
  found.names === wanted.length && !outside && rivals.length === 0;

function settled(candidate: Candidate, where: string): Choice {
  if (candidate.rivals.length > 0) throw ambiguous(where, candidate.rivals);
  return candidate;
}

/** What can be chosen in a file: its parts, and what its names begin with. */
function partsOf(file: WeightFile): string[] {
  const groups = new Set<string>();
  for (const name of file.tensors.keys()) {
    const at = name.search(/[./]/);
    if (at > 0) groups.add(name.slice(0, at));
  }
  return [...new Set([...file.parts.keys(), ...groups])];
}

/** A part of the file, or what in one has names with that beginning: "ema", "ema.encoder". */
function partNamed(file: WeightFile, part: string, wanted: readonly Wanted[]): Tensors {
  const known = file.parts.get(part);
  if (known !== undefined) return known;
  for (const [place, tensors] of [["", file.tensors] as const, ...file.parts]) {
    const start = place === "" ? 0 : place.length + 1;
    if (place !== "" && !part.startsWith(`${place}.`)) continue;
    for (const named of [tensors, unwrapped(tensors, wanted)]) {
      const inside = under(named, part.slice(start));
      if (inside.size > 0) return inside;
    }
  }
  throw new RangeError(
    `${file.where}: part: expected one of ${listed(partsOf(file))}, found ${describeValue(part)}`,
  );
}

/** The tensors whose names begin with a module's, without that. */
function under(tensors: Tensors, module: string): Map<string, WeightTensor> {
  const inside = [...tensors].filter(([name]) =>
    name.startsWith(module) && /[./]/.test(name[module.length] ?? "")
  );
  return new Map(inside.map(([name, tensor]) => [name.slice(module.length + 1), tensor]));
}

/** How many of a model's weights are there by name, and how many of those have the right size. */
interface Found {
  names: number;
  sizes: number;
}

const nothing: Found = { names: 0, sizes: 0 };

function candidate(
  part: string | undefined,
  given: Tensors,
  wanted: readonly Wanted[],
  where: string,
): Candidate {
  const tensors = joinReparametrized(unwrapped(given, wanted), where);
  const votes = countByPrefix(tensors, wanted);
  const most = Math.max(0, ...votes.values().map(({ names }) => names));
  const plain = { part, tensors, found: votes.get("") ?? nothing, outside: false, rivals: [] };
  if (plain.found.names === most) return plain;
  const others = (prefix: string) =>
    [...tensors.keys()].some((name) => !name.startsWith(prefix) && !isCounter(name));
  const leading = [...votes].filter(([prefix, { names }]) =>
    names === most && (most === wanted.length || isWrapper(prefix) || !others(prefix))
  );
  const sizes = Math.max(...leading.map(([, found]) => found.sizes));
  const best = leading.filter(([, found]) => found.sizes === sizes);
  if (best.length > 1) {
    const rivals = best.map(([prefix]) =>
      `${part === undefined ? "" : `${part}.`}${prefix.replace(/[./]$/, "")}`
    );
    return { ...plain, rivals };
  }
  if (best.length === 0) return plain;
  const [prefix, found] = best[0]!;
  const inside = new Map<string, WeightTensor>(), outside = new Map<string, WeightTensor>();
  for (const [name, tensor] of tensors) {
    if (name.startsWith(prefix)) inside.set(name.slice(prefix.length), tensor);
    else outside.set(name, tensor);
  }
  return {
    ...plain,
    tensors: new Map([...outside, ...inside]),
    found,
    outside: others(prefix),
  };
}

/** Names of modules around a whole network that programs often have. */
const isWrapper = (prefix: string) => /^((model|net|network|module)[./])+$/.test(prefix);

/** Modules that PyTorch puts around others, at any place. */
const wrappers =
  /(^|[./])(?:(?:module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)[./])+/g;

/** The tensors by canonical names, without what PyTorch's wrappers add to them. */
function unwrapped(tensors: Tensors, wanted: readonly Wanted[]): Tensors {
  const isOwn = wanted.some(({ names }) => names.some((name) => name.search(wrappers) >= 0));
  const plain = (name: string) => canonical(isOwn ? name : name.replace(wrappers, "$1"));
  const result = new Map(Array.from(tensors, ([name, tensor]) => [plain(name), tensor]));
  if (result.size === tensors.size) return result;
  return new Map(Array.from(tensors, ([name, tensor]) => [canonical(name), tensor]));
}

/** By what stands before their names in a file: how many weights are there. */
function countByPrefix(tensors: Tensors, wanted: readonly Wanted[]): Map<string, Found> {
  const byEnd = new Map<string, { prefix: string; size: number }[]>();
  for (const [name, tensor] of tensors) {
    const size = sizeOf(tensor.shape);
    for (let at = 0; at >= 0; at = nextName(name, at)) {
      const end = name.slice(at), list = byEnd.get(end);
      if (list) list.push({ prefix: name.slice(0, at), size });
      else byEnd.set(end, [{ prefix: name.slice(0, at), size }]);
    }
  }
  const votes = new Map<string, Found>();
  for (const { names, size: expected } of wanted) {
    const sizes = new Map<string, number>();
    for (const { prefix, size } of names.flatMap((name) => byEnd.get(name) ?? [])) {
      if (!sizes.has(prefix)) sizes.set(prefix, size);
    }
    for (const [prefix, size] of sizes) {
      const { names, sizes } = votes.get(prefix) ?? nothing;
      votes.set(prefix, { names: names + 1, sizes: sizes + (size === expected ? 1 : 0) });
    }
  }
  return votes;
}

/** Where the next part of a name begins; -1 for none. */
function nextName(name: string, from: number): number {
  const at = name.slice(from).search(/[./]/);
  return at < 0 ? -1 : from + at + 1;
}

const listed = (names: readonly string[]) => {
  const shown = names.slice(0, 12).map((name) => JSON.stringify(name)).join(", ");
  return names.length > 12 ? `${shown} and ${names.length - 12} more` : shown || "none";
};

const ambiguous = (where: string, parts: readonly string[]) =>
  new TypeError(
    `${where}: several sets of tensors fit the model: ${listed(parts)}; choose one by the option ` +
      `part: ${JSON.stringify(parts[0])}`,
  );
