/** Elements of a vector that is read at once. */
export type Vector = 2 | 4;

/** How a thread of a block brings its part of an operand into workgroup memory. */
export interface Patch {
  /** Which operand: rows of A, or columns of B. */
  readonly name: "a" | "b";
  /** How many quads a block has, each four rows (or columns). */
  readonly quads: number;
  /** Inner indices of the block, and of a patch. */
  readonly depth: number;
  readonly own: Vector;
  /** Whether neighbours in memory follow the inner dimension. */
  readonly alongDepth: boolean;
  /** Set if they can be read by vectors. */
  readonly vector: Vector | undefined;
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const letters = ["x", "y", "z", "w"] as const;

/**
 * WGSL of a patch of four rows by `own` inner indices: where thread number `lane` has its own in the
 * block, `fetch`, which asks storage for it, and `stow`, which stores it by whole vectors, with zeros
 * for what is not there. Between the two it is on its way.
 */
export function emitPatch({ name, quads, depth, own, vector, alongDepth }: Patch): string {
  const along = vector !== undefined && alongDepth;
  // As many neighbouring threads as read 32 bytes in a row.
  const together = 8 / own;
  const place = alongDepth
    ? `vec2u(lane / ${together}u % ${quads}u, lane % ${together}u + lane / ${
      together * quads
    }u * ${together}u)`
    : `vec2u(lane % ${quads}u, lane / ${quads}u)`;
  const element = (row: number, e: number, unit: string) => `
  at = element_${name}(scope, rows[${row}], k, ${e}u);
  there = at.there && (WHOLE_STEPS || k + ${e}u < end);
  ${unit} = ${name}_at${vector ?? ""}(select(0u, at.index, there));`;
  const fetch = along
    ? range(4).map((row) =>
      element(row, 0, `got.values[${row}]`) + `
  got.there[${row}] = vec${own}<bool>(there);`
    )
    : vector !== undefined
    ? range(own).map((e) =>
      element(0, e, `got.values[${e}]`) + `
  got.there[${e}] = vec4<bool>(there);`
    )
    : range(own).flatMap((e) =>
      range(4).map((row) =>
        element(row, e, `got.values[${e}].${letters[row]}`) + `
  got.there[${e}].${letters[row]} = there;`
      )
    );
  const kept = range(along ? 4 : own).map((i) =>
    `let v${i} = select(vec${along ? own : 4}f(), got.values[${i}], got.there[${i}]);`
  );
  const stored = range(own).map((e) => {
    const across = range(4).map((row) => `v${row}.${letters[e]}`).join(", ");
    return `block_${name}[at.y][${e}][at.x] = ${along ? `vec4f(${across})` : `v${e}`};`;
  });
  const count = along ? 4 : own, width = along ? own : 4;
  return `
// Row (column) 4 * quad + e of the block at inner index k: [k / ${own}][k % ${own}][quad][e].
var<workgroup> block_${name}: array<array<array<vec4f, ${quads}>, ${own}>, ${depth / own}>;

struct Patch_${name} {
  values: array<vec${width}f, ${count}>,
  there: array<vec${width}<bool>, ${count}>,
}

fn place_${name}(lane: u32) -> vec2u {
  return ${place};
}

fn fetch_${name}(scope: Scope, rows: array<${
    name === "a" ? "Row" : "u32"
  }, 4>, k: u32, end: u32) -> Patch_${name} {
  var got: Patch_${name};
  var at: Element;
  var there: bool;${fetch.join("")}
  return got;
}

fn stow_${name}(got: Patch_${name}, at: vec2u) {
  ${[...kept, ...stored].join("\n  ")}
}
`;
}
