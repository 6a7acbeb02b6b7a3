/** What random crops see of images in folders: whole pictures, larger than the crop. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import * as augmentation from "../../lib/augment/mod.ts";
import { cropImage, mirrorImage } from "../../lib/vision/crop.ts";
import { decodeImage } from "../../lib/vision/decode.ts";
import { resizeImage, resizeShorterSide } from "../../lib/vision/resize_image.ts";
import { imageDataset } from "../../lib/images/image_dataset.ts";
import { imageFolder, type ImageFolderOptions } from "../../lib/images/image_folder.ts";
import { imageStream, type ImageStreamOptions } from "../../lib/images/image_stream.ts";
import { openImages } from "../../lib/images/open_images.ts";
import { webDataset } from "../../lib/images/webdataset.ts";
import type { DataStream } from "../../lib/train/stream.ts";
import { encodePng } from "../../lib/plotly_svg/mod.ts";
import { Random } from "../../lib/core/random.ts";
import { Draw } from "../../lib/train/draw.ts";
import { Folder, tar } from "./files.ts";
import { type Drawn, drawnFor, epoch, seed } from "./windows.ts";

interface Fixtures {
  readonly files: readonly string[];
  readonly records: readonly {
    readonly augment: "imagenet" | readonly augmentation.StepConfig[];
    readonly size: number;
    readonly resize?: false | number;
    readonly asked: readonly {
      readonly index: number;
      readonly height: number;
      readonly width: number;
      readonly side?: number;
    }[];
    readonly windows: readonly Drawn[];
    readonly hashes: readonly string[];
  }[];
}

/** From tests/fixtures/generate_image_folder.py. */
const { files, records }: Fixtures = JSON.parse(
  await Deno.readTextFile(new URL("../fixtures/image_folder.json", import.meta.url)),
);
const photographs = `${Deno.env.get("STRIATE_MIRROR")}/ants-bees`;
const hasPhotographs = await Deno.stat(photographs).then(() => true, () => false);

for (const { augment, size, resize, asked, windows, hashes } of records) {
  const name = `${JSON.stringify(augment)} at ${size}${
    resize === undefined ? "" : `, resize: ${resize}`
  }`;
  Deno.test({
    name: `photographs, wide and upright, as torchvision: ${name}`,
    ignore: !hasPhotographs,
    async fn() {
      assertEquals(asked.map((one) => drawnFor(one.index, one, one.side)), windows);
      using folder = new Folder(Object.fromEntries(
        files.flatMap((file) => {
          const bytes = Deno.readFileSync(`${photographs}/${file}`);
          return [[file, bytes], [file.replace("train", "val"), bytes]];
        }),
      ));
      const { train } = await imageFolder(folder.path, {
        size,
        augment: typeof augment === "string" ? augment : augmentation.pipeline(augment),
        ...resize !== undefined && { resize },
      });
      assertEquals(train.names, files);
      const { inputs: [pixels] } = await train.load([0, 1, 2, 3], { seed, epoch });
      const bytes = size * size * 3;
      const found = hashes.map((_, i) =>
        createHash("sha256").update(pixels!.slice(i * bytes, (i + 1) * bytes)).digest("hex")
      );
      assertEquals(found, hashes);
    },
  });
}

/** A picture of noise over a slope. */
function noise(height: number, width: number, stream = 0): Uint8Array<ArrayBuffer> {
  const random = new Random(5, stream);
  const data = Uint8Array.from(
    { length: height * width * 3 },
    (_, i) => (i * 7 / width + random.integer(90)) % 256,
  );
  return encodePng(data, width, height, 3);
}

const pictures = {
  "train/a/1.png": noise(40, 90, 1),
  "train/a/2.png": noise(70, 30, 2),
  "train/b/1.png": noise(33, 33, 3),
  "train/b/2.png": noise(9, 12, 4),
  "val/a/1.png": noise(20, 20),
  "val/b/1.png": noise(20, 25),
};
const read = (folder: Folder, given: ImageFolderOptions) => imageFolder(folder.path, given);
const imagesOf = async (folder: Folder, given: ImageFolderOptions) =>
  (await (await read(folder, given)).train.load([0, 1, 2, 3], { seed, epoch })).inputs[0]!;

