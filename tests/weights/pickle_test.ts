import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  PickleEnd,
  PickleGlobal,
  type PickleValue,
  StandIn,
  unpickle,
} from "../../lib/weights/pickle.ts";

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
    find: (name) => name === "test.pair" ? pair : undefined,
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

/** What a stand-in has, without what is empty. */
const plain = ({ name, args, ...parts }: StandIn): Record<string, unknown> => ({
  name,
  ...args.length > 0 && { args },
  ...Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)),
});

Deno.test("unpickle: what is not known becomes a stand-in, which keeps what it is given", () => {
  const object = (...parts: (number | string)[]) => {
    const value = read(...parts);
    assert(value instanceof StandIn);
    return plain(value);
  };
  const name = "os.system";
  assertEquals(object("cos\nsystem\n"), { name });
  assertEquals(object("cos\nsystem\n(K", 1, "tR"), { name, args: [1] });
  assertEquals(object("cos\nsystem\nK", 1, "\x85\x81"), { name, args: [1] }); // NEWOBJ
  assertEquals(object("cos\nsystem\nK", 1, "\x85}\x92"), { name, args: [1] }); // NEWOBJ_EX
  assertEquals(object("(K", 1, "ios\nsystem\n"), { name, args: [1] }); // INST
  assertEquals(object("(cos\nsystem\nK", 1, "o"), { name, args: [1] }); // OBJ
  assertEquals(object("cos\nsystem\n)RK", 7, "b"), { name, state: 7 });
  assertEquals(object("cos\nsystem\n)RNb)R", "K", 1, "a"), { name, list: [1] }); // is called again
  assertEquals(object("cos\nsystem\n)R(K", 1, "K", 2, "e"), { name, list: [1, 2] });
  assertEquals(object("cos\nsystem\n)RK", 1, "K", 2, "s"), { name, entries: new Map([[1, 2]]) });
  assertEquals(object("\x82", 5), { name: "extension 5" });
  assertEquals(object("\x83", 5, 1), { name: "extension 261" });
  assertEquals(object("\x84", 5, 0, 0, 0), { name: "extension 5" });
});

Deno.test("unpickle: Python's own ways to make dicts and objects", () => {
  const dict = new Map([["a", 1]]);
  const item = ["X", 1, 0, 0, 0, "a", "K", 1];
  assertEquals(read("ccollections\nOrderedDict\n)R", ...item, "s"), dict);
  assertEquals(read("ccollections\nOrderedDict\n](", ...item, "la\x85R"), dict);
  assertEquals(read("ccollections\ndefaultdict\nc__builtin__\nlist\n\x85R", ...item, "s"), dict);
  assertEquals(read("ccollections\nCounter\n}", ...item, "s\x85R"), dict);
  for (const module of ["copy_reg", "copyreg"]) {
    const make = `c${module}\n_reconstructor\n(ctest\nPair\nc__builtin__\n`;
    const object = (...parts: (number | string)[]) => plain(read(make, ...parts) as StandIn);
    assertEquals(object("dict\n}", ...item, "stR"), { name: "test.Pair", entries: dict });
    assertEquals(object("list\n](K", 1, "etR"), { name: "test.Pair", list: [1] });
    assertEquals(object("object\nNtR}b"), { name: "test.Pair", state: new Map() });
  }
});

Deno.test("unpickle: numbers and texts of protocols 0 and 1", () => {
  assertEquals(read("I-12\n"), -12);
  assertEquals(read("I01\n"), true);
  assertEquals(read("I00\n"), false);
  assertEquals(read("L7L\n"), 7);
  assertEquals(read(`L${2n ** 70n}L\n`), 2n ** 70n);
  assert(read(`L${"9".repeat(100_000)}L\n`) instanceof StandIn);
  assertEquals(read("F-1.5e3\n"), -1500);
  assertEquals(read("Fnan\n"), NaN);
  assertEquals(read("F-inf\n"), -Infinity);
  assertEquals(read("S'a b'\n"), "a b");
  assertEquals(read("Vab\n"), "ab");
  assertEquals(read("K", 5, "p3\n0g3\n"), 5);
  assertEquals(read("Pname\n"), { id: "name" });
});

Deno.test("unpickle: sets, bytes and frames of protocols 4 and 5", () => {
  assertEquals(read("\x8f(K", 1, "K", 2, "\x90"), [1, 2]);
  assertEquals(read("(K", 1, "\x91"), [1]);
  assertEquals(read("\x8e", 1, 0, 0, 0, 0, 0, 0, 0, 9), Uint8Array.of(9));
  assertEquals(read("\x96", 1, 0, 0, 0, 0, 0, 0, 0, 9), Uint8Array.of(9));
  assertEquals(read("\x95", 2, 0, 0, 0, 0, 0, 0, 0, "K", 3), 3);
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
  refuse("a state is set in what is no object", "NNb");
  refuse("nothing was remembered as 3", "h", 3);
  refuse("0xfe is no operation", 0xfe);
  refuse("protocol 6", 0x80, 6);
  refuse("x is no number", "Ix\n");
  refuse(" is no number", "F\n");
  refuse("-1 is no key", "Np-1\n");
});

Deno.test("unpickle: a length beyond the end says so, and takes no memory", () => {
  for (const opcode of ["X", "B", "T", "\x8b"]) {
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
  assertThrows(
    () => read("}".repeat(2_000_001)),
    SyntaxError,
    "more values than any network's tensors need",
  );
});

Deno.test("unpickle: a long list that many calls are given is gone through only so often", () => {
  const list = ["](", "N".repeat(1000), "e\x85q", 0, "0ctest\npair\nq", 1, "0"];
  const call = "h\x01h\x00R0";
  assertEquals(read(...list, call.repeat(1000), "N"), null);
  assertThrows(
    () => read(...list, call.repeat(17_000), "N"),
    SyntaxError,
    "more values than any",
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
