import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DivergenceError } from "../../lib/core/errors.ts";
import { checkCheckpoint, readCheckpoint } from "../../lib/train/checkpoint.ts";
import { checkpointName } from "../../lib/train/checkpoint_names.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import { loadModel } from "../../lib/train/load_model.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { cosineDecay } from "../../lib/train/learning_rate.ts";
import { assertSameWeights, bitsOf, scratch, stateful, useCpu } from "./helpers.ts";
import { filesIn } from "../folders.ts";
import { interrupted, run, train, validation } from "./whole_run.ts";

await useCpu();

const numbers = ({ epochs }: { epochs: readonly object[] }) =>
  epochs.map((record) => ({ ...record, seconds: 0, imagesPerSecond: 0 }));

Deno.test("a resumed run equals an uninterrupted one, bit for bit, wherever it was interrupted", async () => {
  const whole = stateful();
  const expected = await whole.fit(train, run());
  // Within epochs, at the end of one, and before the first step's batch norm has settled.
  for (const at of [1, 12, 24, 31]) {
    await using folder = await scratch();
    const first = stateful();
    const { stopped, steps } = await interrupted(first, folder.path, at, run());
    assertEquals([stopped, steps], ["aborted", at]);
    const second = stateful(99);
    const history = await second.fit(train, { ...run(), resume: folder.path });
    assertEquals(numbers(history), numbers(expected));
    assertEquals(history.stopped, expected.stopped);
    await assertSameWeights(second, whole);
  }
});

Deno.test("a run that was interrupted in its validation goes on there, bit for bit the same", async () => {
  const whole = stateful();
  const expected = await whole.fit(train, run());
  await using folder = await scratch();
  const controller = new AbortController();
  let reads = 0;
  const stopping = validation.map((example) => {
    // In the validation of the third epoch.
    if (++reads === 2 * validation.length + 9) controller.abort();
    return example;
  });
  const options = { ...run(), validation: stopping, signal: controller.signal };
  const first = await stateful().fit(train, { ...options, checkpoint: { directory: folder.path } });
  assertEquals([first.stopped, first.epochs.length], ["aborted", 3]);
  const second = stateful(99);
  const history = await second.fit(train, { ...run(), resume: folder.path });
  assertEquals(numbers(history), numbers(expected));
  await assertSameWeights(second, whole);
});

Deno.test("a run that is interrupted again and again ends the same", async () => {
  await using folder = await scratch();
  const whole = stateful();
  await whole.fit(train, run());
  let net = stateful();
  await interrupted(net, folder.path, 3, run());
  for (const at of [4, 13, 20]) {
    net = stateful(at);
    await interrupted(net, folder.path, at, { ...run(), resume: folder.path });
  }
  net = stateful(7);
  await net.fit(train, { ...run(), resume: folder.path });
  await assertSameWeights(net, whole);
});

Deno.test("a run that stopped early does not go on when it is resumed", async () => {
  await using folder = await scratch();
  const net = stateful();
  const options: FitOptions = {
    ...run(),
    earlyStopping: { patience: 0, minimumChange: 100, restoreBest: true },
  };
  const checkpoint = { directory: folder.path };
  const { steps, stopped } = await net.fit(train, { ...options, checkpoint });
  const again = stateful(3);
  const history = await again.fit(train, { ...options, resume: folder.path });
  assertEquals([history.steps, history.stopped], [steps, stopped]);
  await assertSameWeights(again, net);
});

Deno.test("a finished run can go on for more epochs", async () => {
  await using folder = await scratch();
  const options: FitOptions = { batchSize: 8, optimizer: sgd({ momentum: 0.9 }) };
  const [whole, first] = [stateful(), stateful()];
  await whole.fit(train, { ...options, epochs: 3 });
  await first.fit(train, { ...options, epochs: 1, checkpoint: { directory: folder.path } });
  await first.fit(train, { ...options, epochs: 3, resume: folder.path });
  await assertSameWeights(first, whole);
});

Deno.test("the same seed gives the same bits, in every run and on any number of threads", async () => {
  const bits: Record<string, number[]>[] = [];
  for (const threads of [2, 2, 1]) {
    await useCpu(threads);
    const net = stateful();
    await net.fit(train, run());
    bits.push(await bitsOf(net));
  }
  await useCpu();
  assertEquals(bits[1], bits[0]);
  assertEquals(bits[2], bits[0]);
  const other = stateful();
  await other.fit(train, { ...run(), seed: 6 });
  const found = await bitsOf(other);
  assert(found["dense1.kernel"]!.some((value, i) => value !== bits[0]!["dense1.kernel"]![i]));
});

