import { assert, assertEquals, assertThrows } from "@std/assert";
import { PickleEnd, PickleGlobal, type PickleValue, unpickle } from "../../lib/weights/pickle.ts";

const pair = new PickleGlobal("test.pair", (args) => ["pair", ...args]);

/** Reads operations, given as bytes and texts, of protocol 2. */
function read(...parts: (number | string)[]): PickleValue {
  const bytes = Uint8Array.from(
    [0x80, 2, ...parts, "."].flatMap((part) =>
      typeof part === "number" ? part : [...part].map((c) => c.charCodeAt(0))
    ),
  );
  return unpickle(bytes, 0, {
    where: "test",
    find: (module, name) => `${module}.${name}` === "test.pair" ? pair : undefined,
    persistent: (id) => ({ id }),
  }).value;
}

Deno.test("unpickle: plain values", () => {
  assertEquals(read("N"), null);
  assertEquals(read("\x88"), true);
  assertEquals(read("\x89"), false);
  assertEquals(read("J", 254, 255, 255, 255), -2);
  assertEquals(read("K", 200), 200);
  assertEquals(read("M", 1, 2), 513);
  assertEquals(read("\x8a", 0), 0);
  assertEquals(read("\x8a", 1, 0xff), -1);
  assertEquals(read("\x8a", 9, 0, 0, 0, 0, 0, 0, 0, 0, 1), 2n ** 64n);
  assertEquals(read("\x8b", 2, 0, 0, 0, 0, 1), 256);
  assertEquals(read("G", 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), 1.5);
  assertEquals(read("X", 2, 0, 0, 0, 0xc3, 0xb8), "ø");
  assertEquals(read("\x8c", 1, "a"), "a");
  assertEquals(read("U", 1, "a"), "a");
  assertEquals(read("C", 1, 7), Uint8Array.of(7));
});

Deno.test("unpickle: lists, tuples, dicts, and what is remembered", () => {
  assertEquals(read("]K", 1, "a(K", 2, "K", 3, "e"), [1, 2, 3]);
  assertEquals(read("(K", 1, "K", 2, "t"), [1, 2]);
  assertEquals(read("K", 1, "\x85"), [1]);
  assertEquals(read("K", 1, "K", 2, "\x86"), [1, 2]);
  assertEquals(read("K", 1, "K", 2, "K", 3, "\x87"), [1, 2, 3]);
  assertEquals(
    read("}\x8c", 1, "a", "K", 1, "s(\x8c", 1, "b", "K", 2, "u"),
    new Map([["a", 1], ["b", 2]]),
  );
  assertEquals(read("(\x8c", 1, "a", "K", 1, "d"), new Map([["a", 1]]));
  assertEquals(read("K", 5, "q", 9, "0h", 9), 5);
  assertEquals(read("K", 5, "\x94", "0h", 0), 5);
  const itself = read("]2a") as PickleValue[];
  assert(itself.length === 1 && itself[0] === itself);
});

Deno.test("unpickle: known globals are called, persistent ids resolved", () => {
  assertEquals(read("ctest\npair\n(K", 1, "tR"), ["pair", 1]);
  assertEquals(read("\x8c", 4, "test", "\x8c", 4, "pair", "\x93)R"), ["pair"]);
  assertEquals(read("ctest\npair\n)\x81"), ["pair"]);
  assertEquals(read("K", 1, "Q"), { id: 1 });
});

Deno.test("unpickle: an unknown global is refused before anything is called with it", () => {
  for (const name of ["os\nsystem", "builtins\neval", "test\npairs", "__main__\npair"]) {
    assertThrows(
      () => read(`c${name}\n)R`),
      SyntaxError,
      `it names ${name.replace("\n", ".")}, which is no part of a tensor`,
    );
  }
  // Also when it is only named.
  assertThrows(() => read("cos\nsystem\n0N"), SyntaxError, "it names os.system");
});

Deno.test("unpickle: what makes no sense is refused", () => {
  const refuse = (message: string, ...parts: (number | string)[]) =>
    assertThrows(() => read(...parts), SyntaxError, message);
  refuse("a value is missing");
  refuse("a value is missing", "a");
  refuse("a mark is missing", "t");
  refuse("no list", "NNa");
  refuse("no dict", "NNNs");
  refuse("a key has no value", "}(Nu");
  refuse("no global is called", "N)R");
  refuse("without a tuple", "ctest\npair\nNR");
  refuse("what is no dict", "NNb");
  refuse("nothing was remembered as 3", "h", 3);
  refuse("operation 0x69 is not among", "i"); // INST
  refuse("operation 0x82 is not among", 0x82); // EXT1
  refuse("an integer of 4294967295 bytes", "\x8b", 255, 255, 255, 255);
  refuse("protocol 1", 0x80, 1);
});

Deno.test("unpickle: a length beyond the end says so, and takes no memory", () => {
  for (const opcode of ["X", "B", "T"]) {
    assertThrows(() => read(opcode, 255, 255, 255, 127), PickleEnd, "cut short");
  }
  assertThrows(() => read("\x8d", 255, 255, 255, 255, 255, 0, 0, 0), PickleEnd, "cut short");
  assertThrows(() => read("\x8d", ...new Array(8).fill(255)), SyntaxError, "a length of");
  assertThrows(() => read("ctest"), PickleEnd, "cut short");
});

Deno.test("unpickle: a million nested tuples neither overflow nor hang", () => {
  let value = read(")", "\x85".repeat(1_000_000));
  let depth = 0;
  for (; Array.isArray(value) && value.length > 0; value = value[0]!) depth++;
  assert(depth === 1_000_000);
});

Deno.test("unpickle: more values than tensors need are refused before they take the memory", () => {
  for (const value of ["}", "N"]) {
    assertThrows(() => read(value.repeat(2_000_001)), SyntaxError, "more than 2000000 values");
  }
  assertThrows(() => read("N", "\x94".repeat(2_000_001)), SyntaxError, "more than 2000000 values");
});

Deno.test("unpickle: a long list that many calls are given is gone through only so often", () => {
  const list = ["](", "N".repeat(1000), "e\x85q", 0, "0ctest\npair\nq", 1, "0"];
  const call = "h\x01h\x00R0";
  assertEquals(read(...list, call.repeat(1000), "N"), null);
  assertThrows(
    () => read(...list, call.repeat(3000), "N"),
    SyntaxError,
    "more than 2000000 values",
  );
});

Deno.test("unpickle: what a persistent id or a call makes no sense of, is placed in the file", () => {
  const refuse = (): never => {
    throw new SyntaxError("no such storage");
  };
  assertThrows(
    () =>
      unpickle(Uint8Array.of(0x80, 2, 0x4e, 0x51, 0x2e), 0, {
        where: "w.pth",
        find: () => undefined,
        persistent: refuse,
      }),
    SyntaxError,
    "w.pth: pickle, byte 3: no such storage",
  );
});
