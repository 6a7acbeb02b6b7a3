import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  alexnet,
  alexnet2012,
  type ArchitectureOptions,
  cifarResnet,
  googlenet,
  googlenetBn,
  inceptionV3,
  mlp,
  type Model,
  model,
  randomNormal,
  resnet,
  resnext50,
  senet154,
  seResnet,
  setDevice,
  sgd,
  squeezenet,
  tensor,
  vgg,
  type VggDepth,
  zfnet,
} from "../../mod.ts";
import { zoo, zooEntry } from "../../lib/zoo/zoo.ts";
import { needs } from "../setup/needs.ts";

/** Small images and an eighth of the channels: a moment's work. */
const small = (size: number): ArchitectureOptions => ({
  classes: 10,
  inputShape: [size, size, 3],
  width: 0.125,
});

const networks: Readonly<Record<string, () => Model>> = {
  "lenet5-1998": () => zooEntry("lenet5-1998").build(),
  "alexnet": () => zooEntry("alexnet").build(small(63)),
  "alexnet-2012": () => alexnet2012(small(67)),
  "zfnet": () => zfnet(small(64)),
  "vgg11": () => vgg(11, small(32)),
  "vgg11-bn": () => vgg(11, { ...small(32), batchNorm: true }),
  "googlenet with auxiliary heads": () => googlenet({ ...small(64), auxiliary: true }),
  "googlenet-bn with auxiliary heads": () => googlenetBn({ ...small(64), auxiliary: true }),
  "inception-v3 with its auxiliary head": () => inceptionV3({ ...small(299), auxiliary: true }),
  "resnet18": () => resnet(18, small(64)),
  "resnet18-plain": () => resnet(18, { ...small(64), shortcuts: false }),
  "resnet50": () => resnet(50, small(64)),
  "cifar-resnet20": () => cifarResnet(20, { width: 0.25 }),
  "resnext50": () => resnext50(small(32)),
  "se-resnet18": () => seResnet(18, small(32)),
  "senet154": () => senet154(small(32)),
  "squeezenet1.1": () => squeezenet("1.1", small(64)),
};

/** The two parts of a test: finite logits, then a step that changes the first weight. */
async function runs(net: Model): Promise<Float32Array[]> {
  const x = randomNormal([2, ...net.inputShape], { seed: 1 });
  const outputs = [await net.predict(x)].flat();
  const logits = await Promise.all(outputs.map((output) => output.data()));
  for (const [i, output] of outputs.entries()) {
    assertEquals(output.shape, [2, 10]);
    assert(logits[i]!.every(Number.isFinite), "expected finite logits");
  }
  const before = await net.weights[0]!.read();
  const labels = tensor([3, 7], { dtype: "i32" });
  const { loss } = await net.trainOnBatch(x, outputs.map(() => labels), {
    optimizer: sgd({ learningRate: 0.001 }),
  });
  assert(Number.isFinite(loss), `expected a finite loss, found ${loss}`);
  const after = await net.weights[0]!.read();
  assert(after.some((value, i) => value !== before[i]), "expected the first weight to change");
  return logits as Float32Array[];
}

/**
 * Software adapters take up to a second to compile a kernel, and deep networks have hundreds: there,
 * these are cut off after a layer behind which the same kinds of block come again.
 */
const cuts: Readonly<Record<string, string>> = {
  "vgg11": "features.10",
  "vgg11-bn": "features.14",
  "googlenet with auxiliary heads": "inception_3a/output",
  "googlenet-bn with auxiliary heads": "inception3a.concatenate",
  "inception-v3 with its auxiliary head": "Mixed_5b.concatenate",
  "resnet18": "layer2.1.relu",
  "resnet18-plain": "layer2.1.relu",
  "resnet50": "layer2.1.relu",
  "resnext50": "layer2.1.relu",
  "senet154": "layer1.1.relu",
};
const adapter = needs.webgpu.met ? await navigator.gpu.requestAdapter() : null;

