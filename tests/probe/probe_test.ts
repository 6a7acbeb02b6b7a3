/** Looks at a network: what they find, what they cost, that they change nothing. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { digits } from "../../data/digits.ts";
import { filtersOf, mosaicOf } from "../../lib/probe/filters.ts";
import { histogramOf } from "../../lib/probe/histogram.ts";
import { Probe } from "../../lib/probe/probe.ts";
import { Pace, ProbeFile, probeFile } from "../../lib/probe/probe_file.ts";
import { valueAndGradient } from "../../lib/tensor/gradient.ts";
import { crossEntropy } from "../../lib/tensor/functions/loss.ts";
import type { Weights } from "../../lib/nn/apply.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { inFolder } from "../folders.ts";
import { useCpu } from "../train/helpers.ts";

await useCpu(1);

const { train } = digits({ train: 64, test: 1 });
const network = () => {
  const net = sequential([28, 28, 1], { seed: 2 }).conv2d(4, 5, { name: "first" }).batchNorm()
    .relu()
    .maxPool2d(4).flatten().dropout(0.5).dense(10, { name: "last" });
  net.normalization = train.normalization;
  return net;
};

Deno.test("a look has the norms of weights and gradients, histograms and filters", async () => {
  const net = sequential([28, 28, 1], { seed: 2 }).conv2d(4, 5, { name: "first" }).relu().maxPool2d(
    4,
  )
    .flatten().dense(10, { name: "last" });
  net.normalization = train.normalization;
  const seen = await (await Probe.of(net, train, {})).look();
  const [batch] = [...train.tensors({ batchSize: 32, shuffle: 0, reuse: false })];
  const loss = (weights: Weights) => crossEntropy(net.apply(batch!.x, { weights }), batch!.y);
  const { gradient } = valueAndGradient(loss)(net.trainableWeights);
  for (const [name, weight] of net.namedWeights) {
    const norm = async (numbers: Promise<ArrayLike<number>>) =>
      Math.hypot(...Array.from(await numbers));
    const { norm: found, gradient: slope, histogram } = seen.weights[name]!;
    assertAlmostEquals(found, await norm(weight.read()), 1e-4);
    assertAlmostEquals(slope!, await norm(gradient[name]!.data()), 1e-4);
    assertEquals(histogram.counts.reduce((a, b) => a + b), weight.size);
  }
  assertEquals(Object.keys(seen.activations), net.layers.map(({ name }) => name));
  const { zeros, deviation } = seen.activations.relu1!;
  assert(zeros > 0.2 && zeros < 0.8 && deviation > 0);
  assertEquals([seen.filters!.name, seen.filters!.shape], ["first.kernel", [5, 5, 1, 4]]);
});

Deno.test("training is the same with looks and without; frozen weights have no gradient", async () => {
  const trained = async (looks: boolean) => {
    const net = network();
    const probe = await Probe.of(net, train, {});
    await net.fit(train, {
      epochs: 2,
      batchSize: 16,
      progress: false,
      optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
      async onEpoch() {
        if (looks) await probe.look();
      },
    });
    return await Promise.all([...net.namedWeights.values()].map((weight) => weight.read()));
  };
  assertEquals(await trained(true), await trained(false));
  const net = network();
  net.freeze("first");
  const { weights } = await (await Probe.of(net, train, {})).look();
  assertEquals(weights["first.kernel"]!.gradient, undefined);
  assert(weights["last.kernel"]!.gradient! > 0);
});

Deno.test("histograms have all finite numbers, whatever they are", () => {
  const { low, high, counts } = histogramOf([0, 1, 2, 3, NaN, Infinity]);
  assertEquals([low, high, counts[0], counts[10], counts[29]], [0, 3, 1, 1, 1]);
  assertEquals(counts.reduce((a, b) => a + b), 4);
  assertEquals(histogramOf([2, 2]).counts[0], 2);
  assertEquals(histogramOf([NaN]).counts.reduce((a, b) => a + b), 0);
});

Deno.test("filters are pictures with zero in the middle, of two channels their mean", () => {
  const filters = filtersOf("w", [1, 2, 1, 2], [0.5, 0, -0.5, 0.25]);
  assertEquals([...Uint8Array.fromBase64(filters.pixels)], [255, 0, 128, 191]);
  assertEquals(filters.range, 0.5);
  const { width, height, bytes } = mosaicOf(filters);
  assertEquals([width, height, [...bytes]], [5, 1, [255, 0, 0, 128, 191]]);
  assertEquals([...Uint8Array.fromBase64(filtersOf("w", [1, 1, 2, 1], [1, 0]).pixels)], [255]);
  assertEquals(filtersOf("w", [1, 1, 3, 100], new Float32Array(300)).shape, [1, 1, 3, 64]);
});

Deno.test("looks become fewer, and take a twentieth of the time at most", () => {
  const pace = new Pace(0);
  const times: number[] = [];
  for (let now = 0; now < 400_000; now += 100) {
    if (!pace.isDue(now)) continue;
    times.push(now);
    pace.took(now, now + 10);
  }
  assertEquals(times.slice(0, 3), [0, 1100, 2200]);
  assert(times.length < 250, `${times.length} looks`);
  assert(times.at(-1)! - times.at(-2)! > 3000);
  const slow = new Pace(0);
  slow.took(0, 1000);
  assertEquals([slow.isDue(20_999), slow.isDue(21_000)], [false, true]);
});

Deno.test("the looks of a run that goes on stay up to its checkpoint", () =>
  inFolder(async (folder) => {
    const look = (step: number, phase?: "head") => ({
      time: "",
      epoch: 1,
      step,
      ...phase && { phase },
      weights: {},
      activations: {},
    });
    const steps = () =>
      Deno.readTextFileSync(`${folder}/${probeFile}`).trimEnd().split("\n")
        .map((line) => [JSON.parse(line).step, JSON.parse(line).phase ?? "all"]);
    {
      using file = await ProbeFile.open(folder);
      for (const one of [look(5, "head"), look(9, "head"), look(3), look(7)]) await file.add(one);
    }
    Deno.writeTextFileSync(`${folder}/${probeFile}`, '{"step":', { append: true });
    (await ProbeFile.open(folder, { epoch: 0, step: 4 }))[Symbol.dispose]();
    assertEquals(steps(), [[5, "head"], [9, "head"], [3, "all"]]);
    (await ProbeFile.open(folder, { epoch: 0, step: 6, phase: "head" }))[Symbol.dispose]();
    assertEquals(steps(), [[5, "head"]]);
    (await ProbeFile.open(folder))[Symbol.dispose]();
    assertEquals(Deno.readTextFileSync(`${folder}/${probeFile}`), "");
  }));
