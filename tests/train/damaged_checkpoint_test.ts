/** Checkpoints that are wrong, or of before. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChecksumError, DivergenceError } from "../../lib/core/errors.ts";
import { decodeSafetensors } from "../../lib/core/safetensors/read.ts";
import { encodeSafetensors } from "../../lib/core/safetensors/write.ts";
import { checkpointName } from "../../lib/train/checkpoint_names.ts";
import { loadModel } from "../../lib/train/load_model.ts";
import { assertSameWeights, bitsOf, scratch, stateful, useCpu } from "./helpers.ts";
import { interrupted, run, train } from "./whole_run.ts";

await useCpu();

/** A checkpoint after two epochs of two batches and one batch more, with everything in it. */
async function checkpointIn(folder: string) {
  await interrupted(stateful(), folder, 25, run());
  const path = `${folder}/${checkpointName}`;
  const { tensors, metadata } = decodeSafetensors(await Deno.readFile(path), path);
  // What is changed below has no checksum, as files of before had none.
  const all = new Map(tensors);
  all.delete("trainer.checksum");
  return { path, tensors: all, metadata, position: JSON.parse(metadata.position!) };
}

type Changing = Awaited<ReturnType<typeof checkpointIn>>;

/** What is changed in a checkpoint, and a part of the error. */
const damages: [string, (file: Changing) => void, string][] = [
  ["a batch beyond the epoch", ({ position }) => {
    position.batch = 13;
    position.step = 37;
  }, "batch 13 of an epoch that has 12"],
  ["a batch of a half", ({ position }) => position.batch = 0.5, "batch: expected an integer"],
  [
    "a step that is not reached",
    ({ position }) => position.step = 26,
    "step: expected 25, found 26",
  ],
  ["a huge step", ({ position }) => position.step = 2 ** 53 - 1, "step"],
  [
    "an epoch without a record",
    ({ position }) => position.epoch = 3,
    "records: expected 3, found 2",
  ],
  ["an epoch of a text", ({ position }) => position.epoch = "2", "epoch: expected an integer"],
  [
    "records of numbers",
    ({ position }) => position.records = [1, 2],
    "records[0]: expected a record",
  ],
  [
    "a record without a loss",
    ({ position }) => delete position.records[1].loss,
    "records[1]: loss",
  ],
  ["records in another order", ({ position }) => position.records.reverse(), "records[0]: epoch"],
  [
    "a measure of a text",
    ({ position }) => position.records[0].validation.top1 = "x",
    "records[0]: validation: top1: expected numbers",
  ],
  ["a schedule of texts", ({ position }) => position.schedule.rate = "x", "schedule: rate"],
  [
    "a schedule below 0",
    ({ position }) => position.schedule.rate = -1,
    "divideOnPlateau: state: rate",
  ],
  [
    "early stopping that is no number",
    ({ position }) => position.earlyStopping.best = "x",
    "earlyStopping: best",
  ],
  [
    "early stopping that waited too long",
    ({ position }) => position.earlyStopping.waited = 1e9,
    "earlyStopping: waited",
  ],
  ["a part that is unknown", ({ position }) => position.extra = 1, '"extra"'],
  ["best weights of another shape", ({ tensors }) => {
    tensors.set("best.dense2.bias", { shape: [2], dtype: "f32", data: new Float32Array(2) });
  }, "best.dense2.bias: expected f32[3], found f32[2]"],
  ["best weights of another type", ({ tensors }) => {
    tensors.set("best.dense2.bias", { shape: [3], dtype: "i32", data: new Int32Array(3) });
  }, "best.dense2.bias: expected f32[3], found i32[3]"],
  ["half of the best weights", ({ tensors }) => {
    tensors.delete("best.dense2.kernel");
  }, "best.dense2.kernel is missing"],
  ["best weights of nothing", ({ tensors }) => {
    tensors.set("best.optimizer", { shape: [1], dtype: "f32", data: new Float32Array(1) });
  }, "best.optimizer is not part"],
  ["a weight that is no number", ({ tensors }) => {
    const kernel = tensors.get("dense1.kernel")!;
    tensors.set("dense1.kernel", { ...kernel, data: kernel.data.map(() => NaN) });
  }, "dense1.kernel: expected finite numbers, found NaN"],
  ["an architecture that is no JSON", ({ metadata }) => {
    Object.assign(metadata, { architecture: "{" });
  }, "architecture in its metadata is not JSON"],
];

Deno.test("a checkpoint that is wrong anywhere is refused, and changes neither weights nor schedule", async (t) => {
  await using folder = await scratch();
  const { path } = await checkpointIn(folder.path);
  const bytes = await Deno.readFile(path);
  const intact = decodeSafetensors(bytes, path);
  for (const [what, change, message] of damages) {
    await t.step(what, async () => {
      const tensors = new Map(intact.tensors), metadata = { ...intact.metadata };
      tensors.delete("trainer.checksum");
      const position = JSON.parse(metadata.position!);
      change({ path, tensors, metadata, position });
      metadata.position = JSON.stringify(position);
      await Deno.writeFile(path, encodeSafetensors(tensors, metadata));
      const net = stateful(3), before = await bitsOf(net), options = run();
      const rate = options.optimizer!.schedule.state!();
      const error = await assertRejects(
        () => net.fit(train, { ...options, resume: folder.path }),
        Error,
        message,
      );
      assert(error.message.startsWith(path), error.message);
      assertEquals(await bitsOf(net), before);
      assertEquals(options.optimizer!.schedule.state!(), rate);
    });
  }
});

Deno.test("a flipped bit of a checkpoint is found wherever it is", async () => {
  await using folder = await scratch();
  const { path } = await checkpointIn(folder.path);
  const bytes = await Deno.readFile(path),
    start = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const text = new TextDecoder().decode(bytes.subarray(0, start));
  const places = [start + 2, start + 1001, bytes.length - 1, text.indexOf('seed\\":5') + 7];
  for (const at of places) {
    const damaged = bytes.slice();
    damaged[at]! ^= 1;
    await Deno.writeFile(path, damaged);
    const net = stateful(), before = await bitsOf(net);
    for (
      const load of [() => net.fit(train, { ...run(), resume: folder.path }), () => loadModel(path)]
    ) {
      await assertRejects(load, ChecksumError, `${path}: the file is damaged`);
    }
    assertEquals(await bitsOf(net), before);
  }
});

Deno.test("a checkpoint without a checksum, as they were before, is resumed from", async () => {
  await using folder = await scratch();
  const whole = stateful();
  await whole.fit(train, run());
  const { path, tensors, metadata } = await checkpointIn(folder.path);
  await Deno.writeFile(path, encodeSafetensors(tensors, metadata));
  const net = stateful(3);
  await net.fit(train, { ...run(), resume: folder.path });
  await assertSameWeights(net, whole);
});

Deno.test("a count of steps that cannot be, in a file without a checksum, ends as a divergence", async () => {
  await using folder = await scratch();
  const { path, tensors, metadata } = await checkpointIn(folder.path);
  for (const step of [-3, 2, 1e9]) {
    const counts = tensors.get("trainer.metrics")!, data = Float32Array.from(counts.data);
    data[4] = step; // the first step whose loss was not finite
    const changed = new Map(tensors).set("trainer.metrics", { ...counts, data });
    await Deno.writeFile(path, encodeSafetensors(changed, metadata));
    await assertRejects(
      () => stateful().fit(train, { ...run(), resume: folder.path }),
      DivergenceError,
      `at step ${step}`,
    );
  }
});
