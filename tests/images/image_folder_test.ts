import { assert, assertEquals, assertRejects } from "@std/assert";
import * as augmentation from "../../lib/augment/mod.ts";
import { balancedClassWeights } from "../../lib/train/balanced_class_weights.ts";
import { trainedOutputs } from "../../lib/train/outputs.ts";
import { sequential } from "../../lib/train/make_model.ts";
import {
  imageFolder,
  type ImageFolderOptions,
  type ImageParts,
} from "../../lib/images/image_folder.ts";
import { imageDataset } from "../../lib/images/image_dataset.ts";
import { openImages } from "../../lib/images/open_images.ts";
import { encodePng } from "../../lib/plotly_svg/mod.ts";
import type { Dataset } from "../../lib/train/dataset.ts";
import { assertSameWeights, scratch, useCpu } from "../train/helpers.ts";
import { Folder, images } from "./files.ts";

await useCpu();

/** A PNG of one colour, of any size. */
const png = (color: readonly number[], height = 9, width = 12): Uint8Array =>
  encodePng(
    Uint8Array.from({ length: height * width * color.length }, (_, i) => color[i % color.length]!),
    width,
    height,
    color.length as 1 | 3 | 4,
  );

/** Reds and blues of different shades and sizes, in a folder each. */
function shades(counts: Readonly<Record<string, number>>, below = ""): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, count], label) =>
      Array.from({ length: count }, (_, i) => {
        const shade = 255 - 9 * i, color = label === 0 ? [shade, 0, 0] : [0, 0, shade];
        return [`${below}${name}/${i}.png`, png(color, 6 + i % 3, 7 + label)];
      })
    ),
  );
}

const size = 5,
  read = (path: string, given: Partial<ImageFolderOptions> = {}) =>
    imageFolder(path, { size, ...given });
const labelsOf = async (data: Dataset) =>
  (await Array.fromAsync(data.batches({ batchSize: 64 }))).flatMap((
    { targets },
  ) => [...targets[0]!]);
const bytesOf = async (data: Dataset, cut = {}) =>
  (await Array.fromAsync(data.batches({ batchSize: 4, ...cut }))).map((
    { size, inputs, targets },
  ) => [
    size,
    [...inputs[0]!],
    [...targets[0]!],
  ]);

Deno.test("a folder for each class is split by the seed, each class with its share", async () => {
  using folder = new Folder(shades({ ants: 10, bees: 5, wasps: 2 }));
  const { train, test, classes, notes } = await read(folder.path);
  assertEquals([classes, notes], [["ants", "bees", "wasps"], []]);
  assertEquals([await train.classCounts(), await test.classCounts()], [[8, 4, 1], [2, 1, 1]]);
  assertEquals([train.inputs, train.classes], [[{ shape: [5, 5, 3], dtype: "u8" }], classes]);
  assertEquals(
    [...train.names, ...test.names].sort(),
    Object.keys(shades({ ants: 10, bees: 5, wasps: 2 })).sort(),
  );
  assertEquals((await read(folder.path)).test.names, test.names);
  const others = await Promise.all([1, 2, 3].map((seed) => read(folder.path, { seed })));
  assert(others.some((other) => String(other.test.names) !== String(test.names)));
  const half = await read(folder.path, { split: 0.5 });
  assertEquals(await half.test.classCounts(), [5, 3, 1]);
  assertEquals(await labelsOf(test), [0, 0, 1, 2]);
  const { inputs: [pixels] } = await test.load([0, 2]);
  assert(
    pixels![0]! > 0 && pixels![2] === 0 && pixels!.at(-3) === 0 && pixels!.at(-1)! > 0,
    "colours",
  );
});

Deno.test("a folder is all that has to be said: images of 64 pixels are the default", async () => {
  using folder = new Folder(shades({ ants: 5, bees: 5 }));
  const { train, test, classes } = await imageFolder(folder.path);
  assertEquals([train.inputs[0]!.shape, train.length, test.length], [[64, 64, 3], 8, 2]);
  const gray = imageDataset(await openImages(folder.path), { channels: "gray" });
  assertEquals([gray.inputs[0]!.shape, classes], [[64, 64, 1], ["ants", "bees"]]);
});

