import { describeValue, wrongType } from "../core/errors.ts";
import { checkShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Architecture } from "./architecture.ts";
import { checkNames, type EndNames } from "./end_names.ts";
import { Layer, layerType } from "./layer.ts";
import { applyLayer, SymbolicValue } from "./symbolic.ts";

/** How much larger than a model's inputs and weights together its values for an example may be. */
const mostGrowth = 10_000;

/** So many numbers may the values for an example always hold. */
const alwaysAllowed = 2 ** 24;

/**
 * Builds a described graph. Nothing in it is trusted: settings are checked as those of a program are.
 * A graph whose values for one example hold more than 16,777,216 numbers, and 10,000 times as many as
 * its inputs and weights, is refused: a few doublings would fill any memory.
 *
 * @throws {SyntaxError} if the description makes no sense
 */
export function rebuild(
  architecture: Architecture,
  where: string,
): { inputs: SymbolicValue[]; outputs: SymbolicValue[]; names: EndNames } {
  try {
    const parts = ["layers", "values", "inputs", "outputs"] as const;
    const lost = parts.find((part) => !Array.isArray(architecture?.[part]));
    if (lost !== undefined) throw new TypeError(`expected a list of ${lost}`);
    const layers = architecture.layers.map(layerOf);
    const values: SymbolicValue[] = [];
    for (const [i, entry] of architecture.values.entries()) {
      if (!isObject(entry)) throw wrong(`value number ${i}`, "an object", entry);
      if ("input" in entry) {
        checkShape(entry.input, "input");
        values.push(new SymbolicValue(entry.input));
        continue;
      }
      const { layer, sources } = entry;
      if (!Array.isArray(sources) || sources.length === 0) {
        throw wrong(`value number ${i}: sources`, "a list of values", sources);
      }
      values.push(
        applyLayer(at(layers, layer, "layer"), sources.map((n) => at(values, n, "value"))),
      );
    }
    const numbered = (list: readonly number[]) => list.map((n) => at(values, n, "value"));
    const [inputs, outputs] = [architecture.inputs, architecture.outputs].map(numbered);
    checkGrowth(inputs!, layers, values);
    const names = namesOf(architecture.names ?? {}, { inputs: inputs!, outputs: outputs! });
    return { inputs: inputs!, outputs: outputs!, names };
  } catch (error) {
    const reason = (error as Error).message;
    const message = `${where}: the architecture in the file makes no model: ${reason}`;
    throw new SyntaxError(message, { cause: error });
  }
}

/** Checks the names of a file: one for each input or output. */
function namesOf(names: EndNames, ends: Record<keyof EndNames, readonly unknown[]>): EndNames {
  if (!isObject(names)) throw wrong("names", "an object", names);
  for (const side of ["inputs", "outputs"] as const) {
    const list = names[side], { length } = ends[side];
    if (list === undefined) continue;
    if (!Array.isArray(list) || list.length !== length) {
      throw wrong(`names: ${side}`, `a list of ${length}`, list);
    }
    checkNames(list, side.slice(0, -1));
  }
  return names;
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const wrong = (what: string, expected: string, found: unknown) =>
  wrongType(what, expected, describeValue(found));

/** An item by its number in a list. */
function at<T>(list: readonly T[], number: unknown, what: string): T {
  const item = Number.isInteger(number) ? list[number as number] : undefined;
  if (item !== undefined) return item;
  throw new RangeError(`no ${what} number ${describeValue(number)}`);
}

function layerOf(entry: Architecture["layers"][number], i: number): Layer {
  if (!isObject(entry)) throw wrong(`layer number ${i}`, "an object", entry);
  const { name, type, config } = entry;
  const called = `layer ${describeValue(name)}`;
  if (typeof type !== "string") throw wrong(`${called}: type`, "a text", type);
  if (!isObject(config)) throw wrong(`${called}: config`, "settings by name", config);
  const row = layerType(type);
  try {
    return new Layer(row, config, name);
  } catch (error) {
    throw new RangeError(`${called}: ${(error as Error).message}`, { cause: error });
  }
}

/** Refuses a graph that makes very much of nearly nothing. */
function checkGrowth(
  inputs: readonly SymbolicValue[],
  layers: readonly Layer[],
  values: readonly SymbolicValue[],
): void {
  const total = (list: readonly { readonly shape: Shape }[]) =>
    list.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const known = total([...inputs, ...layers.flatMap(({ weights }) => Object.values(weights))]);
  const held = total(values);
  if (held <= Math.max(alwaysAllowed, mostGrowth * known)) return;
  throw new RangeError(
    `its values for one example hold ${held} numbers, and its inputs and weights only ${known}`,
  );
}
