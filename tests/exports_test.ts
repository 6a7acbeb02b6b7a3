/**
 * Every function and class of mod.ts is called with what it does not take: the error is the library's own,
 * which says what was called and what was expected, and never what a JavaScript engine says by itself.
 */
import { assert, assertEquals } from "@std/assert";
import * as library from "../mod.ts";
import { describeValue } from "../lib/core/errors.ts";
import { useCpu } from "./train/helpers.ts";

await useCpu();

const given: readonly (readonly unknown[])[] = [
  ...[[], [undefined], ["x"], [3], [{}], [null], [[]]],
  ...[[undefined, undefined, undefined], [{ a: 1 }, 3], [[1], ["x"]]],
];

/** What V8 says where nothing was checked. */
const bare = new RegExp(
  [
    "cannot (read|set|destructure|convert|mix|access)|is not (a function|iterable|a constructor|an object)",
    "(is|are) not (a valid|defined)|invalid (array|typed array|count|string|index|time)|called on",
    "reduce of empty|maximum call|incompatible receiver|promise resolver|readdir|\\[object ",
  ].join("|"),
  "i",
);

/** Functions that are not called here, and why. */
const left = new Map<string, string>([
  ...["cifar10", "mnist", "fashionMnist", "photographs"].map((name) => [name, "download"] as const),
  ["joinProcesses", "opens Open MPI's library"],
  ["setDevice", "closes the device of the other calls"],
  ["show", "writes to the terminal what it is given, whatever it is"],
]);

/** Names of what is called that stand in messages for others: those of whom users call. */
const saidFor = new Map<string, string>([
  ...["Network", "PortableNetwork"].map((name) => [name, "model"] as const), // they make models
  ["IndexedExamples", "Dataset"],
  ["checkSource", ""], // it is told who calls it
]);

/** What is said of a path that was given, where nothing is: the path itself says enough. */
const ofPath = /^there is no (folder|file) x|^x: expected a file/;

/** Whether a message says what was called: its name, or that of the module it is in. */
function saysWho(message: string, name: string): boolean {
  const words = name.split(".").map((word) => saidFor.get(word) ?? word);
  const lower = message.toLowerCase();
  return ofPath.test(message) || words.some((word) => lower.includes(word.toLowerCase()));
}

/** All that can be called, by name: what is exported, and the members of what is a module. */
function callables(of: object, prefix = ""): [string, (...given: readonly unknown[]) => unknown][] {
  return Object.entries(of).flatMap(([name, value]) => {
    const whole = `${prefix}${name}`;
    if (Object.prototype.toString.call(value) === "[object Module]") {
      return callables(value, `${whole}.`);
    }
    if (typeof value !== "function") return [];
    const isClass = Function.prototype.toString.call(value).startsWith("class");
    const call = (...given: readonly unknown[]) =>
      isClass ? Reflect.construct(value, given) : Reflect.apply(value, undefined, given);
    return [[whole, call] as const as [string, typeof call]];
  });
}

const all = callables(library);

Deno.test("what a function or class does not take is an error that says who expected what", async () => {
  const found: string[] = [];
  let errors = 0;
  for (const [name, call] of all) {
    if (left.has(name)) continue;
    for (const values of given) {
      const error = await Promise.try(call, ...values).then(() => undefined, (error) => error);
      if (error === undefined) continue;
      errors++;
      const message = error instanceof Error ? error.message : String(error);
      if (!bare.test(message) && saysWho(message, name)) continue;
      found.push(`${name}(${values.map(describeValue).join()}): ${message}`);
    }
  }
  assert(errors > 1000, `${errors} errors`);
  assertEquals(found, []);
});

Deno.test("what is left out of that, or said for another, is still there", () => {
  const names = new Set(all.map(([name]) => name));
  assertEquals([...left.keys(), ...saidFor.keys()].filter((name) => !names.has(name)), []);
});

Deno.test("the error says what is to be given, and where it comes from", async () => {
  const { inceptionModule, input, model, sequential } = library, x = input([8, 8, 4]);
  const open = library as unknown as Record<string, (...given: unknown[]) => unknown>;
  const filters = { conv1x1: 1, conv3x3: 1, conv5x5: 1 };
  const said: readonly [() => unknown, string][] = [
    [() => open.readIdx!("x"), 'readIdx: bytes: expected an object of Uint8Array, found "x"'],
    [() => open.webDataset!("a.tar"), 'webDataset: shards: expected a list, found "a.tar"'],
    [
      () => open.imageDataset!("photos"),
      "imageDataset: expected a source of images, as openImages()",
    ],
    [
      () => new library.Model("x" as never, [], 0),
      'model: inputs: expected a list of symbolic values, found "x"',
    ],
    [
      () => new library.Figure(undefined as never),
      "Figure: expected { data }, found undefined; or let a function of plot make one",
    ],
    [
      () => new library.Weight("w", undefined as never, 0, 0),
      "Weight: expected { shape, initializer }, found undefined; layers of a model have theirs",
    ],
    [
      () => new library.PublishedWeights({ model: "a", source: "b", url: "https://c/d.pth" }),
      "PublishedWeights: expected sha1, or a url that ends as -0676ba61.pth, found https://c/d.pth",
    ],
    [() => open.zooEntry!("resnet-50"), 'zooEntry: unknown network "resnet-50"; did you mean'],
    [() => new library.Random("x" as never), 'Random: seed: expected an integer, found "x"'],
    [
      () => sequential([4]).dense(2).output(undefined as never),
      "output: expected a layer's name, found undefined",
    ],
    [() => open.ones!(3), "ones: expected a shape such as [28, 28, 1], found 3"],
    [() => open.shardsOf!("no such folder"), "there is no folder no such folder"],
    [
      () => open.inceptionModule!(x, "a"),
      "inceptionModule: expected options in braces, found undefined",
    ],
    [
      () => open.inceptionModule!(x, "a", { conv1x1: 1 }),
      "inceptionModule: conv3x3: expected an integer",
    ],
    [
      () => inceptionModule(input([8]), "a", filters),
      "inceptionModule: x: expected images [height, width, channels], found [8]",
    ],
    [
      () => new library.DataStream({ inputs: [] } as never, 3 as never),
      "DataStream: expected a schema { inputs, targets } and a function that yields examples",
    ],
  ];
  for (const [call, message] of said) {
    const error = await Promise.try(call).then(() => undefined, (error) => error as Error);
    assertEquals(error?.message.slice(0, message.length), message);
  }
  assertEquals(model(x, inceptionModule(x, "a", filters)).outputShape, [8, 8, 7]);
});
