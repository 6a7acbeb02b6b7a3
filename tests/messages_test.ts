/** Messages about what a user gave are short, whatever it was. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as library from "../mod.ts";
import { describeValue } from "../lib/core/errors.ts";
import { unknownName } from "../lib/core/suggest.ts";
import { useCpu } from "./train/helpers.ts";

await useCpu();

const { arrayDataset, layers, loadModel, loadWeights, ones, sequential, Tensor } = library;
const numbers = Array.from({ length: 20_000 }, (_, i) => i + 0.5);

/** What is long, or cannot be made a text. */
const values: readonly [string, unknown][] = [
  ["a list", numbers],
  ["a list of lists", Array.from({ length: 100 }, () => numbers.slice(0, 100))],
  ["a typed array", Float32Array.from(numbers)],
  ["an array of another type", Float64Array.from(numbers)],
  ["a text", "x".repeat(20_000)],
  ["texts", numbers.map((x) => `n${x}`)],
  ["an object", Object.fromEntries(numbers.map((x) => [`k${x}`, x]))],
  ["a tensor", ones([100, 100])],
  ["a tensor in a list", [ones([3]), numbers]],
  ["an object of nothing", Object.create(null)],
  ["a symbol", Symbol("s")],
  ["a huge integer", 10n ** 4000n],
];

/** Functions, methods and layers that check what they are given before anything else. */
const tensorMethods = Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype)).flatMap(
  ([name, { value }]): [string, (x: unknown) => unknown][] =>
    typeof value !== "function" || ["constructor", "to", "print"].includes(name)
      ? []
      : [[`tensor.${name}`, (x) => value.call(ones([2, 3]), x)]],
);
const functionNames = [
  "tensor ones zeros full arange eye oneHot concatenate stack where softmax conv2d maxPool2d dense",
  "groupNorm batchNorm dropout crossEntropy meanSquaredError relu matmul gradient jit mapTree",
  "sequential model input sgd adam stepDecay cosineDecay divideOnPlateau warmUp arrayDataset",
  "makeDataset digits wilsonInterval clipByNorm valueAndGradient zooEntry publishedWeights",
].join(" ").split(" ").filter((name) => name in library);
const calls: readonly (readonly [string, (x: unknown) => unknown])[] = [
  ...functionNames.flatMap((name) => {
    const call = Reflect.get(library, name);
    return [
      [name, (x: unknown) => call(x)] as const,
      [`${name} of a tensor`, (x: unknown) => call(ones([1, 4, 4, 2]), x)] as const,
      [`${name} of a number`, (x: unknown) => call(3, x)] as const,
      [`${name} with an option`, (x: unknown) => call(ones([1, 4, 4, 2]), { name: x })] as const,
    ];
  }),
  ...Object.entries(layers).flatMap(([name, layer]) => {
    const call = (...given: readonly unknown[]) => Reflect.apply(layer, undefined, given);
    return [
      [`layers.${name}`, (x: unknown) => call(x)] as const,
      [`layers.${name} with options`, (x: unknown) => call(2, 2, x)] as const,
      [`layers.${name} with a name`, (x: unknown) => call(2, 2, { name: x, stride: x })] as const,
    ];
  }),
  ...tensorMethods,
  ...["fit", "evaluate", "predict", "trainOnBatch", "apply", "output", "layer", "weight", "assign"]
    .flatMap((name) => {
      const net = sequential([4, 4, 2]).conv2d(2, 3).flatten().dense(3);
      const data = arrayDataset({
        inputs: { data: new Float32Array(64), shape: [4, 4, 2] },
        targets: [0, 1],
      });
      const call = (...given: readonly unknown[]) =>
        Reflect.apply(Reflect.get(net, name), net, given);
      return [
        [`model.${name}`, (x: unknown) => call(x)] as const,
        [`model.${name} of data`, (x: unknown) => call(data, x)] as const,
        ...["loss", "optimizer", "metrics", "epochs", "outputs"].map((option) =>
          [`model.${name}: ${option}`, (x: unknown) => call(data, { [option]: x })] as const
        ),
      ];
    }),
  ...["take", "skip", "slice", "split", "shuffle", "batches", "batch", "concatenate"].map(
    (name) => {
      const data = arrayDataset({ inputs: numbers.slice(0, 9) });
      return [
        `dataset.${name}`,
        (x: unknown) => Reflect.apply(Reflect.get(data, name), data, [x]),
      ] as const;
    },
  ),
  ["loadModel", (x) => typeof x === "string" ? undefined : loadModel(x as string)],
  ["loadWeights", (x) => loadWeights(x as never, "x")],
];

Deno.test("no message about a value is long", async () => {
  let count = 0;
  for (const [what, value] of values) {
    for (const [name, call] of calls) {
      let message = "";
      try {
        await call(value);
      } catch (error) {
        message = String((error as Error).message);
        count++;
      }
      assert(
        message.length < 1000,
        `${name} of ${what}: ${message.length}: ${message.slice(0, 200)}`,
      );
    }
  }
  assert(count > 1000, `${count} errors`);
});

