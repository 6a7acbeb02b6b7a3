import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { digits } from "../../data/digits.ts";
import { evaluateDataset, evaluateImages } from "../../lib/evaluate/evaluate.ts";
import { classifyImage } from "../../lib/evaluate/classify.ts";
import { classFolders } from "../../lib/images/image_source.ts";
import { openImages } from "../../lib/images/open_images.ts";
import { encodePng } from "../../lib/plotly_svg/mod.ts";
import { decodeImage } from "../../lib/vision/decode.ts";
import { prepareImage } from "../../lib/vision/views.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { all, Folder, images } from "../images/files.ts";
import { evaluate, names, net, preprocessing, source } from "./small_network.ts";

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

Deno.test("a limit takes images at equal distances", async () => {
  const read: string[] = [];
  const result = await evaluate({ limit: 3 }, source(read));
  assertEquals(result.images, 3);
  assertEquals(read, [names[0], names[5], names[11]]);
  const streamed: string[] = [];
  await evaluate({ limit: 3 }, { ...source(streamed), length: undefined });
  assertEquals(streamed.slice(0, 3), names.slice(0, 3));
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