Deno.test("crops are cut out of whole pictures at the size that the pipeline or resize says", async () => {
  using folder = new Folder(pictures);
  const flip = { type: "randomHorizontalFlip" } as const;
  const crop = augmentation.pipeline([{ type: "randomCrop", size: 14 }, flip]);
  const cases: [ImageFolderOptions, number | undefined, number | undefined][] = [
    [{ size: 14, augment: "imagenet" }, 16, undefined],
    [{ size: 14, augment: "imagenet", resize: 25 }, 25, undefined],
    [{ size: 14, augment: "imagenet", resize: false }, undefined, undefined],
    [{ size: 14, augment: crop }, 16, 14],
    [{ size: 14, augment: crop, resize: 14, threads: 3 }, 14, 14],
  ];
  for (const [given, stored, side] of cases) {
    const expected: number[] = [];
    for (const [index, bytes] of Object.values(pictures).slice(0, 4).entries()) {
      const decoded = await decodeImage(bytes);
      const image = stored === undefined ? decoded : resizeShorterSide(decoded, stored);
      const { isMirrored, ...window } = drawnFor(index, image, side);
      const part = resizeImage(cropImage(image, window), [14, 14]);
      expected.push(...(isMirrored ? mirrorImage(part) : part).data);
    }
    assertEquals([...await imagesOf(folder, given)], expected, JSON.stringify(given));
    assertEquals([...await imagesOf(folder, { ...given, memory: 0 })], expected);
  }
});

Deno.test("what pads changes images of the size that comes out, as those of test are", async () => {
  using folder = new Folder(pictures);
  for (const augment of ["crop-flip", "cifar"] as const) {
    const { train } = await read(folder, { size: 12, augment });
    const plain = (await read(folder, { size: 12 })).train;
    const pipeline = augmentation.pipeline(augment, { size: 12 });
    for (let index = 0; index < 4; index++) {
      const image = (await plain.load([index])).inputs[0] as Uint8Array<ArrayBuffer>;
      const { random } = new Draw(seed, epoch, index),
        own = new Random(random.word(), random.word());
      const expected = pipeline.apply({ width: 12, height: 12, data: image }, own).data;
      assertEquals((await train.load([index], { seed, epoch })).inputs[0], expected);
    }
  }
});

Deno.test("the presets say what size they want", () => {
  const wants = (name: augmentation.PresetName, size?: number) =>
    augmentation.pipeline(name, size === undefined ? {} : { size }).wants;
  assertEquals([wants("imagenet"), wants("imagenet", 299), wants("imagenet", 32)], [256, 342, 37]);
  assertEquals([wants("alexnet"), wants("alexnet", 112)], [256, 128]);
  assertEquals([wants("cifar"), wants("crop-flip"), wants("crop-flip", 64)], [
    "final",
    "final",
    "final",
  ]);
  const { wants: plain } = augmentation.pipeline([{ type: "elastic" }]);
  assertEquals(plain, "final");
  const { wants: later } = augmentation.pipeline([
    { type: "randomAffine", degrees: 5 },
    { type: "randomResizedCrop", size: [64, 96] },
  ]);
  assertEquals(later, 110);
});

Deno.test("colours are changed as red, green and blue, whatever the order of a network's", async () => {
  using folder = new Folder(pictures);
  const normalization = { mean: [0.5, 0.4, 0.3], standardDeviation: [1, 1, 1] };
  const augment = augmentation.pipeline([
    { type: "randomResizedCrop", size: 14 },
    { type: "colorJitter", saturation: 0.9, hue: 0.4 },
    { type: "randomGrayscale", probability: 0.3 },
  ]);
  for (const steps of [augment, augmentation.pipeline(augment.steps.slice(1))]) {
    const of = (channels: "rgb" | "bgr") =>
      imagesOf(folder, { preprocessing: { crop: 14, channels, normalization }, augment: steps });
    const [rgb, bgr] = [await of("rgb"), await of("bgr")];
    assert(rgb.some((value, i) => value !== bgr[i]));
    assertEquals(bgr, rgb.map((_, i) => rgb[i - i % 3 + 2 - i % 3]!));
  }
  const gray = await imagesOf(folder, { size: 14, channels: "gray", augment: "imagenet" });
  assertEquals(gray.length, 4 * 14 * 14);
});