Deno.test("a value in a message is short, and says what it is", () => {
  const cases: [unknown, string][] = [
    ["a", '"a"'],
    [[1, [2, "b"]], '[1,[2,"b"]]'],
    [{ a: 1 }, '{"a":1}'],
    [undefined, "undefined"],
    [Float32Array.of(1, 2), "an object of Float32Array"],
    [[Float32Array.of(1, 2)], '["an object of Float32Array"]'],
    [Object.create(null), "{}"],
    [Symbol("x"), "Symbol(x)"],
    [12n, "12n"],
    [() => 1, "a function"],
  ];
  for (const [value, text] of cases) assertEquals(describeValue(value), text);
  for (const [, value] of values) assert(describeValue(value).length <= 100);
  const list = Array.from({ length: 1000 }, (_, i) => `name${i}`);
  assert(unknownName("thing", "name", list).endsWith("name63 and 936 more"));
});

Deno.test("what is no name is no layer, and says so; a misspelt one is told the nearest", async () => {
  const net = sequential([2]).dense(3, { name: "hidden" });
  for (const name of [undefined, 5, null, ["hidden"]] as unknown[] as string[]) {
    assertThrows(() => net.output(name), TypeError, "output: expected a layer's name, found ");
    assertThrows(() => net.layer(name), TypeError, "layer: expected a layer's name, found ");
    assertThrows(() => net.weight(name), TypeError, "weight: expected a name, found ");
    assertThrows(() => net.freeze(name), TypeError, "layer: expected a name, found ");
  }
  assertThrows(() => net.output("hiden"), RangeError, 'did you mean "hidden"?');
  assertThrows(() => net.weight("hidden.kernl"), RangeError, 'did you mean "hidden.kernel"?');
  assertThrows(() => net.assign(undefined as never), TypeError, "assign: expected tensors by name");
  await assertRejects(
    () => net.trainOnBatch(ones([1, 2]), undefined as never),
    TypeError,
    "trainOnBatch: expected tensors, found undefined",
  );
  await assertRejects(
    () => loadModel(undefined as never),
    TypeError,
    "expected a path, a URL or bytes",
  );
});

/** What a JavaScript engine says by itself, without a word of what was expected. */
const bare =
  /cannot (read|destructure|set|convert undefined)|is not (a function|iterable|a constructor)/i;

Deno.test("what is no model, image, data set or list is said to be none, and what was expected", async () => {
  const { explain, input, tensor } = library, net = sequential([4]).dense(2);
  const data = arrayDataset({ inputs: [[1], [2]], targets: [0, 1] });
  const open = library as unknown as Record<string, (...given: unknown[]) => unknown>;
  const folder = await Deno.makeTempDir();
  const takers: readonly [string, (x: unknown) => unknown][] = [
    ...[
      "arrayDataset",
      "centerCrop",
      "classifyImage",
      "concatenate",
      "confusionMatrix",
      "cropImage",
    ],
    ...["evaluateDataset", "evaluateImages", "featureIndex", "mapTree", "mirrorImage", "nearest"],
    ...["resizeImage", "resizeShorterSide", "stack", "tenCrop", "topK"],
  ].map((name) => [name, (x) => open[name]!(x)]);
  const methods = { read: data, batch: data, load: data, map: data, concatenate: data, save: net };
  const calls = [
    ...takers,
    ...Object.entries(explain).map(([name, fn]) => [`explain.${name}`, fn] as [string, typeof fn]),
    ...["mixup", "cutmix", "principalColors", "toGray", "gaussianBlur"].map((name) =>
      [`augmentation.${name}`, (x: unknown) => Reflect.get(library.augmentation, name)(x)] as const
    ),
    ...Object.entries(methods).map(([name, of]) =>
      [name, (x: unknown) => (of as unknown as typeof open)[name]!(x)] as const
    ),
    ["makeDataset", (x: unknown) => open.makeDataset!(5, x)],
    ["readings", (x: unknown) => open.makeDataset!(5, data, x)],
    ["writeSafetensors", (x: unknown) => open.writeSafetensors!(`${folder}/x`, x)],
    ["plot.confusion", (x: unknown) => library.plot.confusion(x as never)],
  ] as const;
  try {
    for (const [name, call] of calls) {
      for (const x of [undefined, null, 5, {}, input([2])]) {
        const error = await Promise.try(call as (x: unknown) => unknown, x)
          .then(() => undefined, (error) => error as Error);
        if (error === undefined) continue; // Some is right for some.
        assert(!bare.test(error.message), `${name}(${describeValue(x)}): ${error.message}`);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  assertThrows(
    () => open.concatenate!([input([2]), tensor([1])]),
    TypeError,
    "it is a value of a model, which has no numbers yet: apply layers to it by its methods",
  );
  assertThrows(
    () => open.relu!(input([2])),
    TypeError,
    "x.relu(), x.add(y), x.concatenate([y, z])",
  );
  assertThrows(
    () => (data.read as (index: number) => unknown).call(data, 0),
    TypeError,
    "read: expected a batch to copy the example to, and its row there, found undefined; get(0) gives",
  );
});
