import type { MapKernel } from "../../../lib/graph/kernel.ts";
import { sizeOf } from "../../../lib/core/shape.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import type { Tiling } from "../product/tile.ts";
import { emitStored, hasQuads, prelude } from "./expression.ts";
import { type Emitted, foldWorkgroups, threadsDispatch, workgroupSize } from "../shader/source.ts";

/** Elements that a thread computes, in kernels over many: fewer, larger workgroups. */
const elementsPerThread = 4;

/**
 * Element-wise work. On cards each thread computes four neighbours by vectors where that is possible;
 * else a few elements, a workgroup's width apart.
 */
export function emitMap(
  { shape, expression }: MapKernel,
  operands: Operands,
  tiling: Tiling,
): Emitted {
  const size = sizeOf(shape);
  if (tiling === "workgroup" && hasQuads(shape)) {
    const bindings = new Bindings(operands);
    const body = emitStored(expression, shape, { index: "i" }, bindings, 4);
    const run = `fn run(thread: u32) {\n  let i = thread * 4u;\n  ${body}\n}`;
    return { dispatches: [threadsDispatch(size / 4, bindings, [prelude, run])] };
  }
  const repeat = size >= workgroupSize * elementsPerThread * 256 ? elementsPerThread : 1;
  const bindings = new Bindings(operands);
  const body = emitStored(expression, shape, { index: "i" }, bindings);
  const workgroups = foldWorkgroups(Math.ceil(size / (workgroupSize * repeat)));
  const [x, y] = workgroups;
  const code = `${prelude}${bindings.declarations}
@compute @workgroup_size(${workgroupSize})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = (id.z * ${y}u + id.y) * ${x}u + id.x;
  let first = group * ${workgroupSize * repeat}u + lane;
  for (var element = 0u; element < ${repeat}u; element++) {
    let i = first + element * ${workgroupSize}u;
    if (i < ${size}u) {
  ${body}
    }
  }
}
`;
  return { dispatches: [{ code, bindings: bindings.list, workgroups }] };
}
