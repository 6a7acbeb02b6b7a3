import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Random } from "../../lib/core/random.ts";
import { elastic, gaussianBlur, pipeline, type StepConfig } from "../../lib/augment/mod.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { DataStream } from "../../lib/train/stream.ts";
import type { ByteImage } from "../../lib/vision/image.ts";

/** An image whose bytes all differ, as far as there are 251. */
const numbered = (width: number, height: number, channels = 3): ByteImage => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 7 + 1) % 251),
});

const all: StepConfig[] = [
  { type: "resize", size: 20 },
  { type: "centerCrop", size: [18, 19] },
  { type: "randomCrop", size: 16, padding: 2, mode: "reflect" },
  { type: "randomResizedCrop", size: [12, 14], scale: [0.5, 1] },
  { type: "randomHorizontalFlip" },
  { type: "randomVerticalFlip" },
  { type: "randomAffine", degrees: 20, translate: [0.1, 0.1], scale: [0.9, 1.1], shear: 5 },
  { type: "elastic", alpha: 20, sigma: 2 },
  { type: "colorJitter", brightness: 0.3, contrast: [0.5, 2], saturation: 0.4, hue: 0.1 },
  { type: "pcaColor" },
  { type: "randomGrayscale", probability: 0.5 },
  { type: "gaussianBlur", kernelSize: 3 },
  { type: "randomErasing", fill: "random" },
  { type: "randAugment" },
  { type: "trivialAugment" },
];

Deno.test("the same random numbers give the same image, others another", () => {
  const augment = pipeline(all), image = numbered(31, 24);
  const result = augment.apply(image, new Random(5, 6));
  assertEquals([result.height, result.width], augment.shapeOf([24, 31, 3]).slice(0, 2));
  assertEquals(augment.apply(image, new Random(5, 6)), result);
  assertNotEquals(augment.apply(image, new Random(5, 7)).data, result.data);
  assertEquals(image, numbered(31, 24), "the image itself stays");
});

Deno.test("each step alone is taken by its probability, works on grey and on one pixel", () => {
  for (const step of all) {
    if (!["resize", "centerCrop", "randomCrop", "randomResizedCrop"].includes(step.type)) {
      const never = pipeline([{ ...step, probability: 0 } as StepConfig]);
      assertEquals(never.apply(numbered(9, 7), new Random(1)), numbered(9, 7), step.type);
    }
    for (const [width, height] of [[1, 1], [1, 5], [33, 2], [21, 22]] as const) {
      for (const channels of [1, 3]) {
        if (step.type === "pcaColor" && channels === 1) continue;
        const cuts = step.type === "centerCrop" || step.type === "randomCrop";
        if (cuts && (width < 20 || height < 20)) continue;
        const augment = pipeline([step]), image = numbered(width, height, channels);
        for (let seed = 0; seed < 20; seed++) {
          const result = augment.apply(image, new Random(seed));
          const shape = augment.shapeOf([height, width, channels]);
          assertEquals([result.height, result.width], shape.slice(0, 2), step.type);
          assertEquals(result.data.length, shape[0] * shape[1] * shape[2], step.type);
        }
      }
    }
  }
});

Deno.test("nothing is random but what the given numbers make so", () => {
  const { random } = Math;
  Math.random = () => {
    throw new Error("Math.random");
  };
  try {
    const augment = pipeline(all), image = numbered(31, 24);
    // In any order, and with others in between, as threads have them.
    const make = (index: number) => augment.apply(image, new Random(1, index)).data;
    const forward = [0, 1, 2, 3].map(make), backward = [3, 2, 1, 0].map(make);
    assertEquals(backward.reverse(), forward);
  } finally {
    Math.random = random;
  }
});

Deno.test("a Gaussian of hardly any width changes nothing", () => {
  for (const sigma of [1e-200, 1e-9, 0.01]) {
    assertEquals(gaussianBlur(numbered(5, 4), 7, sigma), numbered(5, 4));
    const noise = new Float32Array(40).fill(0);
    assertEquals(elastic(numbered(5, 4), noise, { sigma }), numbered(5, 4));
  }
});

Deno.test("a pipeline is data: JSON makes the same again, with what was left out", () => {
  const augment = pipeline(all);
  const again = pipeline(JSON.parse(JSON.stringify(augment)));
  assertEquals(again.steps, augment.steps);
  const image = numbered(40, 30);
  assertEquals(again.apply(image, new Random(9)), augment.apply(image, new Random(9)));
  assertEquals(
    String(pipeline("cifar")),
    'randomCrop(size: 32, padding: 4, mode: "constant", fill: 0) > randomHorizontalFlip(probability: 0.5)',
  );
  assertEquals(String(pipeline([])), "no augmentation");
});

