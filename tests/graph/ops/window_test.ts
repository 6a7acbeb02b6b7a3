import { assertEquals, assertThrows } from "@std/assert";
import { leaf, Node } from "../../../lib/graph/node.ts";
import {
  windowMax,
  windowMaxGradientOp,
  windowSum,
  windowSumGradient,
} from "../../../lib/graph/ops/window.ts";

const f32 = (...shape: number[]): Node => leaf(shape, "f32");
const plain = { window: [3, 2], stride: [2, 2], padding: [0, 0, 0, 0] } as const;

Deno.test("as many results as windows", () => {
  assertEquals(windowMax(f32(2, 7, 6, 5), plain).shape, [2, 3, 3, 5]);
  const padded = { ...plain, padding: [1, 2, 0, 1] } as const;
  assertEquals(windowSum(f32(2, 7, 6, 5), padded).shape, [2, 4, 3, 5]);
});

Deno.test("a window that does not fit says so", () => {
  assertThrows(
    () => windowMax(f32(1, 2, 6, 1), plain),
    RangeError,
    "windowMax: window 3x2 with padding [0, 0, 0, 0] does not fit the 2x6 input",
  );
  assertThrows(
    () => windowSum(f32(1, 5, 6, 1), { ...plain, padding: [0, 0, 2, 0] }),
    RangeError,
    "windowSum: padding [0, 0, 2, 0] must be smaller than the window 3x2",
  );
  assertThrows(
    () => windowMax(f32(5, 6, 1), plain),
    TypeError,
    "windowMax: expected f32 images [n, height, width, channels], found f32 [5, 6, 1]",
  );
  assertThrows(() => windowMax(leaf([1, 5, 6, 1], "i32"), plain), TypeError, "found i32");
  // Padding alone would make windows of it, with nothing in them.
  const padded = { ...plain, padding: [2, 2, 1, 1] } as const;
  for (const op of [windowMax, windowSum]) {
    assertThrows(() => op(f32(2, 0, 6, 1), padded), RangeError, "at least one pixel");
    assertThrows(() => op(f32(2, 5, 0, 1), padded), RangeError, "found [2, 5, 0, 1]");
    assertEquals(op(f32(0, 7, 6, 5), plain).shape, [0, 3, 3, 5]);
  }
});

Deno.test("the gradients check what they are given", () => {
  const image = f32(1, 7, 6, 1);
  assertThrows(
    () => windowSumGradient(f32(1, 3, 4, 1), image.shape, plain),
    TypeError,
    "windowSumGradient: images [1, 7, 6, 1] give [1, 3, 3, 1], not [1, 3, 4, 1]",
  );
  assertThrows(
    () => new Node(windowMaxGradientOp, [image, f32(1, 3, 3, 1), f32(1, 3, 4, 1)], plain),
    TypeError,
    "windowMaxGradient: images [1, 7, 6, 1] give [1, 3, 3, 1], not [1, 3, 4, 1]",
  );
});
