import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { DivergenceError } from "../../lib/core/errors.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { assertSameWeights, bitsOf, corners, scratch, stateful, useCpu } from "./helpers.ts";

await useCpu();

const line = arrayDataset({
  inputs: Array.from({ length: 24 }, (_, i) => [i % 5, i % 3]),
  targets: Float32Array.from({ length: 24 }, (_, i) => i % 5 - 2 * (i % 3)),
});
const loss = "meanSquaredError";
const earlyStopping = { patience: 99, restoreBest: true };

/** Trains with a rate that falls apart after some epochs, and keeps what each epoch was. */
async function train(options: FitOptions) {
  const net = sequential([2], { seed: 4 }).dense(1), epochs: { loss: number; bits: unknown }[] = [];
  const run = net.fit(line, {
    loss,
    validation: line,
    batchSize: 8,
    earlyStopping,
    ...options,
    async onEpoch(record) {
      epochs.push({ loss: record.validation!.loss, bits: await bitsOf(net) });
      await options.onEpoch?.(record);
    },
  });
  const result = await run.catch((error: unknown) => error);
  const best = epochs.toSorted((a, b) => a.loss - b.loss)[0];
  return { net, result, best, epochs };
}

/** Small steps for three epochs, then far too large ones. */
const failing = () => sgd({ learningRate: { rate: (epoch) => epoch < 3 ? 0.02 : 1e6 } });

Deno.test("after a divergence the best weights are there", async () => {
  const { net, result, best, epochs } = await train({ epochs: 40, optimizer: failing() });
  assert(result instanceof DivergenceError && epochs.length >= 3);
  assertEquals(await bitsOf(net), best!.bits);
  assertEquals((await net.evaluate(line, { loss, batchSize: 8 })).loss, best!.loss);
});

Deno.test("after a divergence in the first epoch the weights are those before it", async () => {
  const before = await bitsOf(sequential([2], { seed: 4 }).dense(1));
  const steep = sgd({ learningRate: 1e30 });
  const { net, result } = await train({ epochs: 3, optimizer: steep });
  assert(result instanceof DivergenceError);
  assertEquals(await bitsOf(net), before);
});

Deno.test("after an error of the program's own the best weights are there", async () => {
  const { net, result, best, epochs } = await train({
    epochs: 9,
    optimizer: sgd({ learningRate: { rate: (epoch) => epoch < 2 ? 0.02 : 0.5 } }),
    onEpoch: ({ epoch }) => {
      if (epoch === 4) throw new Error("of its own");
    },
  });
  assertEquals([String(result), epochs.length], ["Error: of its own", 4]);
  assertEquals(await bitsOf(net), best!.bits);
});

Deno.test("after an abort the best weights are there, and a checkpoint goes on from the last", async () => {
  await using folder = await scratch();
  const options: FitOptions = {
    epochs: 8,
    optimizer: sgd({
      learningRate: { rate: (epoch) => [0.02, 0.02, 0.3, 0.3][Math.floor(epoch)] ?? 0.02 },
    }),
  };
  const whole = await train(options);
  const controller = new AbortController();
  const { net, result, best, epochs } = await train({
    ...options,
    checkpoint: { directory: folder.path },
    signal: controller.signal,
    onEpoch: ({ epoch }) => epoch === 4 ? controller.abort() : undefined,
  });
  assertEquals((result as { stopped: string }).stopped, "aborted");
  assertNotEquals(best!.bits, epochs.at(-1)!.bits);
  assertEquals(await bitsOf(net), best!.bits);
  const resumed = await train({ ...options, resume: folder.path });
  await assertSameWeights(resumed.net, whole.net);
});

Deno.test("an abort before the first epoch has ended keeps what was trained", async () => {
  const controller = new AbortController();
  const net = stateful(), before = await bitsOf(net);
  await net.fit(corners(30), {
    batchSize: 5,
    earlyStopping,
    signal: controller.signal,
    onStep: ({ step }) => step === 2 && controller.abort(),
  });
  assertNotEquals(await bitsOf(net), before);
});

Deno.test("without restoreBest an error leaves the weights as they are", async () => {
  const net = stateful(), before = await bitsOf(net);
  const onStep = ({ step }: { step: number }) => {
    if (step === 3) throw new Error("of its own");
  };
  await assertRejects(() => net.fit(corners(30), { batchSize: 5, onStep }), Error, "of its own");
  assertNotEquals(await bitsOf(net), before);
});