Deno.test("folders for training and validation are the parts", async () => {
  const counts = { ants: 3, bees: 2 };
  for (const [train, val] of [["train", "val"], ["Training", "validation"], ["train", "test"]]) {
    using folder = new Folder({
      ...shades(counts, `${train}/`),
      ...shades({ ants: 1, bees: 1 }, `${val}/`),
    });
    const parts = await read(folder.path);
    assertEquals([await parts.train.classCounts(), await parts.test.classCounts()], [[3, 2], [
      1,
      1,
    ]]);
    await assertRejects(() => read(folder.path, { split: 0.5 }), TypeError, `${train} and ${val}`);
    const given = await read(folder.at(train!), { test: folder.at(val!) });
    assertEquals(given.test.names, parts.test.names);
  }
  using photos = new Folder({
    ...shades({ a: 2, b: 2 }, "parts/train/"),
    ...shades({ a: 1, b: 1 }, "parts/val/"),
    ...shades({ a: 2, b: 2 }, "train alone/train/"),
    ...shades({ a: 1, b: 1 }, "others/"),
  });
  const parts = photos.at("parts"), others = photos.at("others");
  for (const option of ["test", "validation"]) {
    await assertRejects(
      () => read(parts, { [option]: others }),
      TypeError,
      `imageFolder: ${option}: ${parts} has folders for its parts, train and val; leave it out, or ` +
        `give the folder ${parts}/train in place of ${parts}`,
    );
  }
  const { train } = await read(photos.at("train alone"), { test: others });
  assertEquals(train.classes, ["a", "b"]);
  using alone = new Folder(shades({ ants: 4, bees: 4 }, "train/"));
  assertEquals((await read(alone.path)).classes, ["ants", "bees"], "a part by itself is split");
  // Two classes of vehicles.
  using vehicles = new Folder(shades({ test: 2, train: 2 }));
  assertEquals((await read(vehicles.path)).classes, ["test", "train"]);
});

Deno.test("images that choose nothing: three folders, a share of each class, or a folder", async () => {
  const counts = { ants: 10, bees: 5 };
  const namesOf = ({ train, validation, test }: ImageParts) =>
    [train, validation, test]
      .map(({ names }) => names);
  const areApart = (parts: ImageParts) => {
    const all = namesOf(parts).flat();
    assertEquals(new Set(all).size, all.length);
  };
  using three = new Folder({
    ...shades(counts, "train/"),
    ...shades({ ants: 1, bees: 2 }, "val/"),
    ...shades({ ants: 2, bees: 1 }, "test/"),
  });
  const folders = await read(three.path);
  assertEquals(
    await Promise.all(
      [folders.train, folders.validation, folders.test].map((x) => x.classCounts()),
    ),
    [[10, 5], [1, 2], [2, 1]],
  );
  areApart(folders);
  assertEquals(folders.notes, []);
  const given = await read(three.at("train"), {
    validation: three.at("val"),
    test: three.at("test"),
  });
  assertEquals(namesOf(given), namesOf(folders));
  await assertRejects(
    () => read(three.path, { validation: 0.2 }),
    TypeError,
    "imageFolder: validation: " + three.path,
  );
  using one = new Folder(shades(counts));
  const shares = await read(one.path, { split: 0.2, validation: 0.4 });
  assertEquals(
    await Promise.all([shares.train, shares.validation, shares.test].map((x) => x.classCounts())),
    [[4, 2], [4, 2], [2, 1]],
  );
  areApart(shares);
  const two = await read(one.path);
  assert(two.validation === two.test, "one part is both");
  assertEquals(two.test.names, shares.test.names, "and stays the same beside a third");
  const drawn = await read(three.at("train"), { validation: 0.2, test: three.at("test") });
  assertEquals([drawn.train.length, drawn.validation.length, drawn.test.length], [12, 3, 3]);
  for (const validation of [0.8, 0.9]) {
    await assertRejects(
      () => read(one.path, { validation }),
      RangeError,
      `a share that leaves images to learn, found ${validation} beside 0.2`,
    );
  }
  using few = new Folder(shades({ ants: 3, bees: 3 }));
  const each = await read(few.path, { split: 0.6, validation: 0.3 });
  assertEquals([each.train.length, each.validation.length, each.test.length], [2, 2, 2]);
  using tooFew = new Folder(shades({ ants: 3, bees: 2 }));
  await assertRejects(
    () => read(tooFew.path, { validation: 0.1 }),
    RangeError,
    "expected at least 3 images of each class, one for each part, found 2 of bees: ",
  );
  await assertRejects(
    () => read(one.path, { validation: 1.5 }),
    TypeError,
    "validation: expected a folder, or a share above 0 and below 1",
  );
  await assertRejects(
    () => read(one.path, { validation: 0.1, validationLabels: "l.csv" }),
    TypeError,
    "validationLabels: there is no folder",
  );
});

