import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { input } from "../../lib/nn/symbolic.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { crossEntropy, meanAbsoluteError } from "../../lib/tensor/functions/loss.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { type Dataset, makeDataset } from "../../lib/train/dataset.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { DataStream } from "../../lib/train/stream.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import { assertSameWeights, scratch, useCpu } from "./helpers.ts";

await useCpu();

const inputs = Array.from({ length: 7 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const targets = Int32Array.of(0, 1, 2, 0, 0, 1, 0);
const weights = [1, 0, 2.5, 0.5, 3, 1, 2];
const plain = arrayDataset({ inputs, targets });
const weighted = arrayDataset({ inputs, targets, weights, classes: ["ant", "bee", "fly"] });
const net = (seed = 1) => sequential([2], { seed }).dense(3);

/** The loss of each example by itself. */
async function each(data: Dataset): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < data.length; i++) {
    losses.push((await net().evaluate(data.slice(i, i + 1))).loss);
  }
  return losses;
}

const mean = (losses: number[], counts: number[]) =>
  losses.reduce((sum, loss, i) => sum + loss * counts[i]!, 0) / counts.reduce((a, b) => a + b);

const losses = await each(plain);

Deno.test("weights of examples: the mean that they weight, exactly over batches of any size", async () => {
  for (const batchSize of [1, 2, 3, 7]) {
    const measured = await net().evaluate(weighted, { batchSize });
    assertAlmostEquals(measured.loss, mean(losses, weights), 1e-6);
    // What is right counts once for each example.
    const { top1 } = await net().evaluate(plain);
    assertEquals(measured.top1, top1);
  }
});

Deno.test("weights of classes: by label, by name, with those of examples", async () => {
  const byClass = [2, 0.5, 4], counts = [...targets].map((label) => byClass[label]!);
  for (const classWeights of [byClass, { 0: 2, 1: 0.5, 2: 4 }]) {
    for (const batchSize of [2, 7]) {
      const { loss } = await net().evaluate(plain, { batchSize, classWeights });
      assertAlmostEquals(loss, mean(losses, counts), 1e-6);
    }
  }
  const named = net();
  await named.fit(weighted, {
    classWeights: { fly: 4, ant: 2 },
    optimizer: sgd({ learningRate: 1e-30 }),
    progress: false,
  });
  const both = counts.map((count, i) => weights[i]! * (targets[i] === 1 ? 1 : count));
  const { loss } = await named.evaluate(weighted, { batchSize: 3 });
  assertAlmostEquals(loss, mean(losses, both), 1e-6, "evaluate weights as fit did");
  assertAlmostEquals(
    (await named.evaluate(weighted, { loss: "crossEntropy" })).loss,
    mean(losses, weights),
    1e-6,
  );
});

Deno.test("an example that counts 2 is as two, and one that counts 0 is as none", async () => {
  const counts = [2, 0, 1, 1, 2, 0, 1], repeated = counts.flatMap((n, i) => Array(n).fill(i));
  const some = arrayDataset({
    inputs: repeated.map((i) => inputs[i]!),
    targets: Int32Array.from(repeated, (i) => targets[i]!),
  });
  const whole = arrayDataset({ inputs, targets, weights: counts });
  const [a, b, c] = [net(), net(), net()], optimizer = sgd({ learningRate: 0.5 });
  const options: FitOptions = { epochs: 3, batchSize: 7, shuffle: false, optimizer };
  await a.fit(some, options);
  const history = await b.fit(whole, { ...options, validation: whole });
  const [first, second] = [
    await a.weight("dense1.kernel").read(),
    await b.weight("dense1.kernel").read(),
  ];
  first.forEach((value, i) => assertAlmostEquals(value, second[i]!, 1e-6));
  assertAlmostEquals(history.epochs[2]!.validation!.loss, (await a.evaluate(some)).loss, 1e-6);
  const stream = new DataStream(whole, function* () {
    for (let i = 0; i < whole.length; i++) yield whole.get(i);
  });
  await c.fit(stream, options);
  await assertSameWeights(b, c);
});

