import type { MapKernel } from "../../../lib/graph/kernel.ts";
import { sizeOf } from "../../../lib/core/shape.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { emitStored, prelude } from "./expression.ts";
import { type Emitted, foldWorkgroups, workgroupSize } from "../shader/source.ts";

/** Elements that a thread computes, in kernels over many: fewer, larger workgroups. */
const elementsPerThread = 4;

/** Element-wise work: each thread a few elements, a workgroup's width apart. */
export function emitMap({ shape, expression }: MapKernel, operands: Operands): Emitted {
  const size = sizeOf(shape);
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