Deno.test("images of all kinds come to one size: grey, with alpha, large and small", async () => {
  const kinds = {
    "gray/1.png": png([90], 40, 3),
    "gray/2.png": png([91], 1, 1),
    "alpha/1.png": png([10, 20, 30, 128], 5, 50),
    "alpha/2.png": png([11, 21, 31, 0]),
  };
  using folder = new Folder({
    ...kinds,
    ...Object.fromEntries([...images].map(([name, bytes]) => [`real/${name}`, bytes])),
  });
  const { train, test } = await read(folder.path, { split: 0.5 }), all = train.concatenate(test);
  const first = [...(await all.load([0])).inputs[0]!.subarray(0, 3)];
  assert(["10,20,30", "11,21,31"].includes(String(first)), `${first}`);
  assertEquals((await all.collect()).length, 4 + images.size);
  const gray = await read(folder.path, { size: [4, 6], channels: "gray" });
  assertEquals(gray.train.inputs[0].shape, [4, 6, 1]);
  assertEquals(gray.train.normalization!.mean.length, 1);
  const preprocessing = {
    resize: 8,
    crop: 6,
    channels: "bgr",
    normalization: { mean: [0.5, 0.5, 0.5], standardDeviation: [1, 1, 1] },
  } as const;
  const bgr = await imageFolder(folder.path, { preprocessing });
  assertEquals([bgr.train.inputs[0].shape, bgr.train.normalization], [
    [6, 6, 3],
    preprocessing.normalization,
  ]);
});

Deno.test("the bits are the same for any number of threads, kept in memory or not", async () => {
  using folder = new Folder(shades({ ants: 9, bees: 8 }));
  const cut = { shuffle: 3, epoch: 1, seed: 4 }, texts: string[] = [];
  for (const [threads, memory] of [[1, 0], [3, 0], [1, 2 ** 20], [3, 300]] as const) {
    const { train } = await read(folder.path, { threads, memory });
    const noisy = train.map(({ inputs: [x], targets }, _index, _epoch, random) => ({
      inputs: [x!.map((value) => value ^ random.integer(256))],
      targets,
    }));
    for (let round = 0; round < 2; round++) texts.push(JSON.stringify(await bytesOf(noisy, cut)));
  }
  assertEquals(new Set(texts).size, 1);
});

Deno.test("threads change the images for training, anew in each epoch, with the same bits for any number", async () => {
  using folder = new Folder(shades({ ants: 9, bees: 8 }));
  const augment = augmentation.pipeline([
    { type: "randomCrop", padding: 2 },
    { type: "colorJitter", hue: 0.3 },
  ]);
  const of = async (given: Partial<ImageFolderOptions>, cut: object) =>
    JSON.stringify(await bytesOf((await read(folder.path, given)).train, cut));
  const cut = { shuffle: 3, epoch: 1, seed: 4 };
  const first = await of({ augment, threads: 1, memory: 0 }, cut);
  assertEquals(await of({ augment: augmentation.pipeline(augment.steps), threads: 3 }, cut), first);
  for (const other of [{ ...cut, seed: 5 }, { ...cut, epoch: 2 }]) {
    assert(
      await of({ augment }, { ...other, shuffle: false }) !==
        await of({ augment }, { ...cut, shuffle: false }),
    );
  }
  const { train, test } = await read(folder.path, { augment: "crop-flip" });
  assert((await bytesOf(train)).length > 0);
  assertEquals(await bytesOf(test), await bytesOf((await read(folder.path)).test));
  const [whole, again] = [1, 3].map(() => sequential([5, 5, 3], { seed: 3 }).flatten().dense(2));
  await whole!.fit(train, { epochs: 2, batchSize: 4 });
  await again!.fit((await read(folder.path, { augment: "crop-flip", threads: 3 })).train, {
    epochs: 2,
    batchSize: 4,
  });
  await assertSameWeights(whole!, again!);
  const refused = (
    augment: unknown,
    error: typeof RangeError | typeof TypeError,
    message: string,
  ) => assertRejects(() => read(folder.path, { augment } as object), error, message);
  await refused("crop", RangeError, 'augment: expected "crop-flip"');
  const crop = (size: number) => augmentation.pipeline([{ type: "randomCrop", size }]);
  await refused(
    crop(4),
    RangeError,
    "augment: expected examples of [5, 5, 3] to be made of",
  );
  await refused(crop(40), RangeError, "found [40, 40, 3]");
  await refused([{ type: "randomCrop" }], TypeError, "augment: expected");
});

