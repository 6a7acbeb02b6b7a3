import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { decodeSafetensors, type StoredTensor } from "../../lib/core/safetensors/read.ts";
import { encodeSafetensors } from "../../lib/core/safetensors/write.ts";
import { preprocessingFor } from "../../lib/evaluate/model_preprocessing.ts";
import { classifyImage } from "../../lib/evaluate/classify.ts";
import {
  caffeFormOf,
  openNetwork,
  type OpenNetworkOptions,
} from "../../lib/evaluate/open_network.ts";
import { withClassesOf } from "../../lib/evaluate/classes.ts";
import type { ImageSource } from "../../lib/images/image_source.ts";
import { digits } from "../../data/digits.ts";
import { imageNetClasses } from "../../data/imagenet_classes.ts";
import { decodeImage } from "../../lib/vision/decode.ts";
import { prepareImage } from "../../lib/vision/views.ts";
import { googlenet } from "../../lib/zoo/googlenet.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { loadModel } from "../../lib/train/load_model.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { saveWeights } from "../../lib/weights/save.ts";
import { lenet5 } from "../../lib/zoo/lenet5.ts";
import { zooEntry } from "../../lib/zoo/zoo.ts";
import { type WeightFile, weightFile, weightTensor } from "../../lib/weights/weight_file.ts";
import { zooWeights } from "../fixtures/zoo.ts";
import { openWeights } from "../../lib/weights/open.ts";
import { loadWeights } from "../../lib/weights/load.ts";
import { realTest } from "../weights/files.ts";
import { serve } from "../weights/server.ts";
import { Folder, images } from "../images/files.ts";

Deno.test("a model that was saved brings its form, classes and normalization, with or without a name", async () => {
  using folder = new Folder();
  const path = folder.at("net.safetensors");
  const normalization = { mean: [0.4, 0.5, 0.6], standardDeviation: [0.2, 0.2, 0.3] };
  const net = lenet5({ inputShape: [32, 32, 3], classes: 4, seed: 7 });
  net.normalization = normalization;
  await net.save(path);
  for (const name of ["lenet5", undefined]) {
    const { model, preprocessing } = await openNetwork(name, path);
    assertEquals([model.inputShape, model.outputShape], [[32, 32, 3], [4]]);
    assertEquals(preprocessing, { crop: 32, channels: "rgb", normalization });
    assertEquals(await model.weights[0]!.read(), await net.weights[0]!.read());
  }
  const grey = sequential([5, 5, 1]).flatten().dense(2);
  await grey.save(path);
  const { preprocessing: { channels, crop } } = await openNetwork(undefined, path);
  assertEquals([channels, crop], ["gray", 5]);
});

Deno.test("a saved model keeps the margin that its network cuts off", async () => {
  using folder = new Folder();
  const path = folder.at("net.safetensors");
  await zooEntry("squeezenet1.1").build({ inputShape: [112, 112, 3], classes: 3 }).save(path);
  const { preprocessing } = await openNetwork("squeezenet1.1", path);
  assertEquals([preprocessing.resize, preprocessing.crop], [128, 112]);
});

Deno.test("a model that is not square, and its rounding, are kept in its file", async () => {
  using folder = new Folder();
  const path = folder.at("net.safetensors"), net = sequential([16, 24, 3]).flatten().dense(2);
  net.normalization = { mean: [0.5], standardDeviation: [0.25] };
  await net.save(path);
  const { preprocessing } = await openNetwork(undefined, path);
  assertEquals([preprocessing.crop, preprocessing.resize], [[16, 24], undefined]);
  net.preprocessing = { ...net.preprocessing, resize: [20, 28], rounding: "nearest" };
  await net.save(path);
  const { model: opened } = await openNetwork(undefined, path);
  assertEquals(opened.preprocessing, {
    channels: "rgb",
    resize: [20, 28],
    crop: [16, 24],
    rounding: "nearest",
    normalization: { mean: [0.5], standardDeviation: [0.25] },
  });
  net.preprocessing = { ...net.preprocessing, crop: [16, 0] };
  await assertRejects(async () => loadModel(await net.toBytes()), SyntaxError, "crop: expected");
});

