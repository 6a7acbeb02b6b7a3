/** Which classes images are of: names of folders, tables, shards and synsets, and those of the model. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { digits } from "../../data/digits.ts";
import { evaluateDataset, evaluateImages } from "../../lib/evaluate/evaluate.ts";
import { classFolders, type ImageSource } from "../../lib/images/image_source.ts";
import { parseSynsets } from "../../lib/images/labels.ts";
import { withClassesOf } from "../../lib/evaluate/classes.ts";
import { openImages } from "../../lib/images/open_images.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { all, Folder, images, tar } from "../images/files.ts";
import { evaluate, names, net, preprocessing, source } from "./small_network.ts";

/** The labels that a source has for a model of classes, by image. */
async function labelsOf(classes: readonly string[], from: ImageSource) {
  const model = sequential([2]).dense(classes.length);
  model.classes = classes;
  const found = await all(withClassesOf(model, from).images());
  return Object.fromEntries(found.map(({ name, label }) => [name.split("/")[0], label]));
}

Deno.test("folders have the numbers of the model's classes of the same names", async () => {
  const [first, second] = [images.get(names[0]!)!, images.get(names[1]!)!];
  using folder = new Folder({ "cat/a.jpg": first, "dog/b.jpg": second });
  const model = net(), found = await classFolders(folder.path);
  const labels = async () => {
    const { classes, perClass } = await evaluateImages(model, found, { preprocessing, threads: 1 });
    return perClass.filter(({ count }) => count > 0).map(({ label }) => classes![label]);
  };
  await assertRejects(labels, RangeError, "expected 7 classes, as the model has, found 2");
  model.classes = ["worm", "dog", "owl", "ant", "cat", "bee", "elk"];
  assertEquals(await labels(), ["dog", "cat"]);
  model.classes = ["worm", "dogs", "owl", "ant", "cat", "bee", "elk"];
  await assertRejects(labels, RangeError, 'unknown class "dog"; did you mean "dogs"?');
  model.classes = ["worm", "DOG", "owl", "ant", "Cát", "bee", "elk"];
  assertEquals(await labels(), ["DOG", "Cát"]);
  model.classes = ["worm", "Dog", "owl", "ant", "cat", "bee", "DOG"];
  await assertRejects(labels, RangeError, '"dog" may be the class 1 ("Dog") or 6 ("DOG")');
});

Deno.test("a model without names of classes takes folders in their order, and says so", async () => {
  const [first, second] = [images.get(names[0]!)!, images.get(names[1]!)!];
  using folder = new Folder({ "cat/a.jpg": first, "dog/b.jpg": second, "dog/b.xcf": "" });
  const pair = sequential([8, 8, 3]).flatten().dense(2), found = await classFolders(folder.path);
  const measured = () => evaluateImages(pair, found, { preprocessing, threads: 1 });
  const { perClass, classes, notes } = await measured();
  assertEquals(perClass.map(({ label, count }) => [label, count]), [[0, 1], [1, 1]]);
  assertEquals(classes, ["cat", "dog"]);
  assertEquals(notes.length, 2);
  assertStringIncludes(notes[0]!, "1 .xcf");
  assertStringIncludes(notes[1]!, "numbered in their order (0 cat, 1 dog)");
  pair.classes = ["heron", "tench"];
  await assertRejects(measured, RangeError, 'unknown classes "cat", "dog". Known: heron, tench');
  using parts = new Folder({ "train/a.jpg": first, "val/b.jpg": second });
  const whole = await classFolders(parts.path);
  await assertRejects(
    () => evaluateImages(pair, whole, { preprocessing, threads: 1 }),
    RangeError,
    'unknown classes "train", "val". Known: heron, tench. Where these are parts, measure by one of ' +
      "them (…/val). Folders and labels are named",
  );
});

Deno.test("folders that are numbers are classes of these names, or else their numbers", async () => {
  using folder = new Folder({ "007/a.jpg": "", "2/b.jpg": "" });
  const found = await classFolders(folder.path);
  assertEquals(await labelsOf(["2", "5", "7"], found), { "007": 2, "2": 0 });
  assertEquals(await labelsOf(["a", "b", "c", "d", "e", "f", "g", "h"], found), {
    "007": 7,
    "2": 2,
  });
  assertEquals(await labelsOf(Array.from({ length: 8 }, (_, i) => `${i + 10}`), found), {
    "007": 7,
    "2": 2,
  });
  // A 2 of classes that are called 1, 2 and 7 is clear, a 2 of those called 0, 1 and 7 is not.
  await assertRejects(() => labelsOf(["0", "1", "7"], found), RangeError, 'unknown class "2"');
  await assertRejects(
    () => labelsOf(["a", "b", "c"], found),
    RangeError,
    "007/a.jpg: expected a class from 0 to 2, as the model has, found 7",
  );
  await assertRejects(() => labelsOf(["7", "07", "2"], found), RangeError, "may be the class 0");
});

