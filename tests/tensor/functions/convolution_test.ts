import { assert, assertEquals, assertThrows } from "@std/assert";
import type { ConvolutionOptions, Padding } from "../../../lib/tensor/functions/settings.ts";
import { conv2d, convTranspose2d } from "../../../lib/tensor/functions/convolution.ts";
import { randomNormal, zeros } from "../../../lib/tensor/create.ts";
import { setDevice } from "../../../lib/tensor/runtime.ts";

/** The shape that a 3x3 kernel gives for images [1, 4, 5, 2]. */
function shapeOf(options: ConvolutionOptions, outputPadding?: [number, number]) {
  const kernel = zeros([3, 3, 6 / (options.groups ?? 1), 2]);
  const given = { ...options, ...outputPadding && { outputPadding } };
  return convTranspose2d(zeros([1, 4, 5, 2]), kernel, given).shape;
}

Deno.test("the size is the one that a convolution would turn into the input's", () => {
  assertEquals(shapeOf({}), [1, 6, 7, 6]);
  assertEquals(shapeOf({ stride: 2 }), [1, 9, 11, 6]);
  assertEquals(shapeOf({ stride: [1, 2], padding: 1 }), [1, 4, 9, 6]);
  assertEquals(shapeOf({ stride: 2, padding: 1 }, [1, 0]), [1, 8, 9, 6]);
  assertEquals(shapeOf({ stride: 2, padding: "same", groups: 2 }), [1, 8, 10, 6]);
});

Deno.test("every size is by the formula of its padding, and its convolution is the input's", () => {
  for (const stride of [1, 2, 3, 4]) {
    for (const dilation of [1, 2, 3]) {
      for (const window of [1, 2, 3, 4]) {
        const reach = (window - 1) * dilation + 1;
        const kernel = zeros([window, window, 1, 2]), image = zeros([1, 5, 2, 2]);
        const shape = (given: object) =>
          convTranspose2d(image, kernel, { stride, dilation, ...given }).shape.slice(1, 3);
        assertEquals(shape({ padding: "same" }), [5 * stride, 2 * stride]);
        for (let extra = 0; extra < stride; extra++) {
          const sizes = [5, 2].map((n) => (n - 1) * stride + reach + extra);
          assertEquals(shape({ outputPadding: extra }), sizes);
          assertEquals(shape({ outputPadding: extra, padding: "valid" }), sizes);
          if (sizes[1]! < 4) continue;
          const padding = [1, 0, 2, 1] as const;
          const padded = shape({ outputPadding: extra, padding });
          assertEquals(padded, [sizes[0]! - 1, sizes[1]! - 3]);
          if (padded[0]! + 1 < reach || padded[1]! + 3 < reach) continue;
          const back = conv2d(zeros([1, ...padded, 1]), zeros([window, window, 1, 2]), {
            ...{ stride, dilation, padding },
          });
          assertEquals(back.shape, image.shape);
        }
      }
    }
  }
});

Deno.test("same is the middle of what is spread without padding, the odd pixel cut off at the end", async () => {
  await setDevice("cpu", { threads: 2 });
  const x = randomNormal([2, 3, 4, 4], { seed: 1 });
  for (const stride of [1, 2, 3]) {
    for (const dilation of [1, 2]) {
      for (const window of [1, 2, 3, 4]) {
        const kernel = randomNormal([window, window, 3, 4], { seed: 2 });
        const moves = { stride, dilation, groups: 2 };
        const all = convTranspose2d(x, kernel, moves);
        const reach = (window - 1) * dilation + 1, beyond = Math.max(0, stride - reach);
        const before = Math.floor(Math.max(0, reach - stride) / 2);
        const expected = all.pad([[0, 0], [0, beyond], [0, beyond], [0, 0]])
          .slice([0, before, before, 0], [2, 3 * stride, 4 * stride, 6]);
        const found = convTranspose2d(x, kernel, { ...moves, padding: "same" });
        assertEquals(found.shape, expected.shape);
        const error = await found.sub(expected).abs().max().item();
        assert(error < 1e-5, `stride ${stride}, dilation ${dilation}, ${window}: off by ${error}`);
      }
    }
  }
});

Deno.test("output padding: less than the stride, and none beside same", () => {
  const least = "outputPadding: expected less than the stride";
  assertThrows(() => shapeOf({ padding: 1 }, [3, 3]), RangeError, `${least}, 1x1, found [3,3]`);
  assertThrows(() => shapeOf({ stride: [2, 3] }, [2, 2]), RangeError, `${least}, 2x3`);
  assertThrows(() => shapeOf({ stride: 2, dilation: 3 }, [0, 2]), RangeError, least);
  for (const extra of [0, 1]) {
    const given = { stride: 2, padding: "same", outputPadding: extra } as const;
    const found =
      `expected none beside padding "same", which makes each axis \`stride\` times as long`;
    assertThrows(
      () => convTranspose2d(zeros([1, 3, 5, 1]), zeros([3, 3, 1, 1]), given),
      RangeError,
      `${found}, found ${extra}`,
    );
  }
});

Deno.test("padding that leaves nothing is an error", () => {
  const all: Padding = [3, 3, 0, 0];
  assertThrows(() => shapeOf({ padding: all }), RangeError, "leaves nothing of the result");
});