Deno.test("a batch that counts nothing changes nothing", async () => {
  const zero = arrayDataset({ inputs, targets, weights: weights.map(() => 0) });
  const [trained, untouched] = [net(), net()];
  const { epochs } = await trained.fit(zero, { optimizer: sgd({ learningRate: 1 }), batchSize: 3 });
  assertEquals(epochs[0]!.loss, 0);
  await trained.predict(tensor(inputs));
  await untouched.predict(tensor(inputs));
  await assertSameWeights(trained, untouched);
});

Deno.test("balanced: all classes count the same", async () => {
  const byClass = [7 / (3 * 4), 7 / (3 * 2), 7 / 3];
  const [a, b] = [net(), net()];
  await a.fit(plain, { classWeights: "balanced", batchSize: 3 });
  await b.fit(plain, { classWeights: byClass, batchSize: 3 });
  await assertSameWeights(a, b);
  const oneHot = inputs.map((_, i) => [0, 1, 2].map((c) => c === targets[i] ? 1 : 0));
  const [e, f] = [net(), net()];
  await e.fit(arrayDataset({ inputs, targets: oneHot }), { classWeights: "balanced" });
  await f.fit(arrayDataset({ inputs, targets: oneHot }), { classWeights: byClass });
  await assertSameWeights(e, f);
  const yesOrNo = arrayDataset({ inputs, targets: Float32Array.of(1, 0, 1, 1, 1, 1, 1) });
  const loss = "binaryCrossEntropy", single = () => sequential([2], { seed: 2 }).dense(1);
  const [c, d] = [single(), single()];
  await c.fit(yesOrNo, { loss, classWeights: "balanced" });
  await d.fit(yesOrNo, { loss, classWeights: [3.5, 7 / 12] });
  await assertSameWeights(c, d);
});

Deno.test("weights for each pixel, and weights of classes for each pixel", async () => {
  const images = sequential([2, 2, 3]).relu(), labels = Int32Array.of(0, 2, 1, 1, 2, 0, 0, 1);
  const pixels = Float32Array.from({ length: 24 }, (_, i) => (i * i) % 5), byClass = [1, 3, 0.5];
  const counts = [1, 0, 2, 1, 1, 1, 0.5, 3];
  const data = arrayDataset({
    inputs: { data: pixels, shape: [2, 2, 3] },
    targets: { data: labels, shape: [2, 2] },
    weights: { data: Float32Array.from(counts), shape: [2, 2] },
  });
  const one = sequential([3]).relu(),
    single = await Promise.all(
      counts.map(async (_, i) => {
        const x = { data: pixels.slice(3 * i, 3 * i + 3), shape: [3] };
        return (await one.evaluate(arrayDataset({ inputs: x, targets: labels.slice(i, i + 1) })))
          .loss;
      }),
    );
  for (const batchSize of [1, 2]) {
    const { loss } = await images.evaluate(data, { batchSize, classWeights: byClass });
    assertAlmostEquals(loss, mean(single, counts.map((n, i) => n * byClass[labels[i]!]!)), 1e-6);
  }
});