Deno.test("a network knows how its images are prepared, and a saved copy and a part of it do too", async () => {
  using folder = new Folder();
  const [weights, tuned] = [folder.at("weights.safetensors"), folder.at("tuned.safetensors")];
  const entry = zooEntry("squeezenet1.1"), names = entry.caffe!.names;
  const own = entry.build({ inputShape: [227, 227, 3] });
  const tensors: [string, StoredTensor][] = [];
  for (const [name, weight] of own.namedWeights) {
    const [, layer, key] = /(.*)\.(.*)/.exec(name)!;
    const { shape } = weight, data = await weight.read();
    tensors.push([`${names.get(layer!)}.${key}`, { shape, dtype: "f32", data }]);
  }
  await Deno.writeFile(weights, encodeSafetensors(tensors, {}));
  const { model: net, preprocessing } = await openNetwork("squeezenet1.1", weights);
  assertEquals(preprocessing.channels, "bgr");
  assertEquals(net.preprocessing, preprocessing);
  assertEquals(preprocessingFor(net, undefined, "test"), preprocessing);
  await net.save(tuned);
  const { model: saved, preprocessing: kept } = await openNetwork(undefined, tuned);
  assertEquals(kept, preprocessing);
  assertEquals(saved.preprocessing, preprocessing);

  const { tensors: all, metadata } = decodeSafetensors(await Deno.readFile(tuned), tuned);
  const wrong = { ...metadata, preprocessing: '{"channels":"rbg"}' };
  await assertRejects(
    () => loadModel(encodeSafetensors([...all], wrong)),
    SyntaxError,
    'channels: expected "rgb", "bgr" or "gray"',
  );

  const pixels = Uint8Array.from({ length: 227 * 227 * 3 }, (_, i) => (i * 31) % 251);
  const shape = [1, 227, 227, 3], { mean, standardDeviation } = preprocessing.normalization;
  const bytes = tensor(pixels, { shape });
  const floats = tensor(
    Float32Array.from(pixels, (x, i) => (x / 255 - mean[i % 3]!) / standardDeviation[i % 3]!),
    { shape },
  );
  const layer = "features.3.concatenate", part = model(net.inputs, net.output(layer));
  const wanted = await (await net.predict(floats, { outputs: [layer] })).data();
  for (const found of [net.predict(bytes, { outputs: [layer] }), part.predict(bytes)]) {
    const largest = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    (await (await found).data()).forEach((x, i) =>
      assertAlmostEquals(x, wanted[i]!, 1e-4 * largest)
    );
  }
});

Deno.test("a network that was given another head and tuned on BGR images sees them so when it is opened", async () => {
  using folder = new Folder();
  const [weights, tuned] = [folder.at("weights.safetensors"), folder.at("tuned.safetensors")];
  const entry = zooEntry("squeezenet1.1");
  await Deno.writeFile(weights, zooWeights(entry.build(), 3, entry.caffe!.names));
  const { model: net, preprocessing } = await openNetwork("squeezenet1.1", weights);
  assertEquals([preprocessing.channels, preprocessing.resize !== undefined], ["bgr", true]);
  const body = net.output("features.2");
  const head = model(net.inputs, body.globalAveragePool2d().dense(2, { name: "head" }));
  net.freeze();
  head.classes = ["ball", "box"];
  const pixels = Uint8Array.from({ length: 2 * 227 * 227 * 3 }, (_, i) => (i * 97) % 256);
  const x = tensor(pixels, { shape: [2, 227, 227, 3] });
  await head.trainOnBatch(x, tensor([0, 1], { dtype: "i32" }));
  await head.save(tuned);
  const { model: opened, preprocessing: kept } = await openNetwork(undefined, tuned);
  assertEquals(kept, preprocessing);
  assertEquals(preprocessingFor(opened, undefined, "test"), preprocessing);
  assertEquals([opened.classes, opened.summary().trainableParameters], [["ball", "box"], 130]);
  const [photograph] = images.values();
  const [before, after] = await Promise.all(
    [head, opened].map((one) => classifyImage(one, photograph!, { k: 2 })),
  );
  assertEquals(after, before);
});

Deno.test("openNetwork takes map and ignore, for a file of weights under other names and with another head", async () => {
  using folder = new Folder();
  const path = folder.at("weights.safetensors"), entry = zooEntry("resnet18");
  const own = entry.build({ classes: 7, seed: 9 });
  const tensors = await Promise.all(
    Array.from(own.namedWeights, async ([name, weight]): Promise<[string, StoredTensor]> => [
      `backbone.${name}`,
      { shape: weight.shape, dtype: "f32", data: await weight.read() },
    ]),
  );
  await Deno.writeFile(path, encodeSafetensors(tensors, {}));
  const map = (name: string) => `backbone.${name}`;
  const { model: net, preprocessing } = await openNetwork("resnet18", path, {
    map,
    ignore: /^backbone\.fc\./,
  });
  assertEquals(preprocessing, entry.preprocessing);
  const [first, last] = ["conv1.kernel", "fc.kernel"];
  assertEquals(await net.weight(first!).read(), await own.weight(first!).read());
  assertEquals(net.weight(last!).shape, [512, 1000]);
  await assertRejects(() => openNetwork("resnet18", path, { map }), TypeError, "fc.kernel");
  await assertRejects(() => openNetwork("resnet18", path, { ignore: "fc" as never }), TypeError);
  await assertRejects(() => openNetwork(undefined, path, { map }), RangeError, "name it");
  // A saved model is a file of weights as well.
  await own.save(path);
  const { model: again } = await openNetwork("resnet18", path, { ignore: /^fc\./ });
  assertEquals(await again.weight(first!).read(), await own.weight(first!).read());
});

