import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  alexnet2012,
  type ArchitectureOptions,
  cifarResnet,
  googlenet,
  googlenetBn,
  inceptionV3,
  type Model,
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
  zoo,
  zooEntry,
} from "../../mod.ts";
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

/** Software adapters compile slowly: there, a few networks that have every kind of layer. */
const software = ["lenet5-1998", "alexnet-2012", "resnet18", "se-resnet18", "squeezenet1.1"];
const adapter = needs.webgpu.met ? await navigator.gpu.requestAdapter() : null;
const onWebGpu = (name: string) =>
  adapter !== null && (!adapter.info.isFallbackAdapter || software.includes(name));

/** What untrained gates make of rounding: in 50 blocks it grows a thousandfold. */
const tolerances: Readonly<Record<string, number>> = { "senet154": 2e-2 };

for (const [name, build] of Object.entries(networks)) {
  Deno.test(`${name}: forward, and one step of training (cpu)`, async () => {
    await setDevice("cpu", { threads: 2 });
    await runs(build());
  });

  Deno.test({
    name: `${name}: forward as on the CPU, and one step of training (webgpu)`,
    ignore: !onWebGpu(name),
    async fn() {
      await setDevice("cpu", { threads: 2 });
      const net = build();
      const x = randomNormal([2, ...net.inputShape], { seed: 1 });
      const expected = await Promise.all([await net.predict(x)].flat().map((y) => y.data()));
      await setDevice("webgpu");
      const found = await runs(build());
      for (const [i, logits] of found.entries()) {
        const largest = Math.max(...expected[i]!.map(Math.abs));
        const error = Math.max(...logits.map((y, k) => Math.abs(y - expected[i]![k]!))) / largest;
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
    "resnet50 25,557,032 4,089,184,256 224x224x3 76.13 92.86",
  );
});

Deno.test("zoo: every network takes the number of classes and the size of images", () => {
  for (const entry of zoo()) {
    if (entry.name === "lenet5-1998") continue;
    const [height, width, channels] = entry.inputShape as [number, number, number];
    const inputShape = [height + 4, width + 8, channels];
    const net = entry.build({ classes: 7, inputShape });
    assertEquals([net.inputShape, net.outputShape], [inputShape, [7]], entry.name);
  }
});

Deno.test("architectures: wrong options are named", () => {
  const cases: readonly (readonly [() => unknown, string])[] = [
    [() => vgg(12 as VggDepth), "vgg: depth: expected 11, 13, 16 or 19, found 12"],
    [
      () => vgg(11, { clases: 10 } as ArchitectureOptions),
      'vgg: unknown option "clases"; did you mean "classes"?',
    ],
    [() => resnet(18, { classes: 0 }), "resnet: classes: expected an integer of at least 1"],
    [() => resnet(18, { width: 0 }), "resnet: width: expected a number above 0, found 0"],
    [() => resnet(18, { inputShape: [224, 224] }), "expected [height, width, channels]"],
    [() => alexnet2012({ towers: 3 as 2 }), "towers: expected 1 or 2, found 3"],
    [() => vgg(11, { inputShape: [16, 16, 3] }), 'maxPool2d "features.20"'],
  ];
  for (const [build, message] of cases) {
    const error = assertThrows(build);
    assert(error instanceof RangeError || error instanceof TypeError);
    assertStringIncludes(error.message, message);
  }
});