Deno.test("several outputs: weights of their own for examples and classes", async () => {
  const x = input([2]);
  const heads = model(x, [x.dense(3, { name: "kind" }), x.dense(1, { name: "size" })], { seed: 5 });
  const sizes = Float32Array.from({ length: 7 }, (_, i) => i / 3);
  const fields = [{ data: targets, shape: [] }, { data: sizes, shape: [1] }];
  const own = Float32Array.of(1, 1, 0, 2, 0, 1, 3);
  const data = (weights: FitOptions[] | unknown) =>
    arrayDataset({ inputs, targets: fields, weights: weights as number[] });
  const loss = ["crossEntropy", meanAbsoluteError] as const, classWeights = { kind: [1, 2, 3] };
  const base = await heads.evaluate(arrayDataset({ inputs, targets: fields }), { loss });
  const shared = await heads.evaluate(data(weights), { loss, batchSize: 2 });
  const split = await heads.evaluate(
    data([{ data: Float32Array.from(weights), shape: [] }, { data: own, shape: [] }]),
    { loss, batchSize: 3, classWeights, lossWeights: { size: 2 } },
  );
  const alone = async (name: "kind" | "size", counts: number[]) => {
    const i = name === "kind" ? 0 : 1;
    const one = model(heads.inputs, heads.output(name));
    const field = arrayDataset({ inputs, targets: [fields[i]!], weights: counts });
    return (await one.evaluate(field, { loss: loss[i]! })).loss;
  };
  const kinds = await alone("kind", weights), size = await alone("size", weights);
  assertAlmostEquals(shared.outputs!.kind!.loss, kinds, 1e-6);
  assertAlmostEquals(shared.outputs!.size!.loss, size, 1e-6);
  assertAlmostEquals(shared.loss, kinds + size, 1e-6);
  const both = await alone("kind", weights.map((n, i) => n * (targets[i]! + 1)));
  assertAlmostEquals(split.outputs!.kind!.loss, both, 1e-6);
  assertAlmostEquals(split.outputs!.size!.loss, await alone("size", [...own]), 1e-6);
  assertAlmostEquals(split.loss, both + 2 * split.outputs!.size!.loss, 1e-6);
  assertEquals(split.outputs!.kind!.top1, base.outputs!.kind!.top1);
});

Deno.test("trainOnBatch takes weights of examples, each call its own", async () => {
  const [a, b] = [net(), net()], optimizer = sgd({ learningRate: 0.1 });
  const x = tensor(inputs), y = tensor(targets);
  const classWeights = [1, 2, 3];
  const counted = await a.trainOnBatch(x, y, { weights: tensor(weights), classWeights, optimizer });
  const counts = weights.map((n, i) => n * (targets[i]! + 1));
  assertAlmostEquals(counted.loss, mean(losses, counts), 1e-6);
  await a.trainOnBatch(x, y, { weights: tensor(weights.toReversed()) });
  const options: FitOptions = { batchSize: 7, shuffle: false, optimizer, classWeights };
  await b.fit(weighted, options);
  await b.fit(arrayDataset({ inputs, targets, weights: weights.toReversed() }), options);
  await assertSameWeights(a, b);
  await assertRejects(
    () => a.trainOnBatch(x, y),
    TypeError,
    "expected (f32[2]) -> (i32[]) weighted by (f32[]), as in the first call, found (f32[2]) -> (i32[])",
  );
  await assertRejects(
    () => a.trainOnBatch(x, y, { weights: tensor([1, 2]) }),
    TypeError,
    "the same number of examples",
  );
});

Deno.test("a loss of one's own is weighted too", async () => {
  const { loss } = await net().evaluate(weighted, {
    loss: (p, t, given) => crossEntropy(p, t, given),
    batchSize: 4,
    classWeights: [1, 2, 3],
  });
  assertAlmostEquals(loss, mean(losses, weights.map((n, i) => n * (targets[i]! + 1))), 1e-6);
});

Deno.test("a weighted run resumes as if it had never stopped; with other weights it does not", async () => {
  await using folder = await scratch();
  const checkpoint = { directory: folder.path }, stop = new AbortController();
  const options: FitOptions = { epochs: 2, batchSize: 2, classWeights: [1, 2, 3] };
  const [whole, parts] = [net(), net()];
  const { epochs } = await whole.fit(weighted, options);
  await parts.fit(weighted, {
    ...options,
    checkpoint,
    signal: stop.signal,
    onStep: ({ step }) => step === 6 && stop.abort(),
  });
  const resumed = await net(9).fit(weighted, {
    ...options,
    classWeights: { 2: 3, 1: 2 },
    resume: folder.path,
  });
  assertEquals(resumed.epochs.map(({ loss }) => loss), epochs.map(({ loss }) => loss));
  const other = { ...options, classWeights: [1, 2, 4], resume: folder.path };
  await assertRejects(() => net().fit(weighted, other), RangeError, "with classWeights [1,2,3]");
  await assertRejects(
    () => net().fit(plain, { ...options, resume: folder.path }),
    RangeError,
    'it was trained with weights "f32[]", and this run has none; resume with weights',
  );
});

