import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { checkNormalization, preprocess } from "../../lib/nn/preprocess.ts";
import type { DType, TensorData } from "../../lib/core/dtype.ts";
import type { Normalization } from "../../lib/core/preprocessing.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { tensor } from "../../lib/tensor/create.ts";

await setDevice("cpu", { threads: 1 });

/** What a model sees of two pixels of two channels. */
const prepare = async (
  normalization: Normalization | undefined,
  data: TensorData,
  dtype: DType,
) => [
  ...await preprocess(tensor(data, { shape: [1, 1, 2, 2], dtype }), normalization).data(),
];

Deno.test("bytes are scaled to 1 and normalised by channel", async () => {
  const bytes = Uint8Array.of(0, 51, 102, 255);
  const plain = await prepare(undefined, bytes, "u8");
  [0, 0.2, 0.4, 1].forEach((x, i) => assertAlmostEquals(plain[i]!, x, 1e-6));
  const each = { mean: [0.5, 0.2], standardDeviation: [0.5, 0.1] };
  const normal = await prepare(each, bytes, "u8");
  [-1, 0, -0.2, 8].forEach((x, i) => assertAlmostEquals(normal[i]!, x, 1e-5));
  const one = { mean: [0.5], standardDeviation: [0.25] };
  const both = await prepare(one, bytes, "u8");
  [-2, -1.2, -0.4, 2].forEach((x, i) => assertAlmostEquals(both[i]!, x, 1e-5));
});

Deno.test("other numbers stay as they are", async () => {
  const each = { mean: [0.5, 0.2], standardDeviation: [0.5, 0.1] };
  const floats = Float32Array.of(1, -2, 3.5, 4);
  assertEquals(await prepare(each, floats, "f32"), [...floats]);
  assertEquals(await prepare(each, Int32Array.of(1, 2, 3, 4), "i32"), [
    1,
    2,
    3,
    4,
  ]);
});

Deno.test("constants that make no sense are errors", () => {
  const make = (mean: number[], standardDeviation: number[]) => () =>
    checkNormalization({ mean, standardDeviation }, 3);
  assertThrows(
    make([0, 0], [1]),
    TypeError,
    "normalization: mean: expected 1 or 3 numbers, found 2",
  );
  assertThrows(make([0], []), TypeError, "standardDeviation: expected 1 or 3 numbers, found 0");
  assertThrows(make([0], [0]), RangeError, "standardDeviation: expected finite numbers above 0");
  assertThrows(make([NaN], [1]), RangeError, "mean: expected finite numbers, found NaN");
});
