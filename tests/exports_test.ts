/**
 * Every function of mod.ts is called with what it does not take: the error is the library's own, which
 * says what was expected, and never what a JavaScript engine says by itself.
 */
import { assert, assertEquals } from "@std/assert";
import * as library from "../mod.ts";
import { describeValue } from "../lib/core/errors.ts";
import { useCpu } from "./train/helpers.ts";

await useCpu();

const given: readonly (readonly unknown[])[] = [[], [undefined], ["x"], [3], [{}], [null], [[]]];

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

/**
 * Classes that are exported for their types and for `instanceof`: the library makes their objects of
 * what it has checked, and their constructors are not for users.
 */
const made = new Set([
  ...["Dataset", "FeatureIndex", "Figure", "History", "ImageDataset", "LearningRateCurve", "Model"],
  ...["Network", "Optimizer", "PendingFigure", "Picture", "Profile", "PublishedWeights", "Weight"],
  ...["ZooEntry", "widgets.Widget"],
]);

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

Deno.test("what a function does not take is an error that says what was expected", async () => {
  const found: string[] = [];
  let errors = 0;
  for (const [name, call] of all) {
    if (left.has(name) || made.has(name)) continue;
    for (const values of given) {
      const error = await Promise.try(call, ...values).then(() => undefined, (error) => error);
      if (error === undefined) continue;
      errors++;
      const message = error instanceof Error ? error.message : String(error);
      if (!bare.test(message)) continue;
      found.push(`${name}(${values.map(describeValue).join()}): ${message}`);
    }
  }
  assert(errors > 1000, `${errors} errors`);
  assertEquals(found, []);
});

Deno.test("what is left out of that is still there", () => {
  const names = new Set(all.map(([name]) => name));
  assertEquals([...left.keys(), ...made].filter((name) => !names.has(name)), []);
});

Deno.test("the error says what is to be given, and where it comes from", async () => {
  const { inceptionModule, input, model } = library, x = input([8, 8, 4]);
  const open = library as unknown as Record<string, (...given: unknown[]) => unknown>;
  const filters = { conv1x1: 1, conv3x3: 1, conv5x5: 1 };
  const said: readonly [() => unknown, string][] = [
    [() => open.readIdx!("x"), 'readIdx: bytes: expected an object of Uint8Array, found "x"'],
    [() => open.webDataset!("a.tar"), 'webDataset: shards: expected a list, found "a.tar"'],
    [
      () => open.imageDataset!("photos"),
      "imageDataset: expected a source of images, as openImages()",
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