Deno.test("SqueezeNet 1.0 has the padding of Caffe's definition for weights under Caffe's names alone", async () => {
  using folder = new Folder();
  const path = folder.at("weights.safetensors"), entry = zooEntry("squeezenet1.0");
  const side = { caffe: 227, own: 224 };
  for (const form of ["caffe", "own"] as const) {
    const { names } = entry.caffe!;
    await Deno.writeFile(path, zooWeights(entry.build(), 2, form === "caffe" ? names : new Map()));
    const { model: net, preprocessing } = await openNetwork("squeezenet1.0", path);
    const before = net.output("classifier.0").shape[0]!;
    const after = net.output("classifier.1").shape[0]!;
    assertEquals([net.inputShape[0], after - before], [side[form], form === "caffe" ? 2 : 0]);
    assertEquals(preprocessing.channels, form === "caffe" ? "bgr" : "rgb");
  }
});

Deno.test("where Caffe's layers have the names that they have here, their weights' names tell its files", () => {
  const entry = zooEntry("alexnet-2012");
  const file = (kernel: string, format: WeightFile["format"], prefix = "") =>
    weightFile({
      where: "weights",
      format,
      close: () => {},
      tensors: [...entry.caffe!.names.values()].flatMap((layer) =>
        [kernel, "bias"].map((key) =>
          weightTensor({ name: `${prefix}${layer}.${key}`, shape: [1], type: "f32" }, () =>
            new Float32Array(1))
        )
      ),
    });
  const norm = (net: Model) => net.layer("norm1").config;
  const caffe = caffeFormOf(file("weight", "caffe"), entry)!;
  assertEquals(norm(caffe.build({})), { size: 5, alpha: 1e-4, beta: 0.75, k: 1 });
  assertEquals(caffeFormOf(file("weight", "pytorch", "module."), entry), caffe);
  assertEquals(caffeFormOf(file("kernel", "safetensors"), entry), undefined);
  assertEquals(norm(entry.build()), { size: 5, alpha: 5e-4, k: 2 });
  assertEquals(caffeFormOf(file("weight", "caffe"), zooEntry("vgg16")), undefined);
  assertEquals(caffeFormOf(file("weight", "caffe"), zooEntry("resnet18")), undefined);
});

Deno.test("weights of another network, of none, or under another name are refused", async () => {
  using folder = new Folder();
  const saved = folder.at("saved.safetensors"), weights = folder.at("weights.safetensors");
  await lenet5().save(saved);
  await saveWeights(lenet5(), weights);
  assertEquals((await openNetwork("lenet5", weights)).model.parameters, lenet5().parameters);
  await assertRejects(
    () => openNetwork("resnet18", saved),
    RangeError,
    `${saved}: expected resnet18, found a model with 61706 parameters`,
  );
  await assertRejects(() => openNetwork("resnet18", weights), TypeError, "do not fit the model");
  await assertRejects(() => openNetwork(undefined, weights), RangeError, "found weights alone");
  await assertRejects(() => openNetwork(undefined, "imagenet"), RangeError, "name it");
  await assertRejects(() => openNetwork("resnet19", saved), RangeError, 'did you mean "resnet18"');
});

Deno.test("weights at a URL are fetched once; an open file can be loaded from, and stays open", async () => {
  using folder = new Folder();
  const path = folder.at("weights.safetensors"), net = lenet5({ seed: 3 });
  await saveWeights(net, path);
  const bytes = await Deno.readFile(path);
  let requests = 0;
  await using server = serve(() => (requests++, new Response(bytes)));
  const { model } = await openNetwork("lenet5", `${server.address}/weights.safetensors`);
  assertEquals(requests, 1);
  assertEquals(await model.weights[0]!.read(), await net.weights[0]!.read());
  using file = await openWeights(path);
  for (const model of [lenet5(), lenet5()]) {
    assertEquals((await loadWeights(model, file)).matched.length, net.weights.length);
    assertEquals(await model.weights[0]!.read(), await net.weights[0]!.read());
  }
});

