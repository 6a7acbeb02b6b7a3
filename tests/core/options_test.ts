import { describeValue } from "../../lib/core/errors.ts";
import { assertEquals, assertThrows } from "@std/assert";
import {
  callback,
  checkedBy,
  custom,
  elsewhere,
  flag,
  group,
  instance,
  integer,
  listOf,
  number,
  oneOf,
  positiveInteger,
  required,
  text,
} from "../../lib/core/option_kinds.ts";
import { type Option, options, type Schema } from "../../lib/core/options.ts";

interface FadeOptions {
  readonly steps?: number;
  readonly seed?: number;
  readonly strength?: number;
  readonly shuffle?: boolean;
  readonly spacing?: "linear" | "logarithmic";
  readonly name?: string;
  readonly sizes?: readonly number[];
  readonly onStep?: (step: number) => void;
  readonly signal?: AbortSignal;
  readonly place?: { readonly folder: string; readonly every?: number };
}

const schema = {
  steps: positiveInteger(8),
  seed: integer({ least: 0 }, 0),
  strength: number({ above: 0, most: 1 }),
  shuffle: flag(true),
  spacing: oneOf(["linear", "logarithmic"], "linear"),
  name: text(),
  sizes: listOf(positiveInteger()),
  onStep: callback(),
  signal: instance(AbortSignal),
  place: group({ folder: required(text()), every: positiveInteger() }),
} satisfies Schema<FadeOptions>;

/** The values, in the types that follow from the schema. */
function fade(given: unknown = {}): FadeOptions {
  const values = options("fade", given, schema);
  const steps: number = values.steps, shuffle: boolean = values.shuffle;
  const folder: string | undefined = values.place?.folder;
  assertEquals(folder, values.place?.folder);
  values.onStep?.(steps);
  // @ts-expect-error a name that is not given is undefined
  const name: string = values.name;
  assertEquals(name, values.name);
  return { ...values, steps, shuffle };
}

// @ts-expect-error an option that the interface does not have
({ ...schema, tempo: flag() }) satisfies Schema<FadeOptions>;
// @ts-expect-error an option is missing
({ steps: positiveInteger() }) satisfies Schema<FadeOptions>;
// @ts-expect-error a value of another type
({ dark: text() }) satisfies Schema<{ readonly dark?: boolean }>;
// @ts-expect-error fewer values than the interface has
({ side: oneOf(["left"]) }) satisfies Schema<{ readonly side?: "left" | "right" }>;
// @ts-expect-error an option that must be given
({ side: text() }) satisfies Schema<{ readonly side: string }>;

Deno.test("options that are not given have their defaults, or none", () => {
  const defaults = { steps: 8, seed: 0, shuffle: true, spacing: "linear" as const };
  assertEquals(fade(), defaults);
  assertEquals(fade({ name: undefined, steps: undefined }), defaults);
});

Deno.test("options that are given keep their values", () => {
  const seen: number[] = [], { signal } = new AbortController();
  const given: FadeOptions = {
    steps: 1,
    seed: 0,
    strength: 0.5,
    shuffle: false,
    spacing: "logarithmic",
    name: "",
    sizes: [3],
    onStep: (step) => seen.push(step),
    signal,
    place: { folder: "x" },
  };
  assertEquals(fade(given), given);
  assertEquals(seen, [1]);
});