/** The network for the WebGPU adapter that there is. */
function forAdapter(name: string): Model {
  const cut = adapter?.info.isFallbackAdapter ? cuts[name] : undefined;
  if (cut === undefined) return networks[name]!();
  // Only what is cut off, the auxiliary head, asks for large images.
  const net = name.startsWith("inception-v3") ? inceptionV3(small(75)) : networks[name]!();
  return model(net.inputs[0]!, net.output(cut).globalAveragePool2d().dense(10));
}

/** What untrained gates make of rounding: in 50 blocks it grows a thousandfold. */
const tolerances: Readonly<Record<string, number>> = { "senet154": 2e-2 };

for (const [name, build] of Object.entries(networks)) {
  Deno.test(`${name}: forward, and one step of training (cpu)`, async () => {
    await setDevice("cpu", { threads: 2 });
    await runs(build());
  });
}

/** What the networks for WebGPU give on the CPU, by name. */
const expected = new Map<string, readonly Float32Array[]>();

/** Runs networks for WebGPU forward on the CPU. */
async function runOnCpu(...names: readonly string[]): Promise<void> {
  await setDevice("cpu", { threads: 2 });
  for (const name of names) {
    const net = forAdapter(name);
    const outputs = [await net.predict(randomNormal([2, ...net.inputShape], { seed: 1 }))].flat();
    expected.set(name, await Promise.all(outputs.map((output) => output.data())));
  }
  await setDevice("webgpu");
}

Deno.test({
  name: "networks for WebGPU: forward on the CPU",
  ignore: adapter === null,
  // All at once, and so one device for the tests below: networks share its kernels.
  fn: () => runOnCpu(...Object.keys(networks)),
});

for (const name of Object.keys(networks)) {
  const cut = adapter?.info.isFallbackAdapter && cuts[name] ? `, up to ${cuts[name]}` : "";
  Deno.test({
    name: `${name}${cut}: forward as on the CPU, and one step of training (webgpu)`,
    ignore: adapter === null,
    async fn() {
      if (!expected.has(name)) await runOnCpu(name); // this test was chosen alone
      const found = await runs(forAdapter(name));
      for (const [i, logits] of found.entries()) {
        const wanted = expected.get(name)![i]!;
        const largest = Math.max(...wanted.map(Math.abs));
        const error = Math.max(...logits.map((y, k) => Math.abs(y - wanted[k]!))) / largest;
        assert(error < (tolerances[name] ?? 1e-4), `logits differ by ${error} of the largest`);
      }
    },
  });
}

Deno.test("zoo: a network by name, and an error with the nearest name", () => {
  assertEquals(zooEntry("resnet50").name, "resnet50");
  const error = assertThrows(() => zooEntry("resnet-50"), RangeError);
  assertStringIncludes(error.message, 'unknown network "resnet-50"; did you mean "resnet50"?');
});

Deno.test("zoo: an entry prints its counts and accuracy in a line", () => {
  assertEquals(
    String(zooEntry("resnet50")).replaceAll(/ +/g, " "),
    "resnet50 25,557,032 4,089,184,256 224x224x3 76.13 92.86 imagenet",
  );
});

Deno.test("zoo: published accuracy has the digits that were published", () => {
  assertEquals(zooEntry("resnet34-plain").published?.top1, 71.46);
  for (const { name, published } of zoo()) {
    for (const percent of [published?.top1 ?? 0, published?.top5 ?? 0]) {
      assert(String(percent).length <= 6, `${name}: ${percent}`);
    }
  }
});

for (const entry of zoo()) {
  if (entry.name === "lenet5-1998") continue;
  Deno.test(`${entry.name}: takes the number of classes and the size of images`, () => {
    const [height, width, channels] = entry.inputShape as [number, number, number];
    const inputShape = [height + 4, width + 8, channels];
    const net = entry.build({ classes: 7, inputShape });
    assertEquals([net.inputShape, net.outputShape], [inputShape, [7]], entry.name);
  });
}

/** The least height and width of images, of networks whose windows would leave nothing of smaller ones. */
const least: Readonly<Record<string, number>> = {
  "lenet5": 12,
  "alexnet": 63,
  "alexnet-2012": 67,
  "alexnet-ungrouped": 67,
  "zfnet": 47,
  "vgg11": 32,
  "vgg19-bn": 32,
  "googlenet": 31,
  "googlenet-bn": 15,
  "inception-v3": 75,
  "squeezenet1.0": 21,
  "squeezenet1.1": 17,
  "se-resnet18": 3,
  "se-resnext50": 3,
  "senet154": 3,
  "resnet18": 1,
  "cifar-resnet20": 1,
};

