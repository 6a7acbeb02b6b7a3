import type { MapKernel } from "../../../lib/graph/kernel.ts";
import { sizeOf } from "../../../lib/core/shape.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { emitExpression, prelude } from "./expression.ts";
import { type Emitted, foldWorkgroups, workgroupSize } from "../shader/source.ts";

/** Elements that a thread computes, in kernels over many: fewer, larger workgroups. */
const elementsPerThread = 4;

/** Element-wise work: each thread a few elements, a workgroup's width apart. */
export function emitMap(kernel: MapKernel, operands: Operands): Emitted {
  const size = sizeOf(kernel.shape);
  const packed = kernel.expression.stores.some(({ dtype }) => dtype === "u8");
  const repeat = packed || size >= workgroupSize * elementsPerThread * 256 ? elementsPerThread : 1;
  const bindings = new Bindings(operands);
  // A word holds four u8, so there a thread takes four neighbours.
  const [first, step] = packed
    ? [`thread * ${repeat}u`, 1]
    : [`group * ${workgroupSize * repeat}u + lane`, workgroupSize];
  const body = emitElements(kernel, bindings, packed);
  const workgroups = foldWorkgroups(Math.ceil(size / (workgroupSize * repeat)));
  const [x, y] = workgroups;
  const code = `${prelude}${bindings.declarations}
@compute @workgroup_size(${workgroupSize})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = (id.z * ${y}u + id.y) * ${x}u + id.x;
  let thread = group * ${workgroupSize}u + lane;
  ${body.before}
  let first = ${first};
  for (var element = 0u; element < ${repeat}u; element++) {
    let i = first + element * ${step}u;
    if (i < ${size}u) {
  ${body.each}
    }
  }
  ${body.after}
}
`;
  return { dispatches: [{ code, bindings: bindings.list, workgroups }] };
}

function emitElements(
  { shape, expression }: MapKernel,
  bindings: Bindings,
  packed: boolean,
): { before: string; each: string; after: string } {
  // Outputs are declared first: what is updated in place has the type of what is stored.
  const stores = expression.stores.map(({ dtype }, output) => {
    if (dtype === "u8") {
      return {
        before: `var word${output} = 0u;`,
        each: (value: string) => `word${output} |= (u32(${value}) & 255u) << (element * 8u);`,
        after: bindings.store(output, "u32", "thread", `word${output}`),
      };
    }
    return {
      before: "",
      each: (value: string) => bindings.store(output, dtype, "i", value),
      after: "",
    };
  });
  expression.stores.forEach(({ dtype }, output) => bindings.store(output, dtype, "i", "0"));
  const { code, values } = emitExpression(expression, shape, { index: "i" }, bindings);
  const join = (lines: string[]) => lines.filter((line) => line !== "").join("\n  ");
  const last = join(stores.map(({ after }) => after));
  return {
    before: join(stores.map(({ before }) => before)),
    each: join([code, ...stores.map(({ each }, output) => each(values[output]!))]),
    after: packed ? `if (thread * 4u < ${sizeOf(shape)}u) {\n  ${last}\n  }` : "",
  };
}
