import { assert, assertEquals, assertThrows } from "@std/assert";
import { emitReduce } from "../../../../kernels/webgpu/reduce/reduce.ts";
import { foldWorkgroups, unroll } from "../../../../kernels/webgpu/shader/source.ts";
import { DeviceError } from "../../../../lib/core/errors.ts";

Deno.test("foldWorkgroups keeps every dimension within 65535", () => {
  assertEquals(foldWorkgroups(1), [1, 1, 1]);
  assertEquals(foldWorkgroups(65535), [65535, 1, 1]);
  for (const count of [65536, 1_000_003, 65535 * 65535, 65535 * 65535 + 1, 2 ** 33]) {
    const [x, y, z] = foldWorkgroups(count);
    assert(Math.max(x, y, z) <= 65535, `${[x, y, z]}`);
    assert(x * y * z >= count && x * y * z < count * 1.01 + 65535, `${[x, y, z]}`);
  }
});

Deno.test("unroll writes marked loops out, inner ones too, and leaves others alone", () => {
  const source = "@unroll for (var i = 0u; i < N; i++) { a[i] = bi; " +
    "@unroll for (var j = 0u; j < M; j++) { { c[i][j]; } } } for (var k = 0u; k < N; k++) {}";
  const compact = unroll(source, { N: 2, M: 1 }).replaceAll(/\s+/g, "");
  assertEquals(
    compact,
    "{a[0u]=bi;{{c[0u][0u];}}}{a[1u]=bi;{{c[1u][0u];}}}for(vark=0u;k<N;k++){}",
  );
  assertEquals(unroll("x @unroll for (var i = 0u; i < N; i++) { i } y", { N: 0 }), "x  y");
  assertThrows(() => unroll("@unroll for (var i = 0u; i < Z; i++) {}", {}), Error, "limit Z");
});

Deno.test("a reduction of more elements than an index reaches is refused", () => {
  const emit = (rows: number) =>
    emitReduce(
      {
        kind: "reduce",
        combine: "sum",
        shape: [rows, 2 ** 16],
        axes: [1],
        expression: {
          steps: [{ kind: "literal", value: 1, dtype: "f32" }],
          stores: [{ step: 0, dtype: "f32" }],
        },
        dtype: "f32",
      },
      { inputs: [], outputs: [0] },
      "register",
    );
  assertEquals(emit(2 ** 16).dispatches.length, 2);
  assertThrows(() => emit(2 ** 16 + 1), DeviceError, "sum over [65537, 65536]: expected at most");
});