for (const [name, side] of Object.entries(least)) {
  Deno.test(`${name}: images of ${side}x${side} are the smallest, others are refused by name`, () => {
    const entry = zooEntry(name),
      of = (...inputShape: number[]) =>
        entry.build({ inputShape: [...inputShape, 3], width: 0.125, classes: 10 });
    assertEquals(of(side, side).outputShape, [10]);
    assertEquals(of(side, side + 100).outputShape, [10]);
    if (side === 1) return;
    for (const sizes of [[side - 1, 300], [300, side - 1]]) {
      const error = assertThrows(() => of(...sizes), RangeError);
      const expected = `inputShape: expected images of at least ${side}x${side} pixels, found [`;
      assertStringIncludes(error.message, expected);
    }
  });
}

Deno.test("every network but LeNet-5 of 1998 takes any width", () => {
  for (const entry of zoo()) {
    if (/lenet5-1998|vgg1[39]|110|152|101/.test(entry.name)) continue;
    for (const width of [0.003, 0.29, 0.37, 1.17]) {
      assertEquals(entry.build({ width }).outputShape, [entry.classes], `${entry.name}, ${width}`);
    }
  }
  // The towers of AlexNet are alike, whatever the width.
  assertEquals(alexnet2012({ width: 0.3 }).weight("conv2.kernel").shape, [5, 5, 14, 76]);
});

Deno.test("architectures: wrong options are named", () => {
  const cases: readonly (readonly [() => unknown, string])[] = [
    [() => vgg(12 as VggDepth), "vgg: depth: expected 11, 13, 16 or 19, found 12"],
    [
      () => vgg(11, { clases: 10 } as ArchitectureOptions),
      'vgg: unknown option "clases"; did you mean "classes"?',
    ],
    [
      () => resnet(18, { weights: "imagenet" } as ArchitectureOptions),
      "await loadWeights(net, publishedWeights(name))",
    ],
    [() => resnet(18, { classes: 0 }), "resnet: classes: expected an integer of at least 1"],
    [() => resnet(18, { width: 0 }), "resnet: width: expected a number above 0, found 0"],
    [() => resnet(18, { inputShape: [224, 224] }), "expected [height, width, channels]"],
    [() => alexnet2012({ towers: 3 as 2 }), "towers: expected 1 or 2, found 3"],
    [() => zooEntry("lenet5-1998").build({ classes: 7 }), "lenet1998: expected 10 classes"],
    [() => zooEntry("lenet5-1998").build({ width: 0.5 }), "width 1"],
    [
      () => zooEntry("lenet5-1998").build({ inputShape: [40, 27, 1] }),
      "lenet1998: inputShape: expected images of at least 28x28 pixels, found [40, 27, 1]",
    ],
    [() => mlp({ widht: 2 } as ArchitectureOptions), 'mlp: unknown option "widht"'],
    [() => mlp({ width: -1 }), "mlp: width: expected a number above 0, found -1"],
    [
      () => resnet(18, { inputShape: [-1, 32, 3] }),
      "resnet: inputShape[0]: expected an integer of at least 1, found -1",
    ],
    [() => cifarResnet(20, { inputShape: [32, 0, 3] }), "cifarResnet: inputShape[1]: expected an"],
    [() => zfnet({ inputShape: [64, 64, 1.5] }), "zfnet: inputShape[2]: expected an integer"],
  ];
  for (const [build, message] of cases) {
    const error = assertThrows(build);
    assert(error instanceof RangeError || error instanceof TypeError);
    assertStringIncludes(error.message, message);
  }
});

Deno.test("alexnet: nothing normalises in it, and its first logits are small all the same", async () => {
  const x = randomNormal([2, 63, 63, 3], { seed: 1 });
  const logits = await alexnet({ classes: 4, inputShape: [63, 63, 3] }).apply(x).abs().max().item();
  assert(logits < 2, `${logits}`);
});
