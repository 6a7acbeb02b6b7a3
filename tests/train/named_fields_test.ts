import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { rebuild } from "../../lib/nn/rebuild.ts";
import { input } from "../../lib/nn/symbolic.ts";
import { ones, tensor } from "../../lib/tensor/create.ts";
import { Tensor } from "../../lib/tensor/tensor.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { makeDataset } from "../../lib/train/dataset.ts";
import { extractFeatures } from "../../lib/train/extract_features.ts";
import { loadModel } from "../../lib/train/load_model.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { DataStream } from "../../lib/train/stream.ts";
import { useCpu } from "./helpers.ts";

await useCpu();

/** Holds only where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
function checkType<_ extends true>(): void {}

/** Two inputs of the same shape: taken for one another they would give other numbers. */
function named() {
  const place = input([2]), colour = input([2]);
  const hidden = place.dense(3, { name: "p" }).tanh()
    .concatenate(colour.dense(4, { name: "c" }).relu());
  return model(
    { place, colour },
    { kind: hidden.dense(3, { name: "k" }), size: hidden.dense(1, { name: "s" }) },
    { seed: 3 },
  );
}

const rows = { place: [[0, 1], [2, 3], [4, 5], [6, 7]], colour: [[1, 0], [0, 2], [3, 1], [1, 1]] };
const right = { kind: [0, 1, 2, 0], size: [[1], [2], [3], [4]] };
const inOrder = arrayDataset({ inputs: rows, targets: right });
const swapped = arrayDataset({
  inputs: { colour: rows.colour, place: rows.place },
  targets: { size: right.size, kind: right.kind },
  weights: { size: [1, 1, 1, 3], kind: [2, 1, 1, 1] },
});
const loss = { kind: "crossEntropy", size: "meanSquaredError" } as const;

Deno.test("tensors go in and come out by name, as the types say", async () => {
  const net = named(), place = tensor(rows.place), colour = tensor(rows.colour);
  const found = await net.predict({ colour, place });
  checkType<Same<typeof found, Readonly<Record<"kind" | "size", Tensor>>>>();
  assertEquals([found.kind.shape, found.size.shape], [[4, 3], [4, 1]]);
  const listed = net.apply({ place, colour });
  checkType<Same<typeof listed, Readonly<Record<"kind" | "size", Tensor>>>>();
  assertEquals(await listed.size.array(), await found.size.array());
  const { outputs, output } = net.apply({ place, colour }, { training: true });
  checkType<Same<typeof outputs, Readonly<Record<"kind" | "size", Tensor>>>>();
  assertEquals(await output.array(), await outputs.kind.array());
  const layer = await net.predict({ place, colour }, { outputs: ["p"] });
  checkType<Same<typeof layer, Tensor>>();
  assertEquals(layer.shape, [4, 3]);
  assertEquals([net.inputNames, net.outputNames], [["place", "colour"], ["kind", "size"]]);
});

Deno.test("one named output gives an object too; lists and tensors stay what they are", async () => {
  const a = input([2], { name: "a" }), b = input([3]);
  const joined = a.concatenate(b).dense(2);
  const { sum } = await model([a, b], { sum: joined })
    .predict({ a: ones([1, 2]), input2: ones([1, 3]) });
  assertEquals(sum.shape, [1, 2]);
  const plain = await model({ a, b }, joined).predict({ a: ones([1, 2]), b: ones([1, 3]) });
  checkType<Same<typeof plain, Tensor>>();
  assert(plain instanceof Tensor);
  const list = await model([a, b], [joined, joined.relu()]).predict([ones([1, 2]), ones([1, 3])]);
  assertEquals(list.length, 2);
});

Deno.test("data by name train, measure and predict whatever their order", async () => {
  const expected = named(), found = named();
  const weighted = arrayDataset({
    inputs: rows,
    targets: right,
    weights: { kind: [2, 1, 1, 1], size: [1, 1, 1, 3] },
  });
  const settings = {
    epochs: 3,
    batchSize: 2,
    loss,
    lossWeights: { size: 0.25 },
    optimizer: sgd({ learningRate: 0.05 }),
  };
  await expected.fit(weighted, { ...settings, validation: weighted });
  await found.fit(swapped, { ...settings, validation: weighted });
  assertEquals(await found.toBytes(), await expected.toBytes());
  assertEquals(await found.evaluate(swapped), await expected.evaluate(weighted));
  const ofData = await found.predict(swapped),
    ofTensors = await found.predict({
      place: tensor(rows.place),
      colour: tensor(rows.colour),
    });
  assertEquals(await ofData.kind.array(), await ofTensors.kind.array());
});