Deno.test("what is in memory is not decoded again", async () => {
  using folder = new Folder(shades({ ants: 4, bees: 4 }));
  const { train } = await read(folder.path), first = await bytesOf(train);
  for (const name of train.names) Deno.removeSync(folder.at(name));
  assertEquals(await bytesOf(train), first);
  const { length } = train.corruptImages;
  assertEquals(length, 0);
});

Deno.test("images that cannot be read are left out, counted and told once; an error with strict", async () => {
  const files = {
    ...shades({ ants: 5, bees: 5 }, "train/"),
    ...shades({ ants: 2, bees: 2 }, "val/"),
  };
  const torn = files["train/ants/3.png"]!.subarray(0, 30);
  using folder = new Folder({
    ...files,
    "train/ants/3.png": torn,
    "train/bees/0.png": "no image",
    "val/bees/1.png": torn,
  });
  const told: string[] = [];
  const { train, test } = await read(folder.path, {
    memory: 0,
    onCorrupt: (image) => told.push(image),
  });
  const net = sequential([5, 5, 3], { seed: 1 }).flatten().dense(2);
  const history = await net.fit(train, { epochs: 2, batchSize: 4, seed: 2, validation: test });
  assertEquals([history.epochs.length, train.length], [2, 10]);
  assertEquals(told.sort(), ["train/ants/3.png", "train/bees/0.png", "val/bees/1.png"]);
  assertEquals(train.corruptImages.map(({ image }) => image).sort(), [
    "train/ants/3.png",
    "train/bees/0.png",
  ]);
  const [corrupt] = test.corruptImages;
  assert(
    test.corruptImages.length === 1 &&
      corrupt!.reason.startsWith("val/bees/1.png: expected a whole PNG"),
    corrupt!.reason,
  );
  assertEquals((await test.collect()).length, 3);
  const strict = await read(folder.path, { strict: true });
  await assertRejects(() => net.fit(strict.train, { epochs: 1 }), SyntaxError, ".png: expected");
  assertEquals(strict.train.corruptImages, []);
});

Deno.test("a network is trained, resumed, measured and asked, bit for bit", async () => {
  using folder = new Folder(shades({ ants: 11, bees: 9 }));
  await using place = await scratch();
  const net = () => sequential([5, 5, 3], { seed: 3 }).flatten().dense(8).relu().dense(2);
  const options = { epochs: 3, batchSize: 4, seed: 5, classWeights: "balanced" } as const;
  const { train, test, classes } = await read(folder.path, { threads: 1 });
  const [whole, resumed, there] = [net(), net(), net()];
  await whole.fit(train, { ...options, validation: test });
  const again = await read(folder.path, { threads: 3, memory: 0 }), stop = new AbortController();
  await net().fit(again.train, {
    ...options,
    checkpoint: { directory: place.path },
    signal: stop.signal,
    onStep: ({ step }) => step === 6 && stop.abort(),
  });
  await resumed.fit(again.train, { ...options, resume: place.path });
  await assertSameWeights(whole, resumed);
  await there.fit(await train.collect(), options);
  await assertSameWeights(whole, there);
  assertEquals(whole.classes, classes);
  assertEquals(await whole.evaluate(test), await whole.evaluate(await test.collect()));
  const logits = await whole.predict(test);
  assertEquals(logits.shape, [test.length, 2]);
});

