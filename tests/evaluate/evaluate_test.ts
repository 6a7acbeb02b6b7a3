import { assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { digits } from "../../data/digits.ts";
import {
  evaluateDataset,
  evaluateImages,
  type EvaluateImagesOptions,
} from "../../lib/evaluate/evaluate.ts";
import { classifyImage } from "../../lib/evaluate/classify.ts";
import { classFolders, type ImageEntry, type ImageSource } from "../../lib/images/image_source.ts";
import { parseSynsets } from "../../lib/images/labels.ts";
import { withClassesOf } from "../../lib/evaluate/classes.ts";
import { openImages } from "../../lib/images/open_images.ts";
import { encodePng } from "../../lib/plotly_svg/mod.ts";
import { decodeImage } from "../../lib/vision/decode.ts";
import { prepareImage } from "../../lib/vision/views.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { sequential } from "../../lib/train/model.ts";
import { all, Folder, images, tar } from "../images/files.ts";

const preprocessing = {
  resize: 12,
  crop: 8,
  channels: "bgr",
  normalization: { mean: [0.4, 0.5, 0.6], standardDeviation: [0.25, 0.25, 0.25] },
} as const;
const net = () => sequential([8, 8, 3], { seed: 3 }).conv2d(6, 3).relu().flatten().dense(7);
const names = [...images.keys()];

/** The images of the fixtures, with a corrupt one in the middle. */
function source(read: string[] = []): ImageSource {
  const list = [...names.slice(0, 5), "bad.jpg", ...names.slice(5)];
  return {
    name: "fixtures",
    length: list.length,
    classes: undefined,
    images: () =>
      list.map((name, i) => ({
        name,
        label: i % 7,
        read: () => {
          read.push(name);
          return Promise.resolve(images.get(name)?.slice() ?? new Uint8Array([1, 2]));
        },
      })),
  };
}

const evaluate = (options: Partial<EvaluateImagesOptions> = {}, from = source()) =>
  evaluateImages(net(), from, { preprocessing, batchSize: 4, threads: 1, ...options });

Deno.test("errors are those of the network's own predictions; a corrupt image is counted", async () => {
  const model = net(), reported: string[] = [];
  model.normalization = preprocessing.normalization;
  let top1 = 0, top5 = 0;
  for (const { name, label, read } of await all(source().images())) {
    if (name === "bad.jpg") continue;
    const pixels = prepareImage(await decodeImage(await read()), preprocessing);
    const logits = await (await model.predict(tensor(pixels, { shape: [1, 8, 8, 3] }))).data();
    const ahead = logits.filter((logit) => logit > logits[label]!).length;
    if (ahead > 0) top1++;
    if (ahead >= 5) top5++;
  }
  const progress: number[] = [];
  const result = await evaluate({
    onCorrupt: (name) => reported.push(name),
    onProgress: ({ done, total }) => progress.push(done, total!),
  });
  assertEquals([result.images, result.corrupt, result.complete], [names.length, 1, true]);
  assertEquals(result.top1Error, top1 / names.length);
  assertEquals(result.top5Error, top5 / names.length);
  assertEquals(result.perClass.reduce((sum, { count }) => sum + count, 0), names.length);
  assertEquals(reported, ["bad.jpg"]);
  assertEquals(result.corruptImages[0]!.reason.startsWith("bad.jpg: expected a JPEG"), true);
  assertEquals(progress, [4, 18, 8, 18, 12, 18, 16, 18, 18, 18]);
});

Deno.test("images that cannot be opened, or are too narrow, are counted with the corrupt ones", async () => {
  using folder = new Folder({
    "0/good.jpg": images.get(names[0]!)!,
    "0/narrow.png": encodePng(new Uint8Array(20000), 20000, 1, 1),
  });
  Deno.symlinkSync(folder.at("nowhere.jpg"), folder.at("0/gone.jpg"));
  const result = await evaluate({}, await classFolders(folder.path));
  assertEquals([result.images, result.corrupt], [1, 2]);
  assertEquals(result.corruptImages.map(({ image }) => image), ["0/gone.jpg", "0/narrow.png"]);
});

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

/** The labels that a source has for a model of classes, by image. */
async function labelsOf(classes: readonly string[], from: ImageSource) {
  const model = sequential([2]).dense(classes.length);
  model.classes = classes;
  const found = await all(withClassesOf(model, from).images());
  return Object.fromEntries(found.map(({ name, label }) => [name.split("/")[0], label]));
}

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

Deno.test("what a last layer has made probabilities is not made so again", async () => {
  const bytes = images.get("baseline.jpg")!;
  const classify = async (model: ReturnType<typeof net>) => {
    const found = await classifyImage(model, bytes, { preprocessing });
    return found.map(({ index, score }) => [index, score.toFixed(6)]);
  };
  const logits = await classify(net());
  assertEquals(await classify(net().softmax()), logits);
  const shares = await classify(net().sigmoid());
  assertEquals(shares.map(([index]) => index), logits.map(([index]) => index));
  const view = prepareImage(await decodeImage(bytes), preprocessing);
  const x = tensor(view, { shape: [1, 8, 8, 3] });
  const predicted = await net().sigmoid().predict(x, {
    normalization: preprocessing.normalization,
  });
  assertEquals(shares[0]![1], Math.max(...await predicted.data()).toFixed(6));
});

Deno.test("a model of something else than classes of images is refused before images are read", async () => {
  const unread = { ...source(), images: () => [] };
  for (
    const [model, message] of [
      [
        net().dense(1),
        "an output for each of several classes, found one with an output of shape [1]",
      ],
      [sequential([8, 8, 3]).conv2d(2, 3), "with an output of shape [6, 6, 2]"],
      [
        sequential([12]).dense(2),
        "images with 1 or 3 channels, found one with an input of shape [12]",
      ],
      [sequential([8, 8, 4]).flatten().dense(2), "with an input of shape [8, 8, 4]"],
    ] as const
  ) {
    await assertRejects(
      () => evaluateImages(model, unread, { preprocessing }),
      TypeError,
      `evaluateImages: expected a model `,
    );
    await assertRejects(
      () => classifyImage(model, new Uint8Array(1), { preprocessing }),
      TypeError,
      message,
    );
  }
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

Deno.test("where no image can be read there is no error rate, but an error", async () => {
  using folder = new Folder({ "0/a.jpg": "", "0/b.jpg": "no image" });
  await assertRejects(
    async () => await evaluate({}, await classFolders(folder.path)),
    RangeError,
    "none of the 2 images can be read; the first: 0/a.jpg: expected a JPEG",
  );
});

Deno.test("a preprocessing that does not fit the model is refused, here and for one image", async () => {
  const wrong = { ...preprocessing, crop: 9 },
    gray = { ...preprocessing, channels: "gray" } as const;
  await assertRejects(() => evaluate({ preprocessing: wrong }), RangeError, "9 x 9 x 3 (bgr), but");
  await assertRejects(() => evaluate({ preprocessing: gray }), RangeError, "8 x 8 x 1 (gray), but");
  const bytes = images.get(names[0]!)!.slice();
  await assertRejects(
    () => classifyImage(net(), bytes, { preprocessing: wrong }),
    RangeError,
    "classifyImage: the preprocessing gives images of 9 x 9 x 3 (bgr), but the model takes 8 x 8 x 3",
  );
});

Deno.test("a network that is not square is shown what just covers its input", async () => {
  const model = sequential([6, 12, 3], { seed: 2 }).flatten().dense(7);
  model.normalization = preprocessing.normalization;
  const bytes = images.get(names[0]!)!;
  const pixels = prepareImage(await decodeImage(bytes.slice()), { crop: [6, 12], channels: "rgb" });
  const logits = await (await model.predict(tensor(pixels, { shape: [1, 6, 12, 3] }))).data();
  const [best] = await classifyImage(model, bytes.slice());
  assertEquals(best!.index, logits.indexOf(Math.max(...logits)));
  assertEquals((await evaluateImages(model, source())).images, names.length);
  const wrong = { ...preprocessing, crop: [12, 6], resize: 12 } as const;
  await assertRejects(
    () => evaluateImages(model, source(), { preprocessing: wrong }),
    RangeError,
    "gives images of 12 x 6 x 3 (bgr), but the model takes 6 x 12 x 3; use crop: [6, 12], or",
  );
});

Deno.test("a model that was trained here knows how its images are prepared, another does not", async () => {
  const model = net(), bytes = images.get(names[0]!)!;
  await assertRejects(() => evaluateImages(model, source()), TypeError, "expected a preprocessing");
  await assertRejects(() => classifyImage(model, bytes.slice()), TypeError, "preprocessing");
  const { normalization } = preprocessing;
  model.normalization = normalization;
  const known = { channels: "rgb", normalization } as const;
  const [{ confusion: own }, { confusion: told }] = [
    await evaluateImages(model, source()),
    await evaluateImages(model, source(), { preprocessing: known }),
  ];
  assertEquals(own.counts, told.counts);
  assertEquals(
    await classifyImage(model, bytes.slice()),
    await classifyImage(model, bytes.slice(), { preprocessing: known }),
  );
});

Deno.test("evaluating and classifying leave the model as it was", async () => {
  const { train: data } = digits({ train: 4, test: 1 });
  const digitNet = () => sequential([28, 28, 1]).flatten().dense(10);
  for (const normalization of [undefined, { mean: [0.25], standardDeviation: [0.5] }]) {
    const [model, digitModel] = [net(), digitNet()];
    model.normalization = digitModel.normalization = normalization;
    const before = [await model.toBytes(), await digitModel.toBytes()];
    await evaluateImages(model, source(), { preprocessing, threads: 1 });
    await classifyImage(model, images.get(names[0]!)!.slice(), { preprocessing });
    await evaluateDataset(digitModel, data);
    assertEquals([await model.toBytes(), await digitModel.toBytes()], before);
  }
});

Deno.test("a data set is measured as the model sees bytes, not as its own normalization has it", async () => {
  const { train: data } = digits({ train: 60, test: 1 });
  const model = sequential([28, 28, 1], { seed: 5 }).flatten().dense(10).relu().dense(10);
  model.normalization = { mean: [0.9], standardDeviation: [0.05] };
  const { top1Error } = await evaluateDataset(model, data);
  assertAlmostEquals(top1Error, 1 - (await model.evaluate(data)).top1!, 1e-9);
  const own = data.normalization!;
  const told = await evaluateDataset(model, data, {
    preprocessing: { channels: "gray", normalization: own },
  });
  assertEquals(told.top1Error === top1Error, false);
});

Deno.test("a misspelt option is not ignored", async () => {
  await assertRejects(
    () => evaluate({ crop: 10 } as object),
    RangeError,
    'evaluateImages: unknown option "crop"; did you mean "crops"?',
  );
  await assertRejects(
    () => evaluate({ name: "mine" } as object),
    RangeError,
    'evaluateImages: unknown option "name". Known: batchSize, ',
  );
  const bytes = images.get(names[0]!)!.slice();
  await assertRejects(
    () => classifyImage(net(), bytes, { preprocessing, K: 2 } as object),
    RangeError,
    'classifyImage: unknown option "K"; did you mean "k"?',
  );
  await assertRejects(
    () => openImages("val", { label: "l.tsv" } as object),
    RangeError,
    '"labels"',
  );
});

Deno.test("a network that gives NaN ends it, and is not taken to mean class 0", async () => {
  const model = net(), [weight] = model.weights;
  weight!.assign(new Float32Array(weight!.size).fill(NaN));
  const [bytes] = images.values();
  for (
    const attempt of [
      () => evaluateImages(model, source(), { preprocessing, threads: 1 }),
      () => classifyImage(model, bytes!, { preprocessing }),
    ]
  ) await assertRejects<Error>(attempt, RangeError, "gives NaN in place of probabilities");
});

Deno.test("with strict, a corrupt image ends it", async () => {
  await assertRejects(() => evaluate({ strict: true }), SyntaxError, "bad.jpg: expected a JPEG");
});

Deno.test("the batch size does not change what is found", async () => {
  using folder = new Folder();
  const found: string[] = [];
  for (const batchSize of [1, 5, 64]) {
    const journal = folder.at(`${batchSize}.jsonl`);
    await evaluate({ batchSize, journal });
    const text = await Deno.readTextFile(journal);
    found.push(text.replace(/"probability":[^}]*/g, ""));
  }
  assertEquals(found[1], found[0]);
  assertEquals(found[2], found[0]);
});

Deno.test("ten crops and scales: probabilities are averaged", async () => {
  using folder = new Folder();
  const journal = folder.at("j.jsonl"),
    model = net(),
    views = { crops: 10, scales: [9, 11] } as const;
  await evaluate({ ...views, journal, batchSize: 40 });
  const line = (await Deno.readTextFile(journal)).split("\n")[1]!;
  model.normalization = preprocessing.normalization;
  const pixels = prepareImage(await decodeImage(images.get(names[0]!)!), preprocessing, views);
  const logits = await model.predict(tensor(pixels, { shape: [20, 8, 8, 3] }));
  const mean = await logits.softmax().mean(0).data();
  const { top, probability } = JSON.parse(line);
  assertEquals(top[0], mean.indexOf(Math.max(...mean)));
  assertAlmostEquals(probability, Math.max(...mean), 1e-5);
});

Deno.test("a broken evaluation goes on where it ended, with the same result", async () => {
  using folder = new Folder();
  const [whole, broken] = [folder.at("whole.jsonl"), folder.at("broken.jsonl")];
  const expected = await evaluate({ journal: whole });
  const controller = new AbortController(), read: string[] = [];
  const first = await evaluate({
    journal: broken,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  assertEquals(first.complete, false);
  const done = first.images + first.corrupt;
  assertEquals(done > 0 && done < 18, true);
  const second = await evaluate({ journal: broken, resume: true }, source(read));
  assertEquals(read.length, 18 - done);
  assertEquals(await Deno.readTextFile(broken), await Deno.readTextFile(whole));
  assertEquals(
    [second.images, second.corrupt, second.top1Error, second.top5Error],
    [expected.images, expected.corrupt, expected.top1Error, expected.top5Error],
  );
  assertEquals(second.confusion.counts, expected.confusion.counts);
});

Deno.test("a journal fits only the evaluation that it is of", async () => {
  using folder = new Folder();
  const journal = folder.at("j.jsonl"), resume = true;
  await evaluate({ journal, limit: 5 });
  await assertRejects(() => evaluate({ journal, resume }), RangeError, "its limit is 5");
  await assertRejects(
    () => evaluate({ journal, resume, limit: 5, crops: 10 }),
    RangeError,
    "its crops is 1, this one's 10",
  );
  const changed = { ...source(), images: () => [...source().images() as []].reverse() };
  await assertRejects(
    () => evaluate({ journal, resume, limit: 5 }, changed),
    RangeError,
    "images or labels have changed",
  );
});

Deno.test("a journal fits only the labels and the images that it is of", async () => {
  using folder = new Folder();
  const journal = folder.at("j.jsonl"),
    resume = true,
    whole = [...source().images() as ImageEntry[]];
  const ofImages = (images: ImageEntry[]) => ({
    ...source(),
    length: images.length,
    images: () => images,
  });
  await evaluate({ journal });
  const relabelled = whole.map((entry, i) => i === 2 ? { ...entry, label: 6 } : entry);
  await assertRejects(
    () => evaluate({ journal, resume }, ofImages(relabelled)),
    RangeError,
    `expected ${names[2]} of class 2, as in the journal, found class 6`,
  );
  await assertRejects(
    () => evaluate({ journal, resume }, ofImages(whole.slice(0, 7))),
    RangeError,
    `expected ${whole[7]!.name}, as in the journal, found no more images`,
  );
});

Deno.test("a limit takes images at equal distances", async () => {
  const read: string[] = [];
  const result = await evaluate({ limit: 3 }, source(read));
  assertEquals(result.images, 3);
  assertEquals(read, [names[0], names[5], names[11]]);
  const streamed: string[] = [];
  await evaluate({ limit: 3 }, { ...source(streamed), length: undefined });
  assertEquals(streamed.slice(0, 3), names.slice(0, 3));
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

Deno.test("a data set with images of another shape is refused", async () => {
  const { test } = digits({ train: 1, test: 2 });
  await assertRejects(
    () => evaluateDataset(net(), test),
    TypeError,
    "expected images [8, 8, 3], as the model takes, found [28, 28, 1]",
  );
});

Deno.test("a data set is evaluated as Model.evaluate does", async () => {
  const { test } = digits({ train: 10, test: 70 });
  const model = sequential([28, 28, 1], { seed: 1 }).flatten().dense(10);
  const expected = await model.evaluate(test);
  const result = await evaluateDataset(model, test, { batchSize: 32 });
  assertEquals(result.images, 70);
  assertAlmostEquals(1 - result.top1Error, expected.top1!, 1e-6);
  assertAlmostEquals(1 - result.top5Error, expected.top5!, 1e-6);
  assertEquals(result.classes, test.classes);
});
