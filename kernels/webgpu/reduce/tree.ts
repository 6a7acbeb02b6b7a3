import { combines } from "../../../lib/graph/combine.ts";
import { emitLiteral } from "../elementwise/elementwise.ts";
import { prelude } from "../elementwise/expression.ts";
import type { Bindings } from "../shader/bindings.ts";
import { constants, type Dispatch, foldWorkgroups } from "../shader/source.ts";
import { combineOf } from "./combine.ts";
import type { Reduction } from "./description.ts";
import tree from "./tree.wgsl" with { type: "text" };

/** Threads of a workgroup. */
const threads = 256;

/** How many workgroups fill a large card, and how many may share an output. */
const filling = 512, most = 256;

const powerAbove = (count: number) => 2 ** Math.ceil(Math.log2(Math.max(1, count)));

/** How many threads share an output in a workgroup, if so many values are counted. */
function lanesOf(outputs: number, elements: number, outputsFastest: boolean): number {
  const useful = powerAbove(elements / 4);
  if (!outputsFastest) return Math.min(threads, useful);
  // Neighbours in 256 bytes or more.
  return Math.min(threads / Math.min(16, powerAbove(outputs)), useful);
}

/** How many workgroups share the numbers of an output on a card. */
export function treeParts(outputs: number, elements: number, outputsFastest: boolean): number {
  const lanes = lanesOf(outputs, elements, outputsFastest);
  const groups = Math.ceil(outputs / (threads / lanes));
  return Math.max(
    1,
    Math.min(Math.ceil(filling / groups), Math.floor(elements / (16 * lanes)), most),
  );
}

/** The dispatch of a reduction on a graphics card: in workgroups, by trees. */
export function emitTree(reduction: Reduction, bindings: Bindings): Dispatch {
  const { combine, dtype, parts, outputsFastest, hasQuads = false, stores } = reduction;
  const { identity } = combines[combine];
  const outputs = reduction.outputs / (hasQuads && outputsFastest ? 4 : 1);
  const elements = reduction.elements / (hasQuads && !outputsFastest ? 4 : 1);
  const lanes = lanesOf(outputs, elements, outputsFastest), side = threads / lanes;
  const workgroups = foldWorkgroups(Math.ceil(outputs / side) * parts);
  // A sum begins with -0, which changes nothing, not even another -0.
  const start = emitLiteral(combine === "sum" && elements > 0 ? -0 : identity[dtype], dtype);
  const vector = dtype === "f32" ? "vec4f" : "vec4i", lane = hasQuads ? vector : dtype;
  const components = ["x", "y", "z", "w"];
  const each = components.map((c) => `combine(a.${c}, b.${c})`).join(", ");
  const whole = "combine(combine(value.x, value.y), combine(value.z, value.w))";
  const storesOf = (result: number) =>
    !hasQuads
      ? `finish${result}(at, value);`
      : outputsFastest
      ? components.map((c, e) => `finish${result}(at * 4u + ${e}u, value.${c});`).join("\n  ")
      : `finish${result}(at, ${whole});`;
  const results = stores.map((_, result) => `r${result}`);
  const ofEach = (text: (result: string) => string) => `Value(${results.map(text).join(", ")})`;
  const code = [
    bindings.declarations,
    prelude,
    constants({
      THREADS: threads,
      OUTPUTS: outputs,
      ELEMENTS: elements,
      PARTS: parts,
      LENGTH: Math.ceil(elements / parts),
      LANES: lanes,
      SIDE: side,
      OUTPUTS_FASTEST: outputsFastest,
      GROUPS_X: workgroups[0],
      GROUPS_Y: workgroups[1],
    }),
    combineOf(combine, dtype),
    `alias Lane = ${lane};
struct Value { ${results.map((result) => `${result}: Lane`).join(", ")} }
fn combine_lanes(a: Lane, b: Lane) -> Lane { return ${
      hasQuads ? `Lane(${each})` : "combine(a, b)"
    }; }
fn nothing() -> Value { return ${ofEach(() => `Lane(${start})`)}; }
fn combine_values(a: Value, b: Value) -> Value {
  return ${ofEach((result) => `combine_lanes(a.${result}, b.${result})`)};
}
fn kept(value: Value, keep: bool) -> Value {
  return ${ofEach((result) => `select(Lane(${start}), value.${result}, keep)`)};
}`,
    reduction.functions ?? "",
    stores.length === 1
      ? `fn only(output: u32, k: u32) -> Lane {
  ${reduction.element}
}
fn element(output: u32, k: u32) -> Value { return Value(only(output, k)); }`
      : `fn element(output: u32, k: u32) -> Value {\n  ${reduction.element}\n}`,
    ...stores.map((store, result) =>
      `fn finish${result}(i: u32, value: ${dtype}) {
  ${store}
}
fn store${result}(at: u32, value: Lane) {
  ${storesOf(result)}
}`
    ),
    `fn store(output: u32, part: u32, value: Value) {
  let at = part * OUTPUTS + output;
  ${results.map((result, i) => `store${i}(at, value.${result});`).join("\n  ")}
}`,
    tree,
  ];
  return { code: code.join("\n"), bindings: bindings.list, workgroups };
}