Deno.test("checkpoints are written when they are due, and only whole ones are seen", async () => {
  await using folder = await scratch();
  const seen: number[] = [];
  await stateful().fit(train, {
    epochs: 2,
    batchSize: 9,
    checkpoint: { directory: `${folder.path}/a/b`, everySteps: 4, metadata: { who: "a test" } },
    onStep: ({ step }) => {
      const names = step === 1 ? [] : filesIn(`${folder.path}/a/b`);
      const written = names.filter((name) => name !== `${checkpointName}.lock`);
      if (written.length > 0) assertEquals(written, [checkpointName]);
      seen.push(written.length);
    },
  });
  assertEquals(seen.slice(0, 6), [0, 0, 0, 0, 1, 1]);
  const { position, metadata } = await readCheckpoint(`${folder.path}/a/b`);
  assertEquals([position.epoch, position.batch, position.step], [2, 0, 20]);
  assertEquals([position.records.length, metadata.who], [2, "a test"]);
});

Deno.test("a checkpoint is a model too", async () => {
  await using folder = await scratch();
  const net = stateful();
  await net.fit(train, { checkpoint: { directory: folder.path } });
  const loaded = await loadModel(`${folder.path}/${checkpointName}`);
  await assertSameWeights(loaded, net);
});

Deno.test("when the loss is not finite, the last good checkpoint stays and can be loaded", async () => {
  await using folder = await scratch();
  const inputs = Array.from({ length: 8 }, (_, i) => [i === 6 ? 3e38 : i]);
  const data = arrayDataset({ inputs, targets: inputs });
  const net = sequential([1]).dense(1);
  const error = await assertRejects(
    () =>
      net.fit(data, {
        loss: "meanSquaredError",
        batchSize: 1,
        shuffle: false,
        checkpoint: { directory: folder.path, everySteps: 4 },
      }),
    DivergenceError,
    `at step 7; try a smaller learning rate, or clipNorm; the last good checkpoint is ${folder.path}`,
  );
  assertEquals(error.step, 7);
  const { position } = await readCheckpoint(folder.path);
  assertEquals(position.step, 4);
  const loaded = await loadModel(`${folder.path}/${checkpointName}`);
  assert((await loaded.weight("dense1.kernel").read()).every(Number.isFinite));
});

Deno.test("weights that a last step made infinite never replace a good checkpoint", async () => {
  await using folder = await scratch();
  const data = arrayDataset({ inputs: [[1e20]], targets: [[1]] });
  const net = sequential([1]).dense(1);
  const options: FitOptions = {
    loss: "meanAbsoluteError",
    checkpoint: { directory: folder.path },
    optimizer: sgd({ learningRate: 1e30 }),
  };
  await assertRejects(() => net.fit(data, options), DivergenceError, "dense1.kernel");
  assertEquals([...Deno.readDirSync(folder.path)], []);
});

/** What is wrong, another run, and the error. */
const others: [string, () => Model, FitOptions, new () => Error, string][] = [
  ["another batch size", stateful, { batchSize: 9 }, RangeError, "batchSize 8, and this run has 9"],
  ["another seed", stateful, { seed: 6 }, RangeError, "trained with seed 5"],
  ["another optimizer", stateful, { optimizer: sgd() }, RangeError, "optimizer adam"],
  ["another order", stateful, { shuffle: false }, RangeError, "shuffle true"],
  [
    "another layer's size",
    () => sequential([3]).dense(17).batchNorm().relu().dropout(0.3).dense(3),
    {},
    TypeError,
    "dense1.kernel: expected f32[3, 17], found f32[3, 16]",
  ],
  [
    "one more layer",
    () => sequential([3]).dense(16).batchNorm().relu().dropout(0.3).dense(3).dense(3),
    {},
    TypeError,
    "dense3.kernel is missing",
  ],
  [
    "one layer fewer",
    () => sequential([3]).dense(16).relu().dropout(0.3).dense(3),
    {},
    TypeError,
    "is not part of this model",
  ],
  [
    "another activation",
    () => sequential([3]).dense(16).batchNorm().tanh().dropout(0.3).dense(3),
    {},
    TypeError,
    "other settings",
  ],
];

