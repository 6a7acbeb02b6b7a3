/** What is frozen, and how fast the rest learns: as PyTorch has it, in phases, and after a pause. */
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { tensor } from "../../lib/tensor/create.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { checkpointName } from "../../lib/train/checkpoint_names.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import { needs } from "../setup/needs.ts";
import { assertSameWeights, bitsOf, corners, scratch, stateful, useCpu } from "./helpers.ts";

await useCpu();

const fixture: {
  readonly x: number[];
  readonly y: number[];
  readonly before: Record<string, number[]>;
  readonly after: Record<string, number[]>;
  readonly losses: number[];
} = JSON.parse(
  Deno.readTextFileSync(new URL("../fixtures/fine_tuning.json", import.meta.url)),
);

/** PyTorch's name of a weight. */
const namedThere = (name: string) =>
  name.replace(/kernel|gamma/, "weight").replace("beta", "bias")
    .replace("runningMean", "running_mean").replace("runningVariance", "running_var");

for (const device of ["cpu", "webgpu"]) {
  Deno.test({
    name: `frozen layers and a rate for each group are those of PyTorch, on ${device}`,
    ignore: device === "webgpu" && !needs.webgpu.met,
    sanitizeResources: device === "cpu",
    sanitizeOps: device === "cpu",
    fn: async () => {
      await (device === "cpu" ? useCpu() : setDevice(device));
      const net = sequential([7, 7, 2])
        .conv2d(3, 3, { bias: false, name: "conv1" }).batchNorm({ name: "bn1" }).relu()
        .conv2d(4, 3, { bias: false, name: "conv2" }).batchNorm({ name: "bn2" }).relu()
        .globalAveragePool2d().dense(2, { name: "fc" });
      for (const [name, weight] of net.namedWeights) {
        weight.assign(Float32Array.from(fixture.before[namedThere(name)]!));
      }
      net.freeze({ upTo: "bn1" });
      const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, rateFactors: { fc: 2, "*": 0.1 } });
      const x = tensor(fixture.x, { shape: [6, 7, 7, 2] }), y = tensor(fixture.y, { dtype: "i32" });
      for (const expected of fixture.losses) {
        const { loss } = await net.trainOnBatch(x, y, { optimizer });
        assertAlmostEquals(loss, expected, 1e-5);
      }
      for (const [name, weight] of net.namedWeights) {
        const wanted = fixture.after[namedThere(name)]!, found = await weight.read();
        wanted.forEach((value, i) => assertAlmostEquals(found[i]!, value, 1e-5, `${name}[${i}]`));
        const stays = /^(conv1|bn1)\./.test(name);
        assertEquals(String(wanted) === String(fixture.before[namedThere(name)]), stays, name);
      }
      await useCpu();
    },
  });
}

Deno.test("what is unfrozen in a later epoch joins in, and the memory of the rest goes on", async () => {
  const data = corners(40), optimizer = () => sgd({ learningRate: 0.05, momentum: 0.9 });
  const net = () => sequential([3], { seed: 1 }).dense(8).tanh().dense(3);
  const options = () => ({ batchSize: 10, optimizer: optimizer() });
  const phased = net().freeze({ upTo: "dense1" });
  await phased.fit(data, {
    ...options(),
    epochs: 2,
    onEpoch: ({ epoch }) => void (epoch === 1 && phased.unfreeze({ from: "dense1" })),
  });
  // Two calls of fit: the second begins without any memory.
  const apart = net().freeze({ upTo: "dense1" });
  await apart.fit(data, options());
  await apart.unfreeze().fit(data, { ...options() });
  const [a, b] = await Promise.all([phased, apart].map(bitsOf));
  assertNotEquals(a!["dense2.kernel"], b!["dense2.kernel"]);

  // By hand: the second layer's momentum of the first epoch counts in the second.
  const own = net().freeze({ upTo: "dense1" });
  for (const epoch of [0, 1]) {
    for await (
      const { x, y } of data.tensors({ batchSize: 10, epoch, shuffle: 0 })
    ) {
      await own.trainOnBatch(x, y, { optimizer: optimizer() });
    }
    own.unfreeze();
  }
  await assertSameWeights(own, phased);
});

Deno.test("a run with frozen layers and rates of groups goes on after a pause, to the same bits", async () => {
  const data = corners(40);
  const run = (net: Model, options: FitOptions = {}) =>
    net.fit(data, {
      epochs: 3,
      batchSize: 10,
      optimizer: sgd({
        learningRate: 0.1,
        momentum: 0.9,
        rateFactors: { dense2: 1, "*": 0.1 },
      }),
      ...options,
    });
  const whole = stateful().freeze({ upTo: "batchNorm1" });
  await run(whole);
  await using folder = await scratch();
  const controller = new AbortController();
  await run(stateful().freeze({ upTo: "batchNorm1" }), {
    checkpoint: { directory: folder.path },
    signal: controller.signal,
    onStep: ({ step }) => step === 6 && controller.abort(),
  });
  const resumed = stateful(9);
  await run(resumed, { resume: folder.path });
  await assertSameWeights(resumed, whole);
});

Deno.test("a run that is killed after a phase began goes on in that phase", async () => {
  const data = corners(40);
  const run = (net: Model, options: FitOptions = {}) =>
    net.fit(data, {
      epochs: 3,
      batchSize: 10,
      optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
      onEpoch: ({ epoch }) => void (epoch === 2 && net.unfreeze()),
      ...options,
    });
  await using folder = await scratch();
  await using left = await scratch();
  const whole = stateful().freeze({ upTo: "batchNorm1" });
  await run(whole, {
    checkpoint: { directory: folder.path },
    // What is there in the third epoch, of which nothing has been written yet.
    onStep: ({ step }) =>
      step === 9 &&
      Deno.copyFileSync(`${folder.path}/${checkpointName}`, `${left.path}/${checkpointName}`),
  });
  const resumed = stateful(9);
  const { epochs } = await run(resumed, { resume: left.path });
  assertEquals(epochs.length, 3);
  await assertSameWeights(resumed, whole);
});

Deno.test("nothing to train, or classes that are not the model's, are errors before the first step", async () => {
  const data = corners(30), net = sequential([3]).dense(3);
  const before = await bitsOf(net);
  await assertRejects(
    () => net.freeze({ upTo: "dense1" }).fit(data),
    TypeError,
    "fit: the model has no weights that may change; unfreeze() some",
  );
  net.unfreeze();
  const two = sequential([3]).dense(2);
  await assertRejects(
    () => two.fit(data),
    RangeError,
    "fit: expected data of the model's 2 classes, found 3: x, y, z",
  );
  net.classes = ["x", "y", "w"];
  await assertRejects(() => net.fit(data), RangeError, 'fit: unknown class "z"');
  const validation = arrayDataset({
    inputs: [[1, 2, 3], [3, 2, 1]],
    targets: [0, 1],
    classes: ["x", "v"],
  });
  net.classes = undefined;
  await assertRejects(
    () => net.fit(data, { validation }),
    RangeError,
    'fit: validation: unknown class "v"',
  );
  net.classes = ["x", "y", "z"];
  await assertRejects(() => net.fit(data, { validation }), RangeError, 'unknown class "v"');
  assertEquals(await bitsOf(net), before);
  assert(net.classes.length === 3);
});