Deno.test("a stream's fields have names too", async () => {
  const schema = {
    inputs: ["colour", "place"].map((name) => ({ name, shape: [2], dtype: "f32" } as const)),
    targets: [],
  };
  const stream = new DataStream(schema, function* () {
    for (let i = 0; i < 4; i++) {
      const inputs = [rows.colour[i]!, rows.place[i]!].map((row) => Float32Array.from(row));
      yield { inputs, targets: [] };
    }
  });
  const place = input([2]), colour = input([2]);
  const trunk = model({ place, colour }, place.dense(2));
  const [features, same] = [
    await extractFeatures(trunk, stream),
    await extractFeatures(trunk, inOrder),
  ];
  assertEquals((await features.load([2])).inputs, (await same.load([2])).inputs);
  const net = named();
  const data = await stream.collect();
  assertEquals(data.inputs.map(({ name }) => name), ["colour", "place"]);
  assertEquals(
    await (await net.predict(data)).kind.array(),
    await (await net.predict(inOrder)).kind.array(),
  );
});

Deno.test("trainOnBatch takes tensors by name", async () => {
  const one = named(), other = named();
  const place = tensor(rows.place), colour = tensor(rows.colour);
  const kind = tensor(right.kind, { dtype: "i32" }), size = tensor(right.size);
  const optimizer = sgd({ learningRate: 0.1 });
  const listed = await one.trainOnBatch([place, colour], [kind, size], { loss, optimizer });
  const byName = await other.trainOnBatch({ colour, place }, { size, kind }, { loss, optimizer });
  assertEquals(byName, listed);
  assertEquals(await other.toBytes(), await one.toBytes());
  await assertRejects(
    () => other.trainOnBatch({ colour, place }, { size }),
    TypeError,
    "trainOnBatch: expected outputs kind, size, found size: kind is missing",
  );
});

Deno.test("predict says which of the inputs by name is unknown, missing or no tensor", async () => {
  const net = named(), place = tensor(rows.place), colour = tensor(rows.colour);
  const predict = (given: unknown) => () => net.predict(given as { place: typeof place });
  const said = [
    [
      { place, color: colour },
      RangeError,
      'predict: unknown input "color"; did you mean "colour"?',
    ],
    [
      { place },
      TypeError,
      "predict: expected inputs place, colour, found place: colour is missing",
    ],
    [{ colour: 3, place }, TypeError, "predict: colour: expected a tensor, found 3; see tensor()"],
  ] as const;
  for (const [given, type, message] of said) await assertRejects(predict(given), type, message);
});

Deno.test("a batch for an own loop has its tensors by name", () => {
  const net = named(), [batch] = [...swapped.tensors({ batchSize: 4 })];
  const { inputs, targets, weights } = batch!.named;
  assertEquals(Object.keys(inputs), ["colour", "place"]);
  assertEquals(
    [targets.kind!.dtype, targets.size!.shape, weights!.size!.shape],
    ["i32", [4, 1], [4]],
  );
  assertEquals(net.apply(inputs as { place: Tensor; colour: Tensor }).kind.shape, [4, 3]);
  const [nameless] = [...arrayDataset({ inputs: [[1]], targets: [0] }).tensors({ batchSize: 1 })];
  assertEquals(nameless!.named, { inputs: {}, targets: {} });
});

Deno.test("a saved model knows its names, and gives its outputs by them", async () => {
  const net = named(), again = await loadModel(await net.toBytes()) as ReturnType<typeof named>;
  assertEquals(
    [again.inputNames, again.outputNames],
    [["place", "colour"], ["kind", "size"]],
  );
  assertEquals(
    await (await again.predict(swapped)).size.array(),
    await (await net.predict(inOrder)).size.array(),
  );
  assertEquals(again.summary().rows.slice(0, 2).map(({ name }) => name), ["place", "colour"]);
  const x = input([1], { name: "x" }), y = input([1]);
  const partly = await loadModel(await model([x, y], x.add(y)).toBytes());
  assertEquals(partly.inputNames, ["x", "input2"]);
  const damaged = { ...net.architecture, names: { inputs: ["place", "place"] } };
  assertThrows(() => rebuild(damaged, "a.safetensors"), SyntaxError, "two inputs are named");
  const short = { ...net.architecture, names: { outputs: ["kind"] } };
  assertThrows(
    () => rebuild(short, "a.safetensors"),
    SyntaxError,
    "names: outputs: expected a list of 2",
  );
});

