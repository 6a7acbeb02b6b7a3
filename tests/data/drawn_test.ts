import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { digits } from "../../data/digits.ts";
import { shapes } from "../../data/shapes.ts";
import type { Dataset } from "../../lib/train/dataset.ts";

/** Mean and standard deviation of a channel, in units of pixel / 255. */
function moments(data: Dataset, channel: number): [number, number] {
  const pixels = data.batch(Array.from({ length: data.length }, (_, i) => i)).inputs[0]!;
  const channels = data.inputs[0]!.shape[2]!;
  let sum = 0, squares = 0;
  for (let i = channel; i < pixels.length; i += channels) {
    sum += pixels[i]! / 255;
    squares += (pixels[i]! / 255) ** 2;
  }
  const mean = sum * channels / pixels.length;
  return [mean, Math.sqrt(squares * channels / pixels.length - mean * mean)];
}

for (const [make, shape] of [[digits, [28, 28, 1]], [shapes, [32, 32, 3]]] as const) {
  Deno.test(`${make.name}: fields, classes, labels`, () => {
    const { train, test } = make({ train: 300, test: 100 });
    assertEquals([train.length, test.length], [300, 100]);
    assertEquals(train.inputs, [{ shape, dtype: "u8" }]);
    assertEquals(train.targets, [{ shape: [], dtype: "i32" }]);
    assertEquals(train.classes!.length, 10);
    const labels = train.batch(Array.from({ length: 300 }, (_, i) => i)).targets[0]!;
    assertEquals(new Set(labels).size, 10);
    assertEquals(Array.from(train.labels!), [...labels]);
    assert(labels.every((label) => label >= 0 && label < 10));
  });

  Deno.test(`${make.name}: an example depends on seed and index alone`, () => {
    const { train, test } = make({ train: 600, test: 10, seed: 7 });
    const backwards = make({ train: 300, test: 20, seed: 7 });
    for (const index of [299, 255, 0]) {
      assertEquals(backwards.train.get(index), train.get(index));
    }
    assertEquals(backwards.test.get(9), test.get(9));
    assertEquals(train.get(599), train.get(599));
    const other = make({ train: 300, test: 10, seed: 8 });
    assert(String(other.train.get(0).inputs[0]) !== String(train.get(0).inputs[0]));
    assert(String(test.get(0).inputs[0]) !== String(train.get(0).inputs[0]));
  });

  Deno.test(`${make.name}: normalization is that of the images`, () => {
    const { train } = make({ train: 1000, test: 1 });
    train.normalization!.mean.forEach((mean, channel) => {
      const [foundMean, foundDeviation] = moments(train, channel);
      assertAlmostEquals(foundMean, mean, 0.02);
      assertAlmostEquals(foundDeviation, train.normalization!.standardDeviation[channel]!, 0.02);
    });
  });

  Deno.test(`${make.name}: any number costs nothing before it is read`, () => {
    const { train } = make({ train: 1e9, test: 1 });
    const far = train.get(1e9 - 1);
    assertEquals(far, train.get(1e9 - 1)); // beyond what is kept: drawn again
    assert(far.inputs[0]!.some((pixel) => pixel > 60));
  });

  Deno.test(`${make.name}: counts that are no count are refused`, () => {
    assertThrows(() => make({ train: 0 }), RangeError, "from 1 to");
    assertThrows(() => make({ test: 1.5 }), RangeError, "found 1.5");
    assertThrows(() => make({ train: 1, seed: 0.5 }), RangeError, "seed");
  });
}