Deno.test("weights that make no sense are refused before any work", async () => {
  const refuse = (data: Dataset, options: object, message: string) =>
    assertRejects(() => net().fit(data, options), Error, message);
  await refuse(
    weighted,
    { classWeights: { bie: 2 } },
    'classWeights: unknown class "bie"; did you mean "bee"? Known: ant, bee, fly',
  );
  await refuse(plain, { classWeights: { 3: 2 } }, 'classWeights: unknown class "3"');
  await refuse(
    plain,
    { classWeights: [1, 2] },
    "classWeights: expected 3 numbers, one for each class, found 2",
  );
  for (const classWeights of [[0, 0, 0], { 0: 0, 1: 0, 2: 0 }]) {
    await refuse(plain, { classWeights }, "classWeights: expected a number above 0");
  }
  await refuse(
    plain,
    { classWeights: [1, 2, -1] },
    "classWeights[2]: expected a finite number of at least 0",
  );
  await refuse(
    plain,
    { classWeights: { 1: "2" } },
    'classWeights: 1: expected a finite number of at least 0, found "2"',
  );
  await refuse(
    plain,
    { classWeights: { digit: "balanced" } },
    'classWeights: expected a number for each class, found "balanced" for one; for all of them it is ' +
      'classWeights: "balanced"',
  );
  await refuse(
    plain,
    { sampleWeights: [1] },
    'unknown option "sampleWeights"; weights of examples belong to the data set: arrayDataset({ inputs, targets, weights })',
  );
  await refuse(
    plain,
    { balanced: true },
    'unknown option "balanced"; say classWeights: "balanced", or draw the examples: train on await data.sample({ balanced: true })',
  );
  const numbers = arrayDataset({ inputs, targets: inputs.map(() => [1, 2, 3]) });
  const loss = "meanSquaredError";
  await refuse(
    numbers,
    { loss, classWeights: [1, 2, 3] },
    "expected an output with one class for each example",
  );
  await refuse(numbers, { loss: "binaryCrossEntropy", classWeights: [1, 2, 3] }, "several labels");
  await refuse(
    numbers,
    { loss, classWeights: "balanced" },
    '"balanced" needs an output with one class',
  );
  const wide = { data: new Float32Array(14).fill(1), shape: [2] };
  await refuse(
    arrayDataset({ inputs, targets, weights: wide }),
    {},
    "expected weights of shape [] (one an example), found f32[2]",
  );
  await assertRejects(
    () => net().trainOnBatch(tensor(inputs), tensor(targets), { sampleWeights: [1] } as never),
    RangeError,
    "give them as weights: a number for each example",
  );
  const x = input([2]), heads = model(x, [x.dense(3, { name: "a" }), x.dense(3, { name: "b" })]);
  const two = [{ data: targets, shape: [] }, { data: targets, shape: [] }];
  for (
    const [classWeights, message] of [
      [[1, 2, 3], "classWeights: expected them by output, such as { a: [1, 2] }"],
      [{ a: [1, 2, 3], b: 3 }, "classWeights: b: expected a number for each class"],
      [{ a: [1, 2, 3], c: [1] }, 'classWeights: unknown output "c"'],
    ] as const
  ) {
    await assertRejects(
      () =>
        heads.fit(arrayDataset({ inputs, targets: two }), { classWeights: classWeights as never }),
      Error,
      message,
    );
  }
  const drawn = makeDataset(2, weighted, (_index, batch, row) => {
    batch.weights![0]![row] = -row;
  });
  await refuse(
    drawn,
    { shuffle: false },
    "weights[0] of a batch: expected finite numbers of at least 0, found -1",
  );
  const stream = new DataStream(plain, () => [plain.get(0)]);
  await assertRejects(
    () => net().fit(stream, { classWeights: "balanced" }),
    TypeError,
    "found a stream",
  );
  await assertRejects(
    () => net().fit(weighted, { loss: (p) => p.mean() }),
    TypeError,
    "look at the weights",
  );
});