// deno-fmt-ignore
const mistakes: readonly (readonly [unknown, ErrorConstructor, string])[] = [
  [null, TypeError, "fade: expected options in braces, found null"],
  [5, TypeError, "fade: expected options in braces, found 5"],
  [[1, 2], TypeError, "fade: expected options in braces, found [1,2]"],
  [{ step: 3 }, RangeError, 'fade: unknown option "step"; did you mean "steps"? Known: steps, seed, '],
  [{ toString: 3 }, RangeError, 'fade: unknown option "toString"'],
  [{ steps: 0 }, RangeError, "fade: steps: expected an integer of at least 1, found 0"],
  [{ steps: 1.5 }, RangeError, "fade: steps: expected an integer of at least 1, found 1.5"],
  [{ steps: "3" }, TypeError, 'fade: steps: expected an integer of at least 1, found "3"'],
  [{ steps: null }, TypeError, "fade: steps: expected an integer of at least 1, found null"],
  [{ strength: 0 }, RangeError, "fade: strength: expected a number above 0 and of at most 1, found 0"],
  [{ strength: NaN }, RangeError, "fade: strength: expected a number above 0 and of at most 1, found NaN"],
  [{ shuffle: 1 }, TypeError, "fade: shuffle: expected true or false, found 1"],
  [{ spacing: "log" }, RangeError, 'fade: spacing: expected "linear" or "logarithmic", found "log"'],
  [{ spacing: "linaer" }, RangeError, 'found "linaer"; did you mean "linear"?'],
  [{ name: 5 }, TypeError, "fade: name: expected a text, found 5"],
  [{ sizes: 5 }, TypeError, "fade: sizes: expected a list, found 5"],
  [{ sizes: [1, -1] }, RangeError, "fade: sizes[1]: expected an integer of at least 1, found -1"],
  [{ onStep: true }, TypeError, "fade: onStep: expected a function, found true"],
  [{ signal: {} }, TypeError, "fade: signal: expected an object of AbortSignal, found {}"],
  [{ place: { every: 3 } }, TypeError, "fade: place: folder: expected a text, found undefined"],
  [{ place: { folder: "x", evry: 3 } }, RangeError, 'fade: place: unknown option "evry"; did you'],
];

Deno.test("a wrong name or value is told, with what was expected", () => {
  for (const [given, type, message] of mistakes) assertThrows(() => fade(given), type, message);
});

Deno.test("a name that is often looked for here is told where it belongs", () => {
  assertThrows(
    () => options("dense", { activation: "relu" }, { activation: elsewhere("use .relu()") }),
    RangeError,
    'dense: unknown option "activation"; use .relu()',
  );
  assertThrows(
    () => options("dense", { bais: 1 }, { bias: flag(), activation: elsewhere("use .relu()") }),
    RangeError,
    'dense: unknown option "bais"; did you mean "bias"? Known: bias',
  );
});

Deno.test("ranges in words", () => {
  const expected = (option: Option<number>) =>
    assertThrows(() => option.read({}, "x"), TypeError).message;
  assertEquals(expected(number()), "x: expected a finite number, found {}");
  assertEquals(
    expected(number({ least: 0, below: 1 })),
    "x: expected a number of at least 0 and below 1, found {}",
  );
  assertEquals(
    expected(integer({ least: 40, most: 50 })),
    "x: expected an integer from 40 to 50, found {}",
  );
  assertEquals(number({ least: 0, below: 1 }).read(0, "x"), 0);
  assertThrows(() => number({ least: 0, below: 1 }).read(1, "x"), RangeError);
  assertThrows(() => number({ above: 0 }).read(0, "x"), RangeError);
  assertThrows(() => number({ most: 3 }).read(Infinity, "x"), RangeError);
});

Deno.test("options of one's own", () => {
  const even = custom<number>(
    "an even number",
    (value): value is number => typeof value === "number" && value % 2 === 0,
  );
  const size = checkedBy((value, where) => {
    if (typeof value === "string") return value.length;
    throw new TypeError(`${where}: no text`);
  }, 3);
  assertEquals(options("f", { even: 4, size: "ab" }, { even, size }), { even: 4, size: 2 });
  assertEquals(options("f", {}, { even, size }).size, 3);
  assertThrows(
    () => options("f", { even: 3 }, { even }),
    TypeError,
    "f: even: expected an even number, found 3",
  );
  assertThrows(() => options("f", { size: 3 }, { size }), TypeError, "f: size: no text");
});

Deno.test("values as messages show them", () => {
  const loop: unknown[] = [];
  loop.push(loop);
  const texts = [
    5,
    "a",
    undefined,
    [1, 2],
    { a: 1 },
    new Map(),
    Math.max,
    loop,
    3n,
    Object.create(null),
  ]
    .map(describeValue);
  assertEquals(texts, [
    "5",
    '"a"',
    "undefined",
    "[1,2]",
    '{"a":1}',
    "an object of Map",
    "a function",
    "a list",
    "3n",
    "{}",
  ]);
  assertEquals(describeValue(Array(99).fill(0)).length, 80);
});
