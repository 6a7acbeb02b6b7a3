import { combines } from "../../../lib/graph/combine.ts";
import { emitLiteral } from "../elementwise/elementwise.ts";
import { prelude } from "../elementwise/expression.ts";
import type { Bindings } from "../shader/bindings.ts";
import { constants, type Dispatch, foldWorkgroups } from "../shader/source.ts";
import { combineOf } from "./combine.ts";
import type { Reduction } from "./reduction.ts";
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
  const { combine, dtype, parts, outputsFastest, hasQuads = false } = reduction;
  const { identity } = combines[combine];
  const outputs = reduction.outputs / (hasQuads && outputsFastest ? 4 : 1);
  const elements = reduction.elements / (hasQuads && !outputsFastest ? 4 : 1);
  const lanes = lanesOf(outputs, elements, outputsFastest), side = threads / lanes;
  const workgroups = foldWorkgroups(Math.ceil(outputs / side) * parts);
  // A sum begins with -0, which changes nothing, not even another -0.
  const start = emitLiteral(combine === "sum" && elements > 0 ? -0 : identity[dtype], dtype);
  const vector = dtype === "f32" ? "vec4f" : "vec4i", value = hasQuads ? vector : dtype;
  const components = ["x", "y", "z", "w"];
  const each = components.map((c) => `combine(a.${c}, b.${c})`).join(", ");
  const whole = "combine(combine(value.x, value.y), combine(value.z, value.w))";
  const stores = !hasQuads
    ? ["finish(at, value);"]
    : outputsFastest
    ? components.map((c, e) => `finish(at * 4u + ${e}u, value.${c});`)
    : [`finish(at, ${whole});`];
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
    `alias Value = ${value};
fn nothing() -> Value { return Value(${start}); }
fn combine_values(a: Value, b: Value) -> Value { return ${
      hasQuads ? `Value(${each})` : "combine(a, b)"
    }; }`,
    reduction.functions ?? "",
    `fn element(output: u32, k: u32) -> Value {\n  ${reduction.element}\n}`,
    `fn finish(i: u32, value: ${dtype}) {\n  ${reduction.store}\n}`,
    `fn store(output: u32, part: u32, value: Value) {
  let at = part * OUTPUTS + output;
  ${stores.join("\n  ")}
}`,
    tree,
  ];
  return { code: code.join("\n"), bindings: bindings.list, workgroups };
}
