import { assertEquals, assertThrows } from "@std/assert";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { counting } from "./counting.ts";

Deno.test("arrayDataset: fields follow from the data", () => {
  const data = arrayDataset({
    inputs: [
      { data: new Uint8Array(2 * 12), shape: [2, 2, 3] },
      { data: Float32Array.of(1, 2), shape: [] },
    ],
    targets: [[1, 0], [0, 1]],
    normalization: { mean: [0, 0, 0], standardDeviation: [1, 1, 1] },
  });
  assertEquals(data.length, 2);
  assertEquals(data.inputs, [{ shape: [2, 2, 3], dtype: "u8" }, { shape: [], dtype: "f32" }]);
  assertEquals(data.targets, [{ shape: [2], dtype: "f32" }]);
  assertEquals(data.get(1).inputs[1], Float32Array.of(2));
  assertEquals(counting(4).targets, [{ shape: [], dtype: "i32" }]);
  assertEquals(counting(4).classes, ["0", "1", "2"]);
  assertEquals(arrayDataset({ inputs: Float32Array.of(1, 2, 3) }).targets, []);
  const large = arrayDataset({ inputs: [1, 2], targets: [1, 3e9] });
  assertEquals(large.get(1).targets, [Float32Array.of(3e9)], "integers that are no i32");
});

Deno.test("arrayDataset: data that do not fit are refused, with the place", () => {
  const inputs = [[1], [2], [3]];
  assertThrows(() => arrayDataset({ inputs: [] }), RangeError, "empty");
  assertThrows(
    () => arrayDataset({ inputs, targets: [0, 1] }),
    RangeError,
    "targets[0] has 2 examples, but inputs[0] has 3",
  );
  assertThrows(
    () => arrayDataset({ inputs, targets: [0, 1, 2], classes: ["cat", "dog"] }),
    RangeError,
    "label 2 of example 2 is out of range; expected 0 to 1",
  );
  assertThrows(
    () => arrayDataset({ inputs, targets: Int32Array.of(0, -1, 1), classes: 2 }),
    RangeError,
    "label -1 of example 1",
  );
  assertThrows(
    () => arrayDataset({ inputs, targets: [0.5, 1, 1], classes: 2 }),
    TypeError,
    "one integer label an example, found f32[]",
  );
  assertThrows(
    () => arrayDataset({ inputs: [[1, 2], [3]] }),
    TypeError,
    "arrayDataset: inputs: expected nested arrays of one shape [2,2], found 1 elements at [1]",
  );
  assertThrows(
    () => arrayDataset({ inputs: [[1], [null as unknown as number]] }),
    TypeError,
    "arrayDataset: inputs: expected numbers, found null at [1][0]",
  );
  assertThrows(
    () => arrayDataset({ inputs: { data: new Uint8Array(13), shape: [2, 2] } }),
    TypeError,
    "13 elements are no whole number of examples of shape [2, 2]",
  );
  assertThrows(
    // deno-lint-ignore no-explicit-any
    () => arrayDataset({ inputs: "pixels" as any }),
    TypeError,
    "expected a Float32Array",
  );
  assertThrows(
    () =>
      arrayDataset({
        inputs: { data: new Uint8Array(12), shape: [2, 2, 3] },
        normalization: { mean: [0.5, 0.5], standardDeviation: [0.5, 0.5] },
      }),
    TypeError,
    "arrayDataset: normalization: mean: expected 1 or 3 numbers, found 2",
  );
  assertThrows(
    () => arrayDataset({ inputs, normalization: { mean: [0], standardDeviation: [0] } }),
    RangeError,
    "above 0",
  );
});

Deno.test("arrayDataset: what is no array is said to be that", () => {
  for (
    const [inputs, found] of [[null, "null"], [{}, "{}"], [new Float64Array(2), "Float64Array"]]
  ) {
    assertThrows(
      () => arrayDataset({ inputs: inputs as never, targets: [0] }),
      TypeError,
      "or nested arrays of numbers, found ",
    );
    assertThrows(
      () => arrayDataset({ inputs: [[1]], targets: inputs as never }),
      TypeError,
      found as string,
    );
  }
});

Deno.test("arrayDataset: plain numbers with a shape, for several inputs too", () => {
  const { inputs, length } = arrayDataset({
    inputs: [{ data: [1, 2, 3, 4], shape: [2] }, { data: [5, 6], shape: [1] }],
    targets: [0, 1],
  });
  assertEquals([length, inputs], [2, [{ shape: [2], dtype: "f32" }, { shape: [1], dtype: "f32" }]]);
});

Deno.test("arrayDataset: labels that are words, and nested inputs of two shapes, are told what to do", () => {
  const words = { inputs: [[1], [2]], targets: ["a", "b"] };
  assertThrows(
    () => arrayDataset(words as unknown as Parameters<typeof arrayDataset>[0]),
    TypeError,
    'expected numbers, found "a" at [0]; a label is the number of its class, and classes: [...]',
  );
  assertThrows(
    () => arrayDataset({ inputs: [[[1, 2], [3, 4]], [[5], [6]]], targets: [0, 1] }),
    TypeError,
    "several inputs are given by name: inputs: { name: [...], other: [...] }",
  );
});