Deno.test("balanced weights of classes ask for no image", async () => {
  const files = {
    ...shades({ ants: 6, bees: 3 }, "train/"),
    ...shades({ ants: 1, bees: 1 }, "val/"),
  };
  using folder = new Folder(files);
  const { train } = await read(folder.path);
  for (const name of train.names) Deno.removeSync(folder.at(name));
  const net = sequential([5, 5, 3]).flatten().dense(2);
  const weights = await balancedClassWeights(train, trainedOutputs("fit", net, train, {}));
  assertEquals([Object.values(weights), train.corruptImages], [[[0.75, 1.5]], []]);
  await assertRejects(() => net.fit(train, { epochs: 1 }), RangeError, "found none");
  assertEquals(train.corruptImages.length, 9);
});

Deno.test("a label file names the classes", async () => {
  const files = Object.values(shades({ ants: 3, bees: 3 })).map((bytes, i) => [`${i}.png`, bytes]);
  const table = "file,class\n0.png,ant\n1.png,ant\n2.png,ant\n3.png,bee\n4.png,bee\n5.png,bee\n";
  using folder = new Folder({
    ...Object.fromEntries(files),
    "l.csv": table,
    "n.csv": table.replaceAll("ant", "3").replaceAll("bee", "7"),
  });
  const { classes, train, test } = await read(folder.path, { labels: folder.at("l.csv") });
  assertEquals([classes, await train.classCounts(), test.length], [["ant", "bee"], [2, 2], 2]);
  const numbered = await read(folder.path, { labels: folder.at("n.csv") });
  assertEquals([numbered.classes, await labelsOf(numbered.test)], [["3", "7"], [0, 1]]);
});

Deno.test("what cannot be trained on is refused before an image is read", async () => {
  const good = shades({ ants: 2, bees: 2 });
  const refused = async (
    files: Record<string, Uint8Array | string>,
    error: typeof RangeError | typeof TypeError,
    message: string,
    given: Partial<ImageFolderOptions> = {},
    at = "",
  ) => {
    using folder = new Folder(files);
    await assertRejects(() => read(folder.at(at), given), error, message);
  };
  await refused(shades({ ants: 3 }), RangeError, "expected at least 2 classes, found 1: ants");
  await refused({ ...good, "cats/.keep": "" }, RangeError, "found none in cats");
  await refused(
    { ...good, "cats/1.png": png([1, 2, 3]) },
    RangeError,
    "found 1 of cats: cats/1.png",
  );
  await refused({ "1.png": png([1]) }, RangeError, "expected a folder for each class");
  await refused({ "readme.txt": "" }, RangeError, "found none");
  await refused({ "a.txt": "" }, TypeError, "expected a folder of images", {}, "a.txt");
  const parts = (val: Record<string, number>) => ({
    ...shades({ ants: 2, bees: 2 }, "train/"),
    ...shades(val, "val/"),
  });
  await refused(
    parts({ ants: 1, bee: 1 }),
    RangeError,
    "found bee in val alone and bees in train alone",
  );
  await refused(parts({ ants: 1 }), RangeError, "found bees in train alone");
  await refused(parts({ ants: 1, bees: 1, cats: 1 }), RangeError, "found cats in val alone");
  for (const split of [0, 1, -0.1, 1.5]) {
    await refused(good, RangeError, "split: expected", { split });
  }
  await refused(good, TypeError, "testLabels: there is no folder test", { testLabels: "l.csv" });
  await refused(good, RangeError, "size: expected an integer of at least 1", { size: 0 });
  await refused(
    good,
    RangeError,
    'unknown option "balanced"; train on await train.sample({ balanced: true })',
    { balanced: true } as object,
  );
  await refused(good, RangeError, 'unknown option "sizes"', { sizes: 3 } as object);
  await refused({ "a.tar": "" }, TypeError, "read it by imageStream()");
  await refused({ "a.tar": "" }, TypeError, "shards are read by imageStream()", {}, "a.tar");
  using folder = new Folder(good);
  const normalization = { mean: [0], standardDeviation: [1] };
  const both = { size: 3, preprocessing: { channels: "rgb", normalization } as const };
  await assertRejects(() => imageFolder(folder.path, both), TypeError, "expected size");
  const open = { preprocessing: { resize: 8, channels: "rgb", normalization } as const };
  await assertRejects(() => imageFolder(folder.path, open), RangeError, "expected a crop");
  await assertRejects(() => read(folder.at("none")), Deno.errors.NotFound, "there is no folder");
});
