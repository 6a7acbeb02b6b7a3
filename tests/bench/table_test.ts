import { assertEquals } from "@std/assert";
import { checkConvolution } from "./convolutions.ts";
import { channelsFirst, channelsLast, permuted } from "./onnx.ts";
import { formatTable, type Result } from "./table.ts";

const result = (contender: string, kind: Result["kind"], milliseconds: number): Result => ({
  contender,
  kind,
  case: "matmul-512",
  milliseconds,
  disturbed: false,
  gflops: 100 / milliseconds,
});

Deno.test("bench: who computes something wrong has no time, and is not the best peer", () => {
  const results = [
    result("striate-cpu", "striate", 2),
    result("ort-wasm", "peer", 8),
    result("torch", "reference", 1),
  ];
  const wrong = [{ contender: "jaxjs-wasm", case: "matmul-512", wrong: "expected 1, found NaN" }];
  assertEquals(formatTable(results, wrong).split("\n"), [
    "contender       ms  GFLOP/s  of best peer  of torch",
    "torch         1.00    100.0         8.00x     1.00x",
    "striate-cpu   2.00     50.0         4.00x    0.500x",
    "ort-wasm      8.00     12.5         1.00x    0.125x",
    "jaxjs-wasm   wrong                                 ",
    "jaxjs-wasm: expected 1, found NaN",
  ]);
});

Deno.test("bench: a convolution that is not one is wrong", () => {
  const convolution = { result: "forward", image: [1, 3, 3, 2], kernel: [3, 3, 2, 4] } as const;
  let message = "";
  try {
    checkConvolution(convolution, new Float32Array(36));
  } catch (error) {
    message = (error as Error).message;
  }
  assertEquals(/^wrong convolution: expected .*, found 0$/.test(message), true, message);
});

Deno.test("bench: axes change places and come back", () => {
  const images = Float32Array.from({ length: 2 * 3 * 4 * 5 }, (_, i) => i);
  const first = channelsFirst(images, [2, 3, 4, 5]);
  assertEquals([...first.slice(0, 4)], [0, 5, 10, 15]);
  assertEquals(channelsLast(first, [2, 5, 3, 4]), images);
  assertEquals([...permuted([1, 2, 3, 4, 5, 6], [2, 3], [1, 0])], [1, 4, 2, 5, 3, 6]);
});
