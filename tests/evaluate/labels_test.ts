import { assertEquals, assertThrows } from "@std/assert";
import { parseLabels, parseSynsets } from "../../lib/evaluate/labels.ts";

const synsets = parseSynsets(
  "n02000000 heron, wader\r\nn01000000\n\nn03000000 oven\n",
  "synsets.txt",
);

Deno.test("classes are numbered by the sorted synsets", () => {
  assertEquals(synsets.ids, ["n02000000", "n01000000", "n03000000"]);
  assertEquals([...synsets.classOf], [["n01000000", 0], ["n02000000", 1], ["n03000000", 2]]);
  assertEquals(synsets.names, ["n01000000", "heron", "oven"]);
});

Deno.test("lists of synsets that are none are refused", () => {
  assertThrows(
    () => parseSynsets("tench\n", "s.txt"),
    SyntaxError,
    "s.txt, line 1: expected a synset",
  );
  assertThrows(() => parseSynsets("\n", "s.txt"), SyntaxError, "found an empty file");
  assertThrows(() => parseSynsets("n02000000\nn02000000", "s.txt"), SyntaxError, "n02000000 twice");
});

Deno.test("a table: columns in any order, tabs or commas", () => {
  const rows = [{ file: "a.jpg", label: 1 }, { file: "b c.jpg", label: 2 }];
  const parse = (text: string) => parseLabels(text, "l.tsv", synsets);
  const table = (numbered: boolean) => ({ kind: "table", rows, numbered }) as const;
  assertEquals(parse("file\tclass\na.jpg\t1\nb c.jpg\t2\n"), table(true));
  assertEquals(
    parse("\ufeffSynset,File\r\nn02000000,a.jpg\r\nn03000000,b c.jpg\r\n"),
    table(false),
  );
  assertEquals(
    parse("file\tclass\tsynset\na.jpg\t1\tn02000000\nb c.jpg\t2\tn03000000"),
    table(false),
  );
  assertEquals(parse("a.jpg 1\nb c.jpg 2\n"), table(true));
});

Deno.test("a table's class is enough where there is no list of synsets", () => {
  const labels = parseLabels("file,class,synset\na.jpg,7,n09999999", "l.csv");
  assertEquals(labels, { kind: "table", rows: [{ file: "a.jpg", label: 7 }], numbered: true });
});

Deno.test("a ground-truth list: numbers count the synsets from 1, in the order of their file", () => {
  const labels = [1, 2, 0];
  assertEquals(parseLabels("1\n3\n2\n", "t.txt", synsets), {
    kind: "list",
    labels,
    numbered: true,
  });
  assertEquals(parseLabels("n02000000\nn03000000\nn01000000", "t.txt", synsets), {
    kind: "list",
    labels,
    numbered: false,
  });
});

Deno.test("a table from a spreadsheet: quotes, semicolons, empty cells", () => {
  const rows = [{ file: 'a, "b".jpg', label: 1 }, { file: " c.jpg", label: 2 }];
  const parse = (text: string) => parseLabels(text, "l.csv");
  const table = { kind: "table", rows, numbered: true } as const;
  assertEquals(parse('"file","class"\n"a, ""b"".jpg","1"\n" c.jpg", "2" \n'), table);
  assertEquals(parse('note;File;CLASS\r\n;"a, ""b"".jpg";1\r\n"x;y";" c.jpg";2'), table);
});

const bad: [string, string, ErrorConstructor, boolean?][] = [
  ["", "expected labels, found an empty file", SyntaxError],
  ["file\tclass\n", "expected rows after the header, found none", SyntaxError],
  ["file\tname\na.jpg\tx", 'expected a column "class" or "synset", found file, name', SyntaxError],
  ["file,class\na.jpg", "l, line 2: expected 2 columns (file, class), found 1", SyntaxError],
  ["file,class\na.jpg,-1", 'l, line 2: expected a class, a number from 0, found "-1"', SyntaxError],
  ["file,class\na.jpg,", 'found ""', SyntaxError],
  [
    "\r\nfile,class\r\n\r\na.jpg,x",
    'l, line 4: expected a class, a number from 0, found "x"',
    SyntaxError,
  ],
  ["file,synset\na.jpg,n02000001", "l, line 2: unknown synset n02000001", RangeError],
  ["file,class,synset\na.jpg,2,n02000000", "class 2 and synset n02000000 disagree", RangeError],
  ["1\n4", "l, line 2: expected a number from 1 to 3, found 4", RangeError],
  ["0", "expected a number from 1 to 3, found 0", RangeError],
  ["n09999999", "unknown synset n09999999", RangeError],
  ["cat\n", "a table needs a header", SyntaxError],
  ["a.jpg 1\nb.jpg", "l, line 2: expected a file and a class", SyntaxError],
  ["1\n2", "give that list (--synsets FILE)", RangeError, true],
  ["n02000000", "no list of synsets", RangeError, true],
];

for (const [text, message, type, without] of bad) {
  Deno.test(`labels ${JSON.stringify(text)} are refused: ${message}`, () => {
    assertThrows(() => parseLabels(text, "l", without ? undefined : synsets), type, message);
  });
}
