import { sizeOf } from "../../../lib/core/shape.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { emitStored, type Lanes, prelude } from "../elementwise/expression.ts";
import common from "./product.wgsl" with { type: "text" };
import { emitTotal } from "../reduce/reduction.ts";
import { blockTile, emitBlock, type Forced, patchesOf } from "./block.ts";
import type { Vector } from "./patch.ts";
import { emitRegister, registerTile } from "./register.ts";
import { constants, type Dispatch, type Emitted } from "../shader/source.ts";
import type { Product } from "./description.ts";
import type { Tiling } from "./tile.ts";

/** The dispatch of a product, and one that adds up the pieces where its sums were cut. */
export function emitProduct(
  product: Product,
  operands: Operands,
  tiling: Tiling,
  forced?: Forced,
): Emitted {
  const { alongRows = false, alongDepth = false, columnB = 1 } = product;
  const size = sizeOf(product.output);
  const scratch = Math.max(...operands.inputs, ...operands.outputs) + 1;
  const emitted = (
    chunks: number,
    [vectorA, vectorB]: readonly [Vector | undefined, Vector | undefined],
    /** Vectors of so many elements are what indices count. */
    [unitA, unitB]: readonly [number, number],
    emit: (bindings: Bindings, parts: readonly string[]) => Dispatch,
  ): Emitted => {
    const bindings = new Bindings(operands, chunks > 1 ? [scratch] : operands.outputs);
    const inQuads = tiling === "workgroup" && product.columns % 4 === 0 &&
      product.output.at(-1)! % 4 === 0;
    const piece = (type: "f32" | "vec4f", index: string) =>
      bindings.write(scratch, type, index, "value");
    const store = inQuads
      ? chunks > 1
        ? piece("vec4f", `(chunk * ${size}u + i) / 4u`)
        : emitTail(product, bindings, "last", 4)
      : chunks > 1
      ? piece("f32", `chunk * ${size}u + i`)
      : emitTail(product, bindings, "last");
    const first = emit(bindings, [
      prelude,
      operand("a", 0, bindings, vectorA),
      operand("b", 1, bindings, vectorB),
      `fn finish(i: u32, last: u32, chunk: u32, value: ${inQuads ? "vec4f" : "f32"}) {
  ${store}
}`,
      storeFour(product, inQuads),
      constants({
        ROWS: product.rows,
        LAST_ROW: product.rows - 1,
        COLUMNS: product.columns,
        SEGMENTS: product.segments,
        LENGTH: Math.max(1, product.length),
        CHUNKS: chunks,
        A_VECTORS: vectorA !== undefined,
        B_VECTORS: vectorB !== undefined,
        A_UNIT: unitA,
        B_UNIT: unitB,
        B_STEP: product.stepB,
        B_COLUMN: columnB,
      }),
      common,
      product.source,
    ]);
    if (chunks === 1) return { dispatches: [first] };
    const second = emitSum(product, operands, scratch, chunks, tiling);
    return { dispatches: [first, second], scratch: size * chunks * 4 };
  };
  if (tiling === "register") {
    const suited = registerTile(product, product.uniform);
    const tile = product.uncut ? { ...suited, chunks: 1 } : suited;
    // Threads that read for themselves do so along the rows of A and B.
    const vectorA = product.alignedA && !alongRows ? 4 : undefined;
    const vectorB = product.alignedB && !alongDepth ? 4 : undefined;
    return emitted(
      tile.chunks,
      [vectorA, vectorB],
      [1, 1],
      (...given) => emitRegister(product, tile, ...given),
    );
  }
  const tile = blockTile(product, product.uncut ? { ...forced, chunks: 1 } : forced);
  const [a, b] = patchesOf(product, tile);
  return emitted(
    tile.chunks,
    [a.vector, b.vector],
    [a.vector ?? 1, b.vector ?? 1],
    (...given) => emitBlock(product, tile, [a, b], ...given),
  );
}

/** WGSL that reads an operand: by elements, and by vectors if it is bound so. */
function operand(name: string, input: number, bindings: Bindings, vector?: Vector): string {
  if (vector !== undefined) {
    const load = bindings.load(input, `vec${vector}f`, "i");
    const element = bindings.load(input, `vec${vector}f`, `i / ${vector}u`);
    return `fn ${name}_at${vector}(i: u32) -> vec${vector}f { return ${load}; }
fn ${name}_at(i: u32) -> f32 { return ${element}[i % ${vector}u]; }`;
  }
  const four = [0, 1, 2, 3].map((e) => `${name}_at(i * 4u + ${e}u)`).join(", ");
  return bindings.loader(`${name}_at`, input, "f32") +
    `\nfn ${name}_at4(i: u32) -> vec4f { return vec4f(${four}); }`;
}

/** Statements that compute a product's tail for an element, or for four neighbours, and store it. */
function emitTail(product: Product, bindings: Bindings, last: string, lanes: Lanes = 1): string {
  const { tail, output } = product;
  if (tail === undefined) {
    return lanes === 4
      ? bindings.store(0, "vec4f", "i / 4u", "value")
      : bindings.store(0, "f32", "i", "value");
  }
  const shape = [sizeOf(output.slice(0, -1)), output.at(-1)!];
  return emitStored(tail, shape, { index: "i", last, result: "value" }, bindings, lanes);
}

/** WGSL that stores four neighbouring columns, as far as they are there. */
function storeFour(product: Product, inQuads: boolean): string {
  const whole = product.columns % 4 === 0;
  const call = (column: string, value: string) =>
    `finish(start + ${column}, last_of(batch, ${column}), chunk, ${value});`;
  const lines = ["x", "y", "z", "w"].map((component, e) => {
    const column = e === 0 ? "column" : `column + ${e}u`;
    const one = call(column, `value.${component}`);
    return whole ? one : `if (${column} < COLUMNS) { ${one} }`;
  });
  const guard = [
    ...(whole ? ["column >= COLUMNS"] : []),
    ...(product.sparse ? ["start == 0xffffffffu"] : []),
  ].join(" || ");
  return `fn store4(batch: u32, chunk: u32, row: u32, column: u32, value: vec4f) {
  let start = place(batch, row);
  ${guard && `if (${guard}) { return; }`}
  ${inQuads ? call("column", "value") : lines.join("\n  ")}
}`;
}

/** The dispatch that adds up the pieces of each sum and computes the tail. */
function emitSum(
  product: Product,
  operands: Operands,
  scratch: number,
  chunks: number,
  tiling: Tiling,
): Dispatch {
  const bindings = new Bindings(operands), last = product.output.at(-1) ?? 1;
  return emitTotal(
    {
      combine: "sum",
      dtype: "f32",
      outputs: sizeOf(product.output),
      elements: chunks,
      store: emitTail(product, bindings, `(i % ${last}u)`),
    },
    [scratch, 0],
    bindings,
    tiling,
  );
}
