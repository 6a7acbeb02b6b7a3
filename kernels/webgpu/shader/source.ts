import type { Binding, Bindings } from "./bindings.ts";

/** One dispatch of a launch. */
export interface Dispatch {
  readonly code: string;
  readonly bindings: readonly Binding[];
  readonly workgroups: readonly [number, number, number];
}

/** What a launch becomes: dispatches in order, and the bytes of a scratch buffer that they share. */
export interface Emitted {
  readonly dispatches: readonly Dispatch[];
  readonly scratch?: number;
}

/** Threads of a workgroup, for kernels in which each works alone. */
export const workgroupSize = 64;

/** WebGPU's least limit of workgroups along a dimension. */
const maximumWorkgroups = 65535;

/** `count` workgroups as three dimensions, none over the limit; a few may be left over. */
export function foldWorkgroups(count: number): [number, number, number] {
  if (count <= maximumWorkgroups) return [count, 1, 1];
  const y = Math.ceil(count / maximumWorkgroups);
  if (y <= maximumWorkgroups) return [Math.ceil(count / y), y, 1];
  const z = Math.ceil(y / maximumWorkgroups), rows = Math.ceil(y / z);
  return [Math.ceil(count / (rows * z)), rows, z];
}

/** A dispatch of `count` threads that each work alone: `parts` are WGSL with a function `run(thread)`. */
export function threadsDispatch(
  count: number,
  bindings: Bindings,
  parts: readonly string[],
): Dispatch {
  const workgroups = foldWorkgroups(Math.ceil(count / workgroupSize));
  const [x, y] = workgroups;
  const entry = `
@compute @workgroup_size(${workgroupSize})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = ((group.z * ${y}u + group.y) * ${x}u + group.x) * ${workgroupSize}u + lane;
  if (thread < ${count}u) {
    run(thread);
  }
}
`;
  const code = [bindings.declarations, ...parts, entry].join("\n");
  return { code, bindings: bindings.list, workgroups };
}

/** WGSL constants: integers become u32, those named in `signed` i32, booleans bool. */
export function constants(
  values: Readonly<Record<string, number | boolean>>,
  signed: Readonly<Record<string, number>> = {},
): string {
  return [
    ...Object.entries(values).map(([name, value]) =>
      `const ${name} = ${typeof value === "boolean" ? value : `${value}u`};`
    ),
    ...Object.entries(signed).map(([name, value]) => `const ${name} = i32(${value});`),
  ].join("\n") + "\n";
}

/**
 * Writes out the loops that are marked `@unroll`: WGSL has no such attribute, compilers unroll short
 * loops only, and an array stays in registers only where each index is a constant.
 *
 * `@unroll for (var i = 0u; i < LIMIT; i++) { … }` becomes LIMIT blocks in which `i` is a number.
 */
export function unroll(source: string, limits: Readonly<Record<string, number>>): string {
  const header = /@unroll for \(var (\w+) = 0u; \1 < (\w+); \1\+\+\) \{/;
  for (let match = header.exec(source); match !== null; match = header.exec(source)) {
    const [text, name = "", limit = ""] = match;
    const count = limits[limit];
    if (count === undefined) throw new Error(`unroll: no value for the limit ${limit}`);
    const start = match.index + text.length;
    let end = start;
    for (let depth = 1; depth > 0; end++) {
      if (source[end] === "{") depth++;
      else if (source[end] === "}") depth--;
    }
    const body = source.slice(start, end - 1), variable = new RegExp(`\\b${name}\\b`, "g");
    const blocks = Array.from(
      { length: count },
      (_, i) => `{${body.replace(variable, `${i}u`)}}`,
    );
    source = source.slice(0, match.index) + blocks.join("\n") + source.slice(end);
  }
  return source;
}
