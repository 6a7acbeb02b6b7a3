import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { decodeSafetensors } from "../../lib/core/safetensors/read.ts";
import { encodeSafetensors } from "../../lib/core/safetensors/write.ts";
import { checkpointName } from "../../lib/train/checkpoint_names.ts";
import { loadModel } from "../../lib/train/load_model.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import { assertSameWeights, bitsOf, corners, scratch, stateful, useCpu } from "./helpers.ts";

await useCpu();

const frozenIn = (net: Model) =>
  [...net.namedWeights].filter(([, { frozen }]) => frozen).map(([name]) => name);

Deno.test("what is frozen is saved with a model and comes back", async () => {
  const net = stateful().freeze("dense1", "batchNorm1");
  const loaded = await loadModel(await net.toBytes());
  assertEquals(frozenIn(loaded), frozenIn(net));
  assertEquals(loaded.summary().trainableParameters, net.summary().trainableParameters);
  const before = await bitsOf(loaded);
  for (const one of [net, loaded]) await one.fit(corners(30), { batchSize: 10 });
  await assertSameWeights(net, loaded);
  const after = await bitsOf(loaded);
  assertEquals(after["dense1.kernel"], before["dense1.kernel"]);
  assertNotEquals(after["dense2.kernel"], before["dense2.kernel"]);
  net.weight("dense2.bias").frozen = true;
  assertEquals(frozenIn(await loadModel(await net.unfreeze("dense1").toBytes())), [
    "batchNorm1.gamma",
    "batchNorm1.beta",
    "batchNorm1.runningMean",
    "batchNorm1.runningVariance",
    "dense2.bias",
  ]);
  assertEquals(frozenIn(await loadModel(await net.unfreeze().toBytes())), []);
});

Deno.test("what is frozen is saved with a checkpoint: a resumed run goes on so, also where it changed", async () => {
  const data = corners(40);
  const run = (net: Model, options: FitOptions) =>
    net.fit(data, {
      epochs: 4,
      batchSize: 10,
      onEpoch({ epoch }) {
        if (epoch === 2) net.unfreeze("dense1").freeze("batchNorm1");
      },
      ...options,
    });
  const whole = stateful().freeze("dense1");
  await run(whole, {});
  for (const at of [3, 11]) {
    await using folder = await scratch();
    const controller = new AbortController();
    await run(stateful().freeze("dense1"), {
      checkpoint: { directory: folder.path },
      signal: controller.signal,
      onStep: ({ step }) => step === at && controller.abort(),
    });
    const resumed = stateful(5);
    await run(resumed, { resume: folder.path });
    await assertSameWeights(resumed, whole);
    const model = await loadModel(`${folder.path}/${checkpointName}`);
    const layers = new Set(frozenIn(model).map((name) => name.split(".")[0]));
    assertEquals([...layers], at === 3 ? ["dense1"] : ["batchNorm1"]);
  }
});

Deno.test("metadata of a model file that make no sense are errors that name the file", async () => {
  const { tensors, metadata } = decodeSafetensors(
    await sequential([4, 4, 3]).flatten().dense(2).toBytes(),
    "x",
  );
  const wrong: [Record<string, string>, string][] = [
    [{ seed: '"x"' }, 'seed: expected an integer, found "x"'],
    [{ seed: "0.5" }, "seed: expected an integer"],
    [{ classes: '["a",{"b":1}]' }, "classes[1]: expected a text"],
    [{ classes: '"ab"' }, "classes: expected a list"],
    [{ normalization: "7" }, "normalization: expected a normalization"],
    [
      { normalization: '{"mean":[0],"standardDeviation":"1"}' },
      "standardDeviation: expected a list",
    ],
    [{ normalization: '{"mean":{"length":1e9},"standardDeviation":[1]}' }, "mean: expected a list"],
    [{ normalization: '{"mean":[0,1],"standardDeviation":[1]}' }, "mean: expected 1 or 3 numbers"],
    [{ preprocessing: '{"channels":"rbg"}' }, 'channels: expected "rgb", "bgr" or "gray"'],
    [{ preprocessing: '{"crop":"224"}' }, "crop: expected an integer"],
    [{ preprocessing: '{"resize":-1}' }, "resize: expected an integer of at least 1"],
    [{ preprocessing: '{"croop":3}' }, 'unknown option "croop"'],
    [{ frozen: '["dense7.kernel"]' }, 'unknown weight "dense7.kernel"'],
    [{ frozen: "{}" }, "frozen: expected a list"],
    [{ frozen: "[" }, "frozen in its metadata"],
  ];
  for (const [change, message] of wrong) {
    const bytes = encodeSafetensors(tensors, { ...metadata, ...change });
    await assertRejects(() => loadModel(bytes), SyntaxError, message);
    await assertRejects(() => loadModel(bytes), SyntaxError, "loadModel: ");
  }
});