Deno.test("random crops: every place as often, padding black", () => {
  const augment = pipeline([{ type: "randomCrop", size: [2, 3], padding: 1 }]);
  const image = { width: 3, height: 2, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
  const found = new Map<string, number>(), random = new Random(3);
  for (let i = 0; i < 9000; i++) {
    const key = String(augment.apply(image, random).data);
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  const rows = [[0, 0, 0, 0, 0], [0, 1, 2, 3, 0], [0, 4, 5, 6, 0], [0, 0, 0, 0, 0]];
  const expected = [0, 1, 2].flatMap((top) =>
    [0, 1, 2].map((left) => String(rows.slice(top, top + 2).map((r) => r.slice(left, left + 3))))
  );
  assertEquals([...found.keys()].sort(), expected.sort());
  for (const count of found.values()) assert(Math.abs(count - 1000) < 150, `${count} of 9000`);
});

Deno.test("random resized crops: areas and proportions are in their intervals", () => {
  // A slope along x and one along y: the first and last values tell the window.
  const side = 200;
  const image = {
    width: side,
    height: side,
    data: Uint8Array.from({ length: side * side * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return i % 3 === 0 ? pixel % side : i % 3 === 1 ? Math.floor(pixel / side) : 0;
    }),
  };
  const augment = pipeline([{
    type: "randomResizedCrop",
    size: 50,
    scale: [0.1, 0.5],
    ratio: [0.5, 2],
  }]);
  const areas: number[] = [], ratios: number[] = [], random = new Random(8);
  for (let i = 0; i < 300; i++) {
    const { data } = augment.apply(image, random);
    const width = (data.at(-3)! - data[0]!) * 50 / 49, height = (data.at(-2)! - data[1]!) * 50 / 49;
    areas.push(width * height / side ** 2);
    ratios.push(width / height);
  }
  assert(Math.min(...areas) > 0.09 && Math.max(...areas) < 0.53, "areas");
  assert(Math.min(...ratios) > 0.46 && Math.max(...ratios) < 2.15, "proportions");
  const mean = areas.reduce((a, b) => a + b) / 300;
  assert(Math.abs(mean - 0.3) < 0.03, `a mean area of ${mean}`);
  const logarithm = ratios.reduce((sum, r) => sum + Math.log(r), 0) / 300;
  assert(Math.abs(logarithm) < 0.08, `a mean logarithm of ${logarithm}`);
});

Deno.test("random resized crops where none fits take the largest in the middle", () => {
  const augment = pipeline([{ type: "randomResizedCrop", size: [4, 2], scale: [1, 1] }]);
  const image = numbered(64, 1, 1), { data } = augment.apply(image, new Random(1));
  assertEquals(data.length, 8);
});

const images = arrayDataset({
  inputs: { data: numbered(6, 5 * 4, 3).data, shape: [5, 6, 3] },
  targets: [0, 1, 2, 1],
  classes: 3,
  normalization: { mean: [1, 2, 3], standardDeviation: [4, 5, 6] },
});

Deno.test("a data set mapped: by seed, epoch and index alone, with its shape and normalization", () => {
  const augmented = images.map(pipeline([{ type: "randomCrop", size: [4, 3], padding: 1 }]));
  assertEquals(augmented.inputs, [{ shape: [4, 3, 3], dtype: "u8" }]);
  assertEquals(augmented.normalization, images.normalization);
  const read = (index: number, epoch: number, seed: number) =>
    augmented.get(index, { epoch, seed }).inputs[0]!;
  assertEquals(read(2, 1, 7), read(2, 1, 7));
  const batch = [...augmented.batches({ batchSize: 4, epoch: 1, seed: 7 })][0]!;
  assertEquals(batch.inputs[0]!.subarray(2 * 36, 3 * 36), read(2, 1, 7));
  const drawn = new Set([0, 1, 2, 3, 4, 5].flatMap((epoch) => String(read(2, epoch, 7))));
  assert(drawn.size > 3, `${drawn.size} of 6 epochs differ`);
});

Deno.test("a stream mapped", async () => {
  const schema = { inputs: images.inputs, targets: images.targets };
  const stream = new DataStream(schema, function* () {
    for (let i = 0; i < 4; i++) yield images.get(i);
  });
  const augmented = stream.map(pipeline("crop-flip"));
  const collect = async (seed: number) => {
    const found = [];
    for await (const batch of augmented.batches({ batchSize: 4, seed })) {
      found.push(batch.inputs[0]);
    }
    return found;
  };
  assertEquals(await collect(3), await collect(3));
  assertNotEquals(await collect(3), await collect(4));
});

Deno.test("presets at their sizes", () => {
  assertEquals(pipeline("imagenet").shapeOf([300, 400, 3]), [224, 224, 3]);
  assertEquals(pipeline("alexnet").shapeOf([300, 400, 3]), [224, 224, 3]);
  assertEquals(pipeline("alexnet", { size: 112 }).steps[0], {
    type: "resize",
    size: 128,
    filter: "bilinear",
    probability: 1,
  });
  assertEquals(pipeline("cifar").shapeOf([32, 32, 3]), [32, 32, 3]);
  assertEquals(pipeline("crop-flip").shapeOf([28, 28, 1]), [28, 28, 1]);
  assertEquals(pipeline("imagenet", { size: 96 }).shapeOf([10, 9, 1]), [96, 96, 1]);
});

const wrong: [string, () => unknown, string][] = [
  ["unknown step", () => pipeline([{ type: "randomCorp" } as never]), 'did you mean "randomCrop"?'],
  ["no type", () => pipeline([{ size: 3 } as never]), "step 1: unknown type"],
  ["no object", () => pipeline(["flip" as never]), "step 1: expected a step such as"],
  ["no list", () => pipeline(null as never), "expected a list of steps"],
  ["a preset misspelt", () => pipeline("imagent" as never), 'did you mean "imagenet"?'],
  [
    "probability",
    () => pipeline([{ type: "randomVerticalFlip", probability: 1.5 }]),
    "step 1, randomVerticalFlip: probability: expected a number from 0 to 1, found 1.5",
  ],
  [
    "setting misspelt",
    () => pipeline([{ type: "resize", size: 4 }, { type: "randomCrop", pading: 2 } as never]),
    'step 2, randomCrop: unknown option "pading"; did you mean "padding"?',
  ],
  ["no size", () => pipeline([{ type: "centerCrop" } as never]), "centerCrop: size: expected"],
  ["size 0", () => pipeline([{ type: "resize", size: 0 }]), "resize: size: expected an integer"],
  [
    "interval turned round",
    () => pipeline([{ type: "randomErasing", scale: [0.5, 0.2] }]),
    "scale: expected the lower number first",
  ],
  ["hue", () => pipeline([{ type: "colorJitter", hue: 0.7 }]), "hue: expected a number"],
  ["even kernel", () => pipeline([{ type: "gaussianBlur", kernelSize: 4 }]), "an odd number"],
  ["magnitude", () => pipeline([{ type: "randAugment", magnitude: 31 }]), "below the 31 bins"],
  [
    "crop too large",
    () => images.map(pipeline([{ type: "randomCrop", size: 9, padding: 1 }])),
    "step 1, randomCrop: size: expected a crop within the image of 6 x 5 pixels with a padding of 1 at each side",
  ],
  [
    "crop too large after a step",
    () =>
      pipeline([{ type: "resize", size: 8 }, { type: "centerCrop", size: 9 }]).shapeOf([5, 5, 3]),
    "step 2, centerCrop: size: expected a crop within the image of 8 x 8 pixels",
  ],
  [
    "reflection beyond the image",
    () => pipeline([{ type: "randomCrop", padding: 5, mode: "reflect" }]).shapeOf([5, 6, 3]),
    "expected a padding of at most 4",
  ],
  [
    "colours of grey images",
    () => pipeline("alexnet").shapeOf([300, 300, 1]),
    "pcaColor: expected RGB images, found grey ones",
  ],
  [
    "fill of another number of channels",
    () => pipeline([{ type: "randomAffine", fill: [1, 2, 3] }]).shapeOf([5, 5, 1]),
    "fill: expected a number or 1 of them",
  ],
  [
    "an image with alpha",
    () => pipeline([]).apply(numbered(3, 3, 4), new Random(1)),
    "expected an image of width * height * 3 bytes",
  ],
  [
    "numbers that are no bytes",
    () =>
      arrayDataset({ inputs: { data: new Float32Array(12), shape: [2, 2, 3] } }).map(
        pipeline("cifar"),
      ),
    "expected images u8[height, width, 1 or 3] as the first input, found f32[2, 2, 3]",
  ],
  ["a size without preset", () => pipeline([], { size: 3 }), "with the name of a preset alone"],
];

for (const [name, call, message] of wrong) {
  Deno.test(`an error before work: ${name}`, () => {
    const { message: found } = assertThrows(call, Error);
    assertStringIncludes(found, message);
  });
}