Deno.test("synsets are the model's classes by id or by name, in its order", async () => {
  const synsets = parseSynsets("n01000000 x\nn02000000 y\nn03000000 z", "s");
  using folder = new Folder({ "n01000000/a.jpg": "", "n03000000/b.jpg": "" });
  const listed = await classFolders(folder.path, synsets), bare = await classFolders(folder.path);
  const expected = { n01000000: 1, n03000000: 0 };
  assertEquals(await labelsOf(["n03000000", "n01000000"], listed), expected);
  assertEquals(await labelsOf(["n03000000", "n01000000"], bare), expected);
  assertEquals(await labelsOf(["Z", "X", "y"], listed), expected);
  // As many classes, none of which has another's name: the list counts, whatever its words.
  assertEquals(await labelsOf(["x", "why", "zed"], listed), { n01000000: 0, n03000000: 2 });
  await assertRejects(() => labelsOf(["z", "y"], listed), RangeError, 'class "n01000000"');
});

Deno.test("words of a list of synsets name its classes, for models that know no names", async () => {
  using folder = new Folder({
    "images/Grey_Heron/a.jpg": images.get(names[0]!)!,
    "images/tench/b.jpg": images.get(names[1]!)!,
    "l.csv": "file,label\na,grey-heron\nb,Tench\n",
    "v.tar": tar([
      ["a.jpg", images.get(names[0]!)!],
      ["a.cls", "GREY HERON"],
      ["b.jpg", images.get(names[1]!)!],
      ["b.cls", "n01000000"],
    ]),
    "words.txt": "n03000000 owl\nn01000000 tench, Tinca tinca\nn02000000 grey heron\n",
  });
  const three = sequential([8, 8, 3]).flatten().dense(3), synsets = folder.at("words.txt");
  for (
    const source of [
      await openImages(folder.at("images"), { synsets }),
      await openImages(folder.at("images"), { synsets, labels: folder.at("l.csv") }),
      await openImages(folder.at("v.tar"), { synsets }),
    ]
  ) {
    const { perClass, classes } = await evaluateImages(three, source, {
      preprocessing,
      threads: 1,
    });
    assertEquals(perClass.map(({ label, count }) => [label, count]), [[0, 1], [1, 1], [2, 0]]);
    assertEquals(classes, ["tench", "grey heron", "owl"]);
  }
  three.classes = ["cod", "tench", "owl"];
  const unlisted = await classFolders(folder.at("images"));
  await assertRejects(
    () => evaluateImages(three, unlisted, { preprocessing }),
    RangeError,
    'unknown class "Grey_Heron"',
  );
});

Deno.test("tables and shards name the model's classes too", async () => {
  using folder = new Folder({
    "images/a.jpg": "",
    "images/b.jpg": "",
    "l.csv": "file,class\na.jpg,Sea_Lion\nb.jpg,gnu\n",
    "v.tar": tar([["a.jpg", "x"], ["a.cls", "sea lion"], ["b.jpg", "x"], [
      "b.json",
      '{"cls":"Gnu"}',
    ]]),
  });
  const table = await openImages(folder.at("images"), { labels: folder.at("l.csv") });
  const shard = await openImages(folder.at("v.tar"));
  for (const classes of [["gnu", "sea lion"], ["sea lion", "bat", "gnu"]]) {
    const [lion, gnu] = [classes.indexOf("sea lion"), classes.indexOf("gnu")];
    assertEquals(await labelsOf(classes, table), { "a.jpg": lion, "b.jpg": gnu });
    const model = sequential([2]).dense(classes.length);
    model.classes = classes;
    const found = await all(withClassesOf(model, shard).images());
    assertEquals(found.map(({ label }) => label), [lion, gnu]);
    model.classes = undefined;
    await assertRejects(
      () => all(withClassesOf(model, shard).images()),
      RangeError,
      'v.tar/a: found the class "sea lion", but the model knows no names',
    );
  }
  await assertRejects(() => labelsOf(["gnu", "seal"], table), RangeError, '"Sea_Lion"');
});

