import { type CombineName, combines } from "../../../lib/graph/combine.ts";
import { emitElementwise, emitLiteral } from "../elementwise/elementwise.ts";

/** WGSL of a way to combine f32 or i32: `combine(a, b)`, and `identity()`, which changes nothing. */
export function combineOf(name: CombineName, dtype: "f32" | "i32"): string {
  const { op, identity } = combines[name];
  const both = emitElementwise(op, [{ code: "a", dtype }, { code: "b", dtype }], {});
  return `
fn combine(a: ${dtype}, b: ${dtype}) -> ${dtype} { return ${both}; }
fn identity() -> ${dtype} { return ${emitLiteral(identity[dtype], dtype)}; }
`;
}