Deno.test("names that do not fit are errors that say which there are", async () => {
  const net = named(), place = tensor(rows.place), colour = tensor(rows.colour);
  const other = arrayDataset({ inputs: { place: rows.place, color: rows.colour }, targets: right });
  for (const act of [() => net.fit(other, { loss }), () => net.evaluate(other, { loss })]) {
    await assertRejects(
      act,
      RangeError,
      'unknown input "color"; did you mean "colour"? Known: place, colour',
    );
  }
  await assertRejects(() => net.predict(other), RangeError, 'predict: unknown input "color"');
  const fewer = arrayDataset({ inputs: { place: rows.place }, targets: right });
  await assertRejects(
    () => net.evaluate(fewer),
    TypeError,
    "evaluate: expected inputs place, colour, found place: colour is missing",
  );
  const targets = arrayDataset({ inputs: rows, targets: { ...right, weight: [1, 2, 3, 4] } });
  await assertRejects(
    () => net.fit(targets, { loss }),
    RangeError,
    'fit: unknown output "weight"',
  );
  for (
    const [weights, message] of [
      [{ kind: [1, 1, 0, 1] }, "fit: weights: expected outputs kind, size, found kind"],
      [{ sort: [1, 1, 0, 1] }, 'fit: weights: unknown output "sort"'],
    ] as const
  ) {
    const weighted = arrayDataset({ inputs: rows, targets: right, weights });
    await assertRejects(() => net.fit(weighted, { loss }), Error, message);
  }
  await assertRejects(
    () => net.fit(inOrder, { loss, validation: other }),
    RangeError,
    "fit: validation: unknown input",
  );
  // @ts-expect-error: an input is missing, as the types know
  assertThrows(() => net.apply({ place }).kind, TypeError, "colour is missing");
  await assertRejects(
    () => net.profile({ place, colour, size: place }),
    RangeError,
    'profile: unknown input "size"',
  );
  const half = makeDataset(1, {
    inputs: [{ shape: [2], dtype: "f32", name: "place" }, { shape: [2], dtype: "f32" }],
    targets: [],
  }, () => {});
  await assertRejects(
    () => net.predict(half),
    TypeError,
    "expected a name for each field of the inputs or for none, found none for input 1 beside place",
  );
  const a = input([2]), field = { shape: [2], dtype: "f32", name: "a" } as const;
  const twice = makeDataset(1, { inputs: [field, field], targets: [] }, () => {});
  await assertRejects(
    () => model({ a }, a.relu()).predict(twice),
    TypeError,
    'predict: two fields of the inputs are named "a"',
  );
});

Deno.test("a single field needs no name of the model's; what belongs to the first stays with it", async () => {
  const single = arrayDataset({ inputs: { x: [[1], [2]] }, targets: { y: [[1], [2]] } });
  const measured = await sequential([1]).dense(1).evaluate(single, { loss: "meanSquaredError" });
  assertEquals(Number.isFinite(measured.loss), true);
  const x = input([1]);
  await assertRejects(
    () => model({ value: x }, x.dense(1)).evaluate(single, { loss: "meanSquaredError" }),
    RangeError,
    'unknown input "x"',
  );
  const classed = arrayDataset({
    inputs: rows,
    targets: { kind: right.kind, size: right.size },
    classes: ["a", "b", "c"],
  });
  const place = input([2]), colour = input([2]), both = place.concatenate(colour);
  const turned = model({ place, colour }, { size: both.dense(1), kind: both.dense(3) });
  await assertRejects(
    () => turned.fit(classed, { loss }),
    TypeError,
    'the data have classes for "kind", but the model\'s first output is "size"',
  );
});

Deno.test("arrayDataset by name says which field is wrong", () => {
  const { place, colour } = rows;
  assertEquals(
    String(inOrder),
    "4 examples: place: f32 [2], colour: f32 [2] -> kind: i32 [], size: f32 [1]",
  );
  assertThrows(
    () => arrayDataset({ inputs: { place, colour: colour.slice(1) } }),
    RangeError,
    "arrayDataset: inputs.colour has 3 examples, but inputs.place has 4",
  );
  assertThrows(
    // deno-lint-ignore no-explicit-any
    () => arrayDataset({ inputs: { place, colour: "red" as any } }),
    TypeError,
    "arrayDataset: inputs.colour: expected a Float32Array",
  );
  assertThrows(
    () => arrayDataset({ inputs: { place }, targets: { kind: ["a", "b"] as unknown as number[] } }),
    TypeError,
    "a label is the number of its class",
  );
  assertThrows(
    () => arrayDataset({ inputs: rows, weights: { kind: [1, 1, -1, 1] } }),
    RangeError,
    "arrayDataset: weights.kind: expected finite numbers of at least 0, found -1 at place 2",
  );
  assertThrows(
    () => model({ a: input([1]) }, { b: "no" as never }),
    TypeError,
    "model: outputs: expected symbolic values",
  );
  const a = input([1], { name: "a" });
  assertThrows(
    () => model([a, input([1], { name: "a" })], a),
    RangeError,
    'model: two inputs are named "a"',
  );
});
