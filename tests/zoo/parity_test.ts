import { assertEquals } from "@std/assert";
import { googlenet, googlenetBn, inceptionV3, type Model, resnet, seResnet } from "../../mod.ts";
import { zoo, zooEntry } from "../../lib/zoo/zoo.ts";

/** Parameters and multiply-adds of one image, as counted elsewhere, layer by layer. */
const published: Readonly<Record<string, readonly [number, number]>> = {
  "lenet5": [61_706, 416_520],
  "alexnet": [61_100_840, 714_188_480],
  "alexnet-2012": [60_965_224, 724_406_816],
  "alexnet-ungrouped": [62_378_344, 1_135_256_096],
  "zfnet": [62_357_608, 1_168_032_896],
  "vgg11": [132_863_336, 7_609_090_048],
  "vgg13": [133_047_848, 11_308_466_176],
  "vgg16": [138_357_544, 15_470_264_320],
  "vgg19": [143_667_240, 19_632_062_464],
  "vgg11-bn": [132_868_840, 7_609_090_048],
  "vgg13-bn": [133_053_736, 11_308_466_176],
  "vgg16-bn": [138_365_992, 15_470_264_320],
  "vgg19-bn": [143_678_248, 19_632_062_464],
  "googlenet": [6_998_552, 1_582_671_872],
  "googlenet-bn": [6_624_904, 1_498_376_192],
  "resnet18": [11_689_512, 1_814_073_344],
  "resnet34": [21_797_672, 3_663_761_408],
  "resnet50": [25_557_032, 4_089_184_256],
  "resnet101": [44_549_160, 7_801_405_440],
  "resnet152": [60_192_808, 11_513_626_624],
  "resnext50": [25_028_904, 4_230_479_872],
  "se-resnet50": [28_088_024, 3_860_488_192],
  "se-resnext50": [27_559_896, 4_232_994_816],
  "senet154": [115_088_984, 20_688_363_520],
  "squeezenet1.0": [1_248_424, 818_924_576],
  "squeezenet1.1": [1_235_496, 349_151_936],
};

const counts = (net: Pick<Model, "parameters" | "multiplyAdds">) => [
  net.parameters,
  net.multiplyAdds,
];

for (const [name, expected] of Object.entries(published)) {
  Deno.test(`${name}: parameters and multiply-adds`, () => {
    assertEquals(counts(zooEntry(name)), [...expected]);
  });
}

Deno.test("auxiliary heads: parameters and multiply-adds", () => {
  assertEquals(counts(googlenet({ auxiliary: true })), [13_378_280, 1_591_044_096]);
  assertEquals(counts(googlenetBn({ auxiliary: true })), [13_004_888, 1_506_748_416]);
  // Published as 5.713 G, without the head.
  assertEquals(inceptionV3({ auxiliary: true }).parameters, 27_161_264);
  assertEquals(Math.round(zooEntry("inception-v3").multiplyAdds / 1e6), 5713);
});

Deno.test("where a bottleneck halves the image: parameters and multiply-adds", () => {
  assertEquals(
    ([50, 101, 152] as const).map((depth) => counts(resnet(depth, { version: 1 }))),
    [
      [25_557_032, 3_857_973_248],
      [44_549_160, 7_570_194_432],
      [60_192_808, 11_282_415_616],
    ],
  );
  assertEquals(
    ([50, 101, 152] as const).map((depth) => counts(seResnet(depth, { version: 1.5 }))),
    [
      [28_088_024, 4_091_699_200],
      [49_326_872, 7_806_148_608],
      [66_821_848, 11_520_204_800],
    ],
  );
});

Deno.test("SE-ResNet-18 and 34 add 0.09 and 0.16 million multiply-adds", () => {
  assertEquals(zooEntry("se-resnet18").parameters, 11_778_592);
  assertEquals(zooEntry("se-resnet34").parameters, 21_958_868);
  const added = (depth: number) =>
    zooEntry(`se-resnet${depth}`).multiplyAdds - zooEntry(`resnet${depth}`).multiplyAdds;
  assertEquals([18, 34].map((depth) => Math.round(added(depth) / 1e4)), [9, 16]);
});

Deno.test("CIFAR ResNets and their plain twins: equal parameters and multiply-adds", () => {
  const expected = {
    20: [269_722, 40.55],
    32: [464_154, 68.86],
    44: [658_586, 97.17],
    56: [853_018, 125.49],
    110: [1_727_962, 252.89],
  };
  for (const [depth, [parameters, millions]] of Object.entries(expected)) {
    const net = zooEntry(`cifar-resnet${depth}`);
    assertEquals([net.parameters, Math.round(net.multiplyAdds / 1e4) / 100], [
      parameters,
      millions,
    ]);
    assertEquals(counts(net), counts(zooEntry(`cifar-plain${depth}`)));
  }
});

Deno.test("LeNet-5 of 1998: 60,000 parameters, layer by layer", () => {
  const net = zooEntry("lenet5-1998").build();
  const count = (name: string) =>
    net.summary().rows.filter((row) => row.name.startsWith(name))
      .reduce((sum, row) => sum + row.parameters, 0);
  assertEquals(
    ["c1", "s2", "c3", "s4", "c5", "f6", "output"].map(count),
    [156, 12, 1516, 32, 48_120, 10_164, 0],
  );
  assertEquals(net.parameters, 60_000);
});

for (const entry of zoo()) {
  Deno.test(`${entry.name}: counts, a paper with its year, an input`, () => {
    assertEquals(entry.parameters > 0 && entry.multiplyAdds > 0, true);
    assertEquals(/\d{4}/.test(entry.paper), true);
    assertEquals(entry.inputShape.length, 3);
    const { crop } = entry.preprocessing;
    if (crop !== undefined) assertEquals([crop, crop, 3], [...entry.inputShape]);
  });
}

Deno.test("no two networks of the zoo have the same name", () => {
  const names = zoo().map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
});
