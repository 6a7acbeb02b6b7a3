import { isFloating } from "./element_types.ts";
import { type PickleValue, StandIn } from "./pickle.ts";
import { isTensor, type TorchTensor, UnreadableTensor } from "./torch_tensors.ts";

/** Tensors by name. */
export type NamedTensors = ReadonlyMap<string, TorchTensor | UnreadableTensor>;

/** The tensors among what a program saved. */
export interface SavedTensors {
  /** The weights of the network, as far as that can be told: all tensors, or those of one part. */
  readonly main: NamedTensors;
  /** Each dict of tensors (or whole module) by its place, "state_dict" or "ema.model". */
  readonly parts: ReadonlyMap<string, NamedTensors>;
}

/** Where a checkpoint of a training run keeps its weights, the averaged ones last. */
const wrappers = [
  ...["state_dict", "model_state_dict", "model_state", "model", "net", "network", "module"],
  ...["weights", "params", "params_ema", "model_ema", "state_dict_ema", "ema"],
];

/** More tensors, or values to go through for them, are no network: dicts may hold each other. */
const mostTensors = 100_000;
const mostValues = 4_000_000;

/** Dicts and modules nest no deeper. */
const deepest = 64;

/** Finds the tensors in what was saved, but for an optimizer's. */
export function findTensors(saved: PickleValue, where: string): SavedTensors {
  const found: Part[] = [], holders: Holders = new Map();
  search(saved, [], found, holders);
  const budget: Budget = { tensors: mostTensors, values: mostValues, where };
  const gather = (value: PickleValue, lists: boolean) => collect(value, lists, holders, budget);
  const parts = new Map(
    found.filter(({ path }) => path.length > 0)
      .map(({ path, value }) => [path.join("."), gather(value, true)]),
  );
  const usual = found.filter(({ path }) => path.length > 0 && rank(path) < Infinity)
    .sort((a, b) => rank(a.path) - rank(b.path))[0] ??
    (Array.isArray(saved) && found.length === 1 ? found[0] : undefined);
  if (usual !== undefined) return { main: gather(usual.value, true), parts };
  // Lists beside weights, of states of random numbers, are no weights; a list of models is.
  const main = gather(saved, false);
  return { main: main.size > 0 ? main : gather(saved, true), parts };
}

const isName = (key: PickleValue): key is string | number =>
  typeof key === "string" || typeof key === "number";

/** How much may still be gathered, from the file for errors. */
interface Budget {
  tensors: number;
  values: number;
  readonly where: string;
}

/** Every value that was gone through: whether there are tensors in it. */
type Holders = Map<PickleValue, boolean>;

interface Part {
  readonly path: readonly string[];
  readonly value: PickleValue;
}

/** How likely a place is that of the weights: the first of the wrappers at each step, or none. */
function rank(path: readonly string[]): number {
  return path.reduce((sum, name) => {
    const at = wrappers.indexOf(name);
    return at < 0 ? Infinity : sum * wrappers.length + at;
  }, 0);
}

/**
 * Finds the dicts that hold floating-point tensors themselves, and whole modules. A dict that has a
 * number or two as tensors (a loss, a temperature) beside a larger one is no such part. Gives how
 * many tensors the largest part has; each value is gone through once.
 */
function search(
  value: PickleValue,
  path: readonly string[],
  found: Part[],
  holders: Holders,
): number {
  const items = itemsOf(value);
  if (items === undefined || holders.has(value) || path.length > deepest) return 0;
  holders.set(value, false);
  const before = found.length;
  let own = 0, largest = 0, holds = false;
  for (const [key, item] of items) {
    if (!(item instanceof Object) || !isName(key)) continue;
    if (isTensor(item)) own += isWeight(item) ? 1 : 0;
    else largest = Math.max(largest, search(item, [...path, String(key)], found, holders));
    holds ||= isTensor(item) || holders.get(item) === true;
  }
  holders.set(value, holds);
  const whole = isModule(value) && largest > 0;
  if (own === 0 && !whole || own < largest && !whole) return largest;
  found.splice(before, Infinity, { path, value });
  return own + largest;
}

/** Whether a tensor may be a weight: no count, no best score, and no state of random numbers. */
const isWeight = (tensor: TorchTensor | UnreadableTensor) =>
  tensor.shape.length > 0 &&
  (tensor instanceof UnreadableTensor || isFloating(tensor.storage.type));

/**
 * Gathers the tensors of nested dicts, their names joined by dots; of lists too, where asked. Only
 * values that hold tensors are gone into, but one may be held by many.
 */
function collect(
  value: PickleValue,
  lists: boolean,
  holders: Holders,
  budget: Budget,
): Map<string, TorchTensor | UnreadableTensor> {
  const found = new Map<string, TorchTensor | UnreadableTensor>();
  const visit = (value: PickleValue, name: string, depth: number) => {
    if (isTensor(value)) {
      found.set(name, value);
      budget.tensors--;
    }
    const items = Array.isArray(value) && !lists && depth > 0 ? undefined : itemsOf(value);
    for (const [key, item] of items ?? []) {
      if (--budget.values < 0 || budget.tensors < 0 || depth >= deepest) {
        throw new SyntaxError(
          `${budget.where}: more than ${mostTensors} tensors, or dicts nested too deep`,
        );
      }
      if (!isName(key) || !isTensor(item) && holders.get(item) !== true) continue;
      visit(item, name === "" ? String(key) : `${name}.${key}`, depth + 1);
    }
  };
  if (isTensor(value) || holders.get(value) === true) visit(value, "", 0);
  return found;
}

/** The values within a value, by key, attribute or number; none of an optimizer. */
function itemsOf(value: PickleValue): Iterable<readonly [PickleValue, PickleValue]> | undefined {
  if (Array.isArray(value)) return value.entries();
  if (value instanceof Map) return isOptimizer(value) ? undefined : value;
  return value instanceof StandIn && !isOptimizer(value.state) ? attributesOf(value) : undefined;
}

const isOptimizer = (value: PickleValue | undefined) =>
  value instanceof Map && value.has("param_groups") && value.has("state");

function* attributesOf(object: StandIn): Generator<readonly [PickleValue, PickleValue]> {
  const { entries, list, state, args } = object;
  if (isModule(object)) {
    for (const kind of moduleParts) yield* mapIn(state, kind) ?? [];
    return;
  }
  yield* entries ?? [];
  yield* list?.entries() ?? [];
  // Attributes in a dict, or in a tuple of those in a dict and those in slots.
  for (const dict of Array.isArray(state) ? state : [state]) if (dict instanceof Map) yield* dict;
  // Of one dict it is a view or a kind of dict.
  if (args.length === 1 && args[0] instanceof Map) yield* args[0];
  else yield* args.entries();
}

/** Where a torch.nn.Module that was saved as a whole has its tensors and the modules within. */
const moduleParts = ["_parameters", "_buffers", "_modules"];

const isModule = (value: PickleValue): boolean =>
  value instanceof StandIn && moduleParts.every((kind) => mapIn(value.state, kind) !== undefined);

function mapIn(state: PickleValue | undefined, name: string) {
  const value = state instanceof Map ? state.get(name) : undefined;
  return value instanceof Map ? value as Map<PickleValue, PickleValue> : undefined;
}
