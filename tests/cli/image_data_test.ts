import { assertEquals, assertRejects } from "@std/assert";
import { trainingImages } from "../../lib/cli/image_data.ts";
import { prepareRun } from "../../lib/cli/training_setup.ts";
import { type Given, settingsOf } from "../../lib/cli/training_settings.ts";
import { UsageError } from "../../lib/cli/command.ts";
import { Dataset } from "../../lib/train/dataset.ts";
import { encodePng } from "../../lib/plotly_svg/mod.ts";
import { Folder } from "../images/files.ts";

const png = (shade: number) => encodePng(Array(36).fill(shade), 6, 6, 1);
const preprocessing = {
  crop: 6,
  channels: "gray",
  normalization: { mean: [0.5], standardDeviation: [0.5] },
} as const;

/** Images by the names of their files. */
const shades = (...names: string[]) =>
  Object.fromEntries(names.map((name, i) => [name, png(10 * i)]));

/** The examples of both parts that options name, with their classes. */
async function partsOf(given: Given) {
  const images = await trainingImages(settingsOf(given));
  const { train, test } = await images.read(preprocessing, undefined, undefined);
  const labels = async (data: typeof train) =>
    data instanceof Dataset ? await data.classCounts() : undefined;
  return { classes: images.classes, train: await labels(train), test: await labels(test) };
}

Deno.test("the images of a run: folders of classes, parts, and lists of labels", async () => {
  using folder = new Folder({
    ...shades(...["a", "b"].flatMap((name) => [0, 1, 2, 3].map((i) => `split/${name}/${i}.png`))),
    ...shades("parts/train/a/1.png", "parts/train/a/2.png", "parts/train/b/1.png"),
    ...shades("parts/val/a/3.png", "parts/val/b/2.png"),
    ...shades("list/1.png", "list/2.png", "list/3.png", "more/4.png", "more/5.png"),
    "list.csv": "file,class\n1.png,x\n2.png,y\n3.png,x\n",
    "more.csv": "file,class\n4.png,y\n5.png,x\n",
  });
  assertEquals(await partsOf({ data: folder.at("split"), val: "0.5" }), {
    classes: ["a", "b"],
    train: [2, 2],
    test: [2, 2],
  });
  assertEquals(await partsOf({ data: folder.at("parts"), classes: "auto" }), {
    classes: ["a", "b"],
    train: [2, 1],
    test: [1, 1],
  });
  const listed = {
    data: folder.at("list"),
    labels: folder.at("list.csv"),
    val: folder.at("more"),
    "val-labels": folder.at("more.csv"),
  };
  assertEquals(await partsOf(listed), { classes: ["x", "y"], train: [2, 1], test: [1, 1] });
  await assertRejects(
    () => partsOf({ data: folder.at("parts"), val: "0.5" }),
    UsageError,
    "--val: ",
  );
});

Deno.test("a share or folder that leaves nothing to learn is blamed on the option that was given", async () => {
  using folder = new Folder({
    ...shades(...["a", "b"].flatMap((name) => [0, 1, 2].map((i) => `split/${name}/${i}.png`))),
    ...shades(
      "parts/train/a/1.png",
      "parts/train/b/1.png",
      "parts/val/a/3.png",
      "parts/val/b/2.png",
    ),
    ...shades("parts/test/a/4.png", "parts/test/b/4.png", "others/a/5.png", "others/b/5.png"),
  });
  await assertRejects(
    () => partsOf({ data: folder.at("split"), test: "0.95" }),
    UsageError,
    "--test: expected a share below 0.9, as 0.1 of the images is kept to validate by where --val does " +
      "not say otherwise, found 0.95",
  );
  const parts = folder.at("parts");
  await assertRejects(
    () => partsOf({ data: parts, val: folder.at("others") }),
    UsageError,
    `--val: ${parts} has folders for its parts, train and test; leave it out, or give the folder ` +
      `${parts}/train in place of ${parts}`,
  );
});

Deno.test("a run on images: the network is made for them, grey where it wants grey", async () => {
  using folder = new Folder(
    shades(...["a", "b", "c"].flatMap((name) => [0, 1, 2].map((i) => `${name}/${i}.png`))),
  );
  const setUp = async (given: Given) => {
    const load = await prepareRun(settingsOf({ data: folder.path, ...given }), undefined);
    return await load({ download: () => {}, corrupt: () => {} });
  };
  const lenet = await setUp({ model: "lenet5" });
  assertEquals([lenet.net.inputShape, lenet.net.outputShape], [[28, 28, 1], [3]]);
  assertEquals([lenet.net.preprocessing.crop, lenet.net.preprocessing.channels], [28, "gray"]);
  assertEquals([lenet.net.classes, lenet.counts], [["a", "b", "c"], [2, 2, 2]]);
  const ordered = await setUp({ classes: "c,a,b", "image-size": 40 });
  assertEquals([ordered.net.inputShape, ordered.net.classes], [[40, 40, 3], ["c", "a", "b"]]);
  assertEquals(ordered.settings.augmentation!.map(({ type }) => type), [
    "randomCrop",
    "randomHorizontalFlip",
  ]);
});