realTest(
  "published weights are fetched by name; a Caffe file brings Caffe's preprocessing",
  ["cifar10-resnets/resnet20-12fca82f.th", "imagenet-nets/squeezenet_v1.1.safetensors"],
  async ([, caffe]) => {
    const { model, preprocessing } = await openNetwork("cifar-resnet20", "cifar10");
    assertEquals([model.classes?.[9], preprocessing.channels], ["truck", "rgb"]);
    const squeezenet = await openNetwork("squeezenet1.1", caffe!);
    assertEquals(squeezenet.preprocessing.channels, "bgr");
    assertEquals(squeezenet.model.inputShape, [227, 227, 3]);
  },
);

/** A file of ResNet-18's weights, as PyTorch has them. */
async function resnet18Weights(path: string, classes = 1000): Promise<Model> {
  const net = zooEntry("resnet18").build({ classes });
  await Deno.writeFile(path, zooWeights(net, 2));
  return net;
}

Deno.test("for other classes the head is new, by the seed, and all else is of the file, whatever its head", async () => {
  using folder = new Folder();
  const path = folder.at("weights.safetensors");
  for (const there of [7, 2]) {
    await resnet18Weights(path, there);
    const { model: net, report, preprocessing } = await openNetwork("resnet18", path, {
      classes: ["ants", "bees"],
    });
    assertEquals([net.outputShape, net.classes], [[2], ["ants", "bees"]]);
    assertEquals(net.preprocessing, preprocessing);
    assertEquals(preprocessing, zooEntry("resnet18").preprocessing);
    assertEquals(report.matched.length, net.weights.length - 2);
    assertEquals(report.kept, [
      { name: "fc.kernel", shape: [512, 2] },
      { name: "fc.bias", shape: [2] },
    ]);
    assertEquals([...report.ignored].sort(), ["fc.bias", "fc.weight"]);
    assertEquals([report.missing, report.unexpected, report.misshapen], [[], [], []]);
    const plain = sequential([512]).dense(2, { name: "fc" });
    assertEquals(await net.weight("fc.kernel").read(), await plain.weight("fc.kernel").read());
    using file = await openWeights(path);
    const whole = zooEntry("resnet18").build({ classes: there });
    await loadWeights(whole, file);
    for (const name of ["conv1.kernel", "layer4.1.bn2.runningVariance"]) {
      assertEquals(await net.weight(name).read(), await whole.weight(name).read());
    }
    const other = await openNetwork("resnet18", path, { classes: 2, seed: 8 });
    assertEquals(other.model.classes, undefined);
    const [one, two] = await Promise.all(
      [net, other.model].map((model) => model.weight("fc.kernel").read()),
    );
    assertEquals(one!.every((x, i) => x === two![i]), false);
  }
});

Deno.test("a model that was saved is opened for other classes too, auxiliary classifiers with it", async () => {
  using folder = new Folder();
  const path = folder.at("net.safetensors");
  const saved = googlenet({ auxiliary: true, width: 0.1, classes: 5, inputShape: [64, 64, 3] });
  saved.classes = [..."abcde"];
  saved.preprocessing = { channels: "bgr", crop: 64 };
  await saved.freeze("conv1").save(path);
  const { model: net, preprocessing, report } = await openNetwork(undefined, path, {
    classes: ["x", "y", "z"],
  });
  assertEquals(net.outputs.map(({ shape }) => shape), [[3], [3], [3]]);
  assertEquals([preprocessing.channels, preprocessing.crop, net.classes], ["bgr", 64, [..."xyz"]]);
  assertEquals(net.preprocessing, preprocessing);
  assertEquals(report.kept.map(({ name }) => name), [
    "loss3/classifier.kernel",
    "loss3/classifier.bias",
    "loss1/classifier.kernel",
    "loss1/classifier.bias",
    "loss2/classifier.kernel",
    "loss2/classifier.bias",
  ]);
  assertEquals(report.matched.length + report.kept.length, net.weights.length);
  const kernel = "inception_3a/1x1.kernel";
  assertEquals(await net.weight(kernel).read(), await saved.weight(kernel).read());
  assertEquals(net.weights.filter(({ frozen }) => frozen).length, 2);
  // As it is, all of it is of the file.
  const { report: all } = await openNetwork(undefined, path);
  assertEquals([all.matched.length, all.kept], [saved.weights.length, []]);
});