for (const [what, make, options, kind, message] of others) {
  Deno.test(`resuming with ${what} is refused before anything changes`, async () => {
    await using folder = await scratch();
    await interrupted(stateful(), folder.path, 2, run());
    const net = make();
    const before = await bitsOf(net);
    await assertRejects(
      () => net.fit(train, { ...run(), ...options, resume: folder.path }),
      kind,
      message,
    );
    assertEquals(await bitsOf(net), before);
  });
}

Deno.test("the order in which a layer's settings were written does not matter, their values do", () => {
  const check = (saved: string, now: string) => {
    const position = { epoch: 0, batch: 0, step: 0, records: [], settings: {} };
    const metadata = { architecture: saved }, none = new Map();
    const checkpoint = { path: "a", metadata, position, tensors: none, best: none };
    const run = { settings: {}, batches: undefined, architecture: now };
    checkCheckpoint(checkpoint, none, none, run);
  };
  check(
    '[{"config":{"stride":2,"padding":[1,0]},"a":1}]',
    '[{"a":1,"config":{"padding":[1,0],"stride":2}}]',
  );
  for (const other of ['[{"a":[1,0]}]', '[{"b":[0,1]}]', "[]"]) {
    assertThrows(() => check('[{"a":[0,1]}]', other), TypeError, "other settings");
  }
});

Deno.test("an optimizer with another memory is refused", async () => {
  await using folder = await scratch();
  const optimizer = sgd({ learningRate: cosineDecay(0.1, { epochs: 3 }) });
  await stateful().fit(train, { optimizer, checkpoint: { directory: folder.path } });
  await assertRejects(
    () =>
      stateful().fit(train, { optimizer: sgd({ momentum: 0.9 }), epochs: 2, resume: folder.path }),
    TypeError,
    "or of an optimizer with other settings",
  );
});

Deno.test("a truncated, foreign or missing checkpoint is refused", async () => {
  await using folder = await scratch();
  await interrupted(stateful(), folder.path, 2, run());
  const path = `${folder.path}/${checkpointName}`;
  const bytes = await Deno.readFile(path);
  const resume = (net = stateful()) => net.fit(train, { ...run(), resume: folder.path });
  for (const length of [0, 7, 100, bytes.length - 1]) {
    await Deno.writeFile(path, bytes.subarray(0, length));
    await assertRejects(resume, SyntaxError, path);
  }
  await stateful().save(path);
  await assertRejects(resume, SyntaxError, "a model, but not a checkpoint");
  await stateful().save(path, { position: "{}" });
  await assertRejects(resume, SyntaxError, "a model, but not a checkpoint");
  await Deno.remove(path);
  await assertRejects(resume, Error, `cannot resume: there is no checkpoint ${path}`);
  await Deno.mkdir(path);
  await assertRejects(resume, Error, `cannot resume: ${path} cannot be read`);
});

Deno.test("a folder that cannot be written to is refused before anything changes", async () => {
  await using folder = await scratch();
  await Deno.writeTextFile(`${folder.path}/file`, "");
  const net = stateful();
  const before = await bitsOf(net);
  const directory = `${folder.path}/file`;
  await assertRejects(
    () => net.fit(train, { checkpoint: { directory } }),
    Error,
    `cannot write ${directory}`,
  );
  assertEquals(await bitsOf(net), before);
});

Deno.test("a run that does not ask for the best weights does not get a checkpoint's", async () => {
  await using folder = await scratch();
  const plain = { ...run(), earlyStopping: { patience: 50 } }, whole = stateful();
  await whole.fit(train, plain);
  await interrupted(stateful(), folder.path, 25, run());
  const net = stateful(3);
  await net.fit(train, { ...plain, resume: folder.path });
  await assertSameWeights(net, whole);
});

Deno.test("what a killed run left in the folder goes with the next", async () => {
  await using folder = await scratch();
  const { pid, status } = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" })
    .spawn();
  await status;
  for (const end of [`${pid}.try`, `${pid}.try.${pid}-1.part`, `${pid}-7.part`]) {
    await Deno.writeTextFile(`${folder.path}/${checkpointName}.${end}`, "");
  }
  await stateful().fit(train, { checkpoint: { directory: folder.path } });
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), [checkpointName]);
});
