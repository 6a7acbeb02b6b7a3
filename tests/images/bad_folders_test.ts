/** Folders that are almost right: what is refused before training, and what training lives with. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { sequential } from "../../lib/train/make_model.ts";
import { imageFolder, type ImageFolderOptions } from "../../lib/images/image_folder.ts";
import { encodePng } from "../../lib/plotly_svg/mod.ts";
import { useCpu } from "../train/helpers.ts";
import { Folder, images } from "./files.ts";

await useCpu();

const png = (shade: number, height = 9, width = 12, channels: 1 | 3 | 4 = 3) =>
  encodePng(new Uint8Array(height * width * channels).fill(shade), width, height, channels);
const torn = png(90).subarray(0, 40);

/** Files of classes by name. */
const named = (classes: Readonly<Record<string, readonly Uint8Array[]>>, below = "") =>
  Object.fromEntries(
    Object.entries(classes).flatMap(([name, files]) =>
      files.map((bytes, i) => [`${below}${name}/${i}.png`, bytes] as const)
    ),
  );
const read = (folder: Folder, given: Partial<ImageFolderOptions> = {}) =>
  imageFolder(folder.path, { size: 8, ...given });
const net = () => sequential([8, 8, 3], { seed: 1 }).flatten().dense(2);

Deno.test("one image in all, and one of a class that is to be split, are refused", async () => {
  const refused = async (files: Record<string, Uint8Array>, message: string) => {
    using folder = new Folder(files);
    await assertRejects(() => read(folder), RangeError, message);
  };
  await refused(
    named({ ants: [png(1)] }),
    "expected at least 2 classes, found 1: ants, of 1 images",
  );
  await refused(named({ ants: [png(1)], bees: [png(2)] }), "at least 2 images of each class");
});

Deno.test("one image of each class is enough where the parts are given", async () => {
  const one = { ants: [png(10)], bees: [png(200)] };
  using folder = new Folder({ ...named(one, "train/"), ...named(one, "val/") });
  const { train, test } = await read(folder, { augment: "imagenet" });
  assertEquals([train.length, test.length], [2, 2]);
  const { epochs } = await net().fit(train, { epochs: 2, batchSize: 1, validation: test });
  assertEquals(epochs.length, 2);
});

Deno.test("no part of a split is without a class, however small the share", async () => {
  using folder = new Folder(named({
    ants: Array.from({ length: 30 }, (_, i) => png(i)),
    bees: [png(100), png(101)],
  }));
  for (const split of [0.01, 0.5, 0.99]) {
    const { train, test } = await read(folder, { split });
    const counts = [await train.classCounts(), await test.classCounts()];
    assert(counts.flat().every((count) => count > 0), `${split}: ${counts}`);
    assertEquals(train.length + test.length, 32);
  }
});

Deno.test("a class of which no image can be read is left out, and training goes on", async () => {
  const val = { ants: [png(10)], bees: [png(200)] };
  using folder = new Folder({
    ...named({ ants: [png(10), png(20), png(30)], bees: [torn, torn] }, "train/"),
    ...named(val, "val/"),
  });
  for (const augment of [undefined, "imagenet"] as const) {
    const { train, test } = await read(folder, { ...augment && { augment } });
    const { epochs } = await net().fit(train, { epochs: 2, batchSize: 2, validation: test });
    assertEquals([epochs.length, train.corruptImages.length], [2, 2]);
    // Balanced by drawing, half of what is drawn cannot be read; the rest is trained on.
    const even = await train.sample({ balanced: true, length: 8 });
    const sizes = (await Array.fromAsync(even.batches({ batchSize: 8 }))).map(({ size }) => size);
    assertEquals(sizes, [4]);
  }
});

Deno.test("validation of which no image can be read is an error that says so", async () => {
  using folder = new Folder({
    ...named({ ants: [png(10)], bees: [png(200)] }, "train/"),
    ...named({ ants: [torn], bees: [torn] }, "val/"),
  });
  const { train, test } = await read(folder);
  await assertRejects(
    () => net().fit(train, { epochs: 1, validation: test }),
    RangeError,
    "validation: expected data with at least one example",
  );
  await assertRejects(
    () => net().evaluate(test),
    RangeError,
    "evaluate: expected data with at least one example",
  );
  assertEquals(test.corruptImages.length, 2);
});

Deno.test("weights of classes that there are not are refused before an image is read", async () => {
  using folder = new Folder(named({ ants: [png(1), png(2)], bees: [png(3), png(4)] }));
  const { train } = await read(folder);
  for (const name of train.names) Deno.removeSync(folder.at(name));
  const refused = (classWeights: object, message: string) =>
    assertRejects(
      () => net().fit(train, { classWeights: classWeights as Record<string, number> }),
      Error,
      message,
    );
  await refused({ ant: 2 }, 'classWeights: unknown class "ant"; did you mean "ants"?');
  await refused({ ants: 2, wasps: 1 }, 'classWeights: unknown class "wasps"');
  await refused([1, 2, 3], "classWeights: expected 2 numbers, one for each class, found 3");
  await refused({ ants: -1 }, "classWeights: ants: expected a finite number of at least 0");
  assertEquals(train.corruptImages, []);
});

Deno.test("all kinds of images are augmented: grey, with alpha, of one pixel, long and narrow", async () => {
  const kinds = {
    "train/odd/1.png": png(90, 40, 3, 1),
    "train/odd/2.png": png(80, 1, 1, 1),
    "train/odd/3.png": png(70, 5, 50, 4),
    "train/odd/4.png": png(60, 1, 700),
    "train/odd/5.png": png(60, 300, 2),
    "val/odd/1.png": png(1),
    "val/real/1.png": png(2),
  };
  const real = [...images].map(([name, bytes]) => [`train/real/${name}`, bytes] as const);
  using folder = new Folder({ ...kinds, ...Object.fromEntries(real) });
  for (const given of [{}, { resize: false }, { channels: "gray" }] as const) {
    for (const augment of ["imagenet", "alexnet", "crop-flip"] as const) {
      if (augment === "crop-flip" && "resize" in given) continue;
      const gray = "channels" in given;
      if (augment === "alexnet" && gray) continue; // Its colours are those of colour images.
      const { train } = await read(folder, { ...given, augment });
      const { length, inputs } = await train.collect();
      assertEquals(length, 5 + real.length);
      assertEquals(inputs[0]!.shape, [8, 8, gray ? 1 : 3]);
      assertEquals(train.corruptImages, []);
    }
  }
});