Deno.test("a checkpoint is opened for other classes", async () => {
  using folder = new Folder();
  const net = lenet5({ classes: 10 });
  await net.fit(digits({ train: 32 }).train, { checkpoint: { directory: folder.path } });
  const path = folder.at("checkpoint.safetensors");
  const { model: other, report } = await openNetwork("lenet5", path, { classes: 2 });
  assertEquals([other.outputShape, report.matched.length, report.unexpected], [[2], 8, []]);
  assertEquals(await other.weight("c1.kernel").read(), await net.weight("c1.kernel").read());
});

Deno.test("classes that are none, another network's file and networks without a head are refused", async () => {
  using folder = new Folder();
  const weights = folder.at("weights.safetensors"), saved = folder.at("saved.safetensors");
  await resnet18Weights(weights);
  const open = (name: string | undefined, path: string, given: OpenNetworkOptions) => () =>
    openNetwork(name, path, given);
  const refused: [() => Promise<unknown>, ErrorConstructor, string][] = [
    [open("resnet18", weights, { classes: 1 }), RangeError, "openNetwork: classes: expected an"],
    [open("resnet18", weights, { classes: ["a", "a"] }), RangeError, 'found "a" twice'],
    [open("resnet18", weights, { classes: ["a"] }), RangeError, "at least 2 classes"],
    [open("resnet18", weights, { seed: 1 }), TypeError, "give classes too"],
    [open("resnet34", weights, { classes: 2 }), TypeError, "The weights do not fit the model"],
    [open("vgg16", weights, { classes: 2 }), TypeError, "The weights do not fit the model"],
    [open(undefined, weights, { classes: 2 }), RangeError, "say of which network"],
  ];
  await zooEntry("lenet5-1998").build().save(saved);
  refused.push([
    open(undefined, saved, { classes: 2 }),
    TypeError,
    "openNetwork: classes: expected an output of a dense layer or a convolution",
  ]);
  for (const [call, kind, message] of refused) await assertRejects(call, kind, message);
});

realTest(
  "GoogLeNet's and SqueezeNet's real weights, for two classes: the trunk says what it said",
  [
    "imagenet-nets/googlenet.safetensors",
    "imagenet-nets/squeezenet_v1.1.safetensors",
    "ants-bees/SHA256SUMS",
  ],
  async ([google, squeeze, sums]) => {
    const folder = sums!.slice(0, sums!.lastIndexOf("/"));
    const image = async (of: string) => {
      for await (const { name } of Deno.readDir(`${folder}/val/${of}`)) {
        return await decodeImage(await Deno.readFile(`${folder}/val/${of}/${name}`));
      }
      throw new Error(`no image of ${of}`);
    };
    for (const [name, path] of [["googlenet", google!], ["squeezenet1.1", squeeze!]] as const) {
      const { model: net, preprocessing, report } = await openNetwork(name, path, { classes: 2 });
      const { model: whole } = await openNetwork(name, path);
      assertEquals([net.outputShape, preprocessing.channels], [[2], "bgr"]);
      assertEquals(report.kept.length, 2);
      assertEquals(report.matched.length, whole.weights.length - 2);
      const x = tensor(prepareImage(await image("bees"), preprocessing), {
        shape: [1, ...net.inputShape],
      });
      const [a, b] = await Promise.all(
        [net, whole].map(async (one) => await (await one.features().predict(x)).data()),
      );
      assertEquals(a, b);
      assertEquals((await net.predict(x)).shape, [1, 2]);
    }
  },
);

Deno.test("a network for a thousand classes knows those of ImageNet, and classifyImage says them", async () => {
  using folder = new Folder();
  const path = folder.at("net.safetensors");
  await saveWeights(zooEntry("squeezenet1.1").build({ seed: 1 }), path);
  const { model } = await openNetwork("squeezenet1.1", path);
  assertEquals([model.classes![281], model.classes!.length], ["tabby", 1000]);
  const [best] = await classifyImage(model, images.values().next().value!.slice(), { k: 1 });
  assertEquals(best!.name, imageNetClasses[best!.index]);
  const { model: other } = await openNetwork("squeezenet1.1", path, { classes: ["ant", "bee"] });
  assertEquals(other.classes, ["ant", "bee"]);
  // Folders may have the names of synsets, with no list of these.
  const source = classFoldersOf("n02123045", "n01440764");
  const labels = [];
  for await (const { label } of withClassesOf(model, source).images()) labels.push(label);
  assertEquals(labels, [281, 0]);
});

/** Images in folders of classes, as `classFolders` has them. */
function classFoldersOf(...classes: string[]): ImageSource {
  const entries = classes.map((className, label) => ({
    name: `${className}/1.jpg`,
    label,
    className,
    read: () => Promise.reject(new Error("not read")),
  }));
  const { length } = classes;
  return { name: "folder", length, classes, numbering: "names", images: () => entries };
}