Deno.test("what the stored size does not allow is refused", async () => {
  using folder = new Folder(pictures);
  const refused = (given: object, error: typeof RangeError | typeof TypeError, message: string) =>
    assertRejects(() => read(folder, { size: 14, ...given }), error, message);
  await refused(
    { resize: 20 },
    TypeError,
    "resize: it is the size of images that augment is given",
  );
  await refused(
    { augment: "imagenet", resize: 0 },
    RangeError,
    "resize: expected an integer of at least 1, found 0",
  );
  await refused(
    { augment: [{ type: "randomCrop", padding: 2 }] },
    TypeError,
    "augment: expected the name of a preset, or a pipeline as augmentation.pipeline([…]) makes it",
  );
  await refused({ augment: "foo" }, RangeError, 'augment: expected "crop-flip", "cifar"');
  await refused(
    { augment: "imagenet", resize: true },
    TypeError,
    "resize: expected an integer of at least 1, found true",
  );
  await refused(
    { augment: augmentation.pipeline([{ type: "randomCrop", size: 14 }]), resize: 13 },
    RangeError,
    "step 1, randomCrop: size: expected a crop within the image of 13 x 13 pixels, found 14 x 14",
  );
  await refused(
    { augment: augmentation.pipeline([{ type: "resize", size: 14 }]) },
    RangeError,
    "expected examples of [14, 14, 3] to be made of images of [14, 28, 3], found [14, 28, 3]",
  );
  // An image that is too small is known only when it is read.
  const crop = augmentation.pipeline([{ type: "randomCrop", size: 14 }]);
  const { train } = await read(folder, { size: 14, augment: crop, resize: false });
  await train.load([0, 1, 2], { seed });
  await assertRejects(
    () => train.load([3]),
    RangeError,
    "train/b/2.png: augmentation: step 1, randomCrop: size: expected a crop within the image of 12 x 9",
  );
});

Deno.test("label tables and shards are augmented too, with the same bits for any number of threads", async () => {
  const train = Object.entries(pictures).slice(0, 4);
  using folder = new Folder(pictures);
  const expected = await imagesOf(folder, { size: 14, augment: "imagenet" });
  const of = imageDataset(await openImages(folder.at("train")), { size: 14, augment: "imagenet" });
  assertEquals((await of.load([0, 1, 2, 3], { seed, epoch })).inputs[0], expected);
  using shards = new Folder({
    "a.tar": tar(train.flatMap(([path, bytes], i): [string, Uint8Array | string][] => [
      [`${i}.png`, bytes],
      [`${i}.cls`, path.includes("/a/") ? "a" : "b"],
    ])),
  });
  const stream = (given: Partial<ImageStreamOptions>) =>
    imageStream(webDataset([shards.at("a.tar")]), { size: 14, classes: ["a", "b"], ...given });
  const bytesOf = async (data: DataStream, cut: object = { seed, epoch }) =>
    (await Array.fromAsync(data.batches({ batchSize: 3, ...cut }))).flatMap(({ inputs }) => [
      ...inputs[0]!,
    ]);
  const first = await bytesOf(stream({ augment: "imagenet", threads: 1 }));
  assertEquals(first.length, expected.length);
  assertEquals(await bytesOf(stream({ augment: "imagenet", threads: 3 })), first);
  assertEquals(
    await bytesOf(stream({ augment: "imagenet" }), { seed, epoch, start: 1 }),
    first.slice(3 * 14 * 14 * 3),
  );
  for (const other of [{ seed: 4, epoch }, { seed, epoch: 2 }]) {
    assert(String(await bytesOf(stream({ augment: "imagenet" }), other)) !== String(first));
  }
  const flip = augmentation.pipeline([{ type: "randomHorizontalFlip", probability: 1 }]);
  const [plain, mirrored] = [await bytesOf(stream({})), await bytesOf(stream({ augment: flip }))];
  const image = (bytes: number[], i: number) => ({
    width: 14,
    height: 14,
    data: Uint8Array.from(bytes.slice(i * 588, (i + 1) * 588)),
  });
  for (let i = 0; i < 4; i++) {
    assertEquals(image(mirrored, i).data, mirrorImage(image(plain, i)).data);
  }
  for (const where of ["imageDataset", "imageStream"] as const) {
    const source = webDataset([shards.at("a.tar")]), listed = await openImages(folder.at("train"));
    const readBy = (given: object) =>
      where === "imageStream" ? imageStream(source, given) : imageDataset(listed, given);
    assertThrows(
      () => readBy({ size: 14, resize: 9 }),
      TypeError,
      `${where}: resize: it is the size`,
    );
    const small = { size: 14, augment: "imagenet", resize: 0 };
    assertThrows(() => readBy(small), RangeError, `${where}: resize: expected an integer`);
    assertThrows(
      () => readBy({ size: 14, augment: "image" }),
      RangeError,
      `${where}: augment: expected`,
    );
  }
});