Deno.test("names beside numbers in a table count where they contradict them", async () => {
  const rows = (names: string[]) =>
    `class id,filepaths,labels\n${names.map((name, i) => `${i},${i}.jpg,${name}`).join("\n")}\n`;
  const labels = async (names: string[], classes: string[]) => {
    using folder = new Folder({
      "images/0.jpg": "",
      "images/1.jpg": "",
      "images/2.jpg": "",
      "l.csv": rows(names),
    });
    const table = await openImages(folder.at("images"), { labels: folder.at("l.csv") });
    return Object.values(await labelsOf(classes, table));
  };
  assertEquals(await labels(["Gnu", "BAT", "elk"], ["bat", "gnu", "elk"]), [1, 0, 2]);
  assertEquals(await labels(["Gnu", "BAT", "elk"], ["gnu", "bat", "moose"]), [0, 1, 2]);
  assertEquals(await labels(["Gnu", "BAT", "elk"], ["x", "y", "z"]), [0, 1, 2]);
  assertEquals(await labels(["crane", "crane", "elk"], ["crane", "crane", "elk"]), [0, 1, 2]);
  await assertRejects(
    () => labels(["Gnu", "BAT", "elk"], ["bat", "gnu", "moose"]),
    RangeError,
    'unknown class "elk"',
  );
});

Deno.test("names of another number of classes, and what is no source or data set, are said to be that", async () => {
  const model = net();
  model.classes = ["cat", "dog"];
  await assertRejects(
    () => evaluateImages(model, source(), { preprocessing }),
    RangeError,
    "the model has 7 outputs, but names of 2 classes; set model.classes",
  );
  const text = "folder" as never;
  await assertRejects(
    () => evaluateImages(net(), text, { preprocessing }),
    TypeError,
    'expected images, as openImages("FOLDER") gives them, found "folder"',
  );
  await assertRejects(() => evaluateDataset(net(), text), TypeError, "expected a data set");
  await assertRejects(
    () => openImages([] as never),
    TypeError,
    "expected a folder, a path or a URL",
  );
  const numbers = arrayDataset({ inputs: [[1]], targets: [0] });
  await assertRejects(
    () => evaluateDataset(net(), numbers),
    TypeError,
    "expected uint8 images with an int32 label each, found (f32[1]) -> (i32[])",
  );
});

Deno.test("a data set whose classes stand in another order is measured by their names", async () => {
  const { train: data } = digits({ train: 40, test: 1 });
  const model = sequential([28, 28, 1], { seed: 5 }).flatten().dense(10);
  const straight = await evaluateDataset(model, data);
  const order = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7];
  // The same images, in a data set that counts its classes in another order.
  const other = arrayDataset({
    inputs: { data: data.batch([...Array(40).keys()]).inputs[0] as Uint8Array, shape: [28, 28, 1] },
    targets: Int32Array.from({ length: 40 }, (_, i) => order.indexOf(data.get(i).targets[0]![0]!)),
    classes: order.map((digit) => `0${digit}`),
  });
  model.classes = data.classes;
  const turned = await evaluateDataset(model, other, {
    preprocessing: { channels: "gray", normalization: data.normalization! },
  });
  assertEquals(turned.confusion.counts, straight.confusion.counts);
  // The same names in the same order are no question, even where one comes twice.
  const twice = Array.from({ length: 10 }, (_, i) => `${i % 9}`);
  model.classes = twice;
  const again = arrayDataset({
    inputs: { data: data.batch([...Array(40).keys()]).inputs[0] as Uint8Array, shape: [28, 28, 1] },
    targets: Int32Array.from({ length: 40 }, (_, i) => data.get(i).targets[0]![0]!),
    classes: twice,
  });
  assertEquals((await evaluateDataset(model, again)).images, 40);
  model.classes = [...data.classes!.slice(1), "ten"];
  await assertRejects(() => evaluateDataset(model, other), RangeError, 'unknown class "00"');
});

Deno.test("a list of synsets beside the images that is of another network gives no names", async () => {
  using folder = new Folder({
    "images/a.jpg": images.get(names[0]!)!,
    "labels.txt": "a.jpg 3\n",
    "synset_words.txt": "n01000000 tench\nn02000000 heron\n",
  });
  const found = await openImages(folder.at("images"), { labels: folder.at("labels.txt") });
  assertEquals(found.classes, ["tench", "heron"]);
  assertEquals((await evaluate({}, found)).classes, undefined);
});

Deno.test("labels and classes that the model does not have are refused", async () => {
  const bad = {
    ...source(),
    images: () => [{ name: "x", label: 7, read: () => Promise.reject() }],
  };
  await assertRejects(() => evaluate({}, bad), RangeError, "x: expected a class from 0 to 6");
  await assertRejects(
    () => evaluate({}, { ...source(), classes: ["cat", "dog"] }),
    RangeError,
    "expected 7 classes, as the model has, found 2",
  );
  await assertRejects(() => evaluate({ limit: 0 }), RangeError, "limit");
  await assertRejects(() => evaluate({ batchSize: 0.5 }), RangeError, "batchSize");
  const none = { ...source(), length: 0, images: () => [] };
  await assertRejects(() => evaluate({}, none), RangeError, "expected images, found none");
});
