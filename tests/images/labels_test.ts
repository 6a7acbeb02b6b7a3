import { assertEquals, assertThrows } from "@std/assert";
import { parseLabels, parseSynsets } from "../../lib/images/labels.ts";
import { cpuSeconds } from "../cpu_time.ts";

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

/** The rows of a table. */
function rowsOf(text: string, list?: typeof synsets) {
  const labels = parseLabels(text, "l", list);
  return labels.kind === "table" ? labels.rows.map(({ file, label }) => [file, label]) : [];
}

Deno.test("cells at the end of a row may be empty, missing or too many", () => {
  for (const separator of [",", "\t", ";", "|"]) {
    const text = "file,class,note\na,0,\nb,1,\n\nc,2\nd,3,x,,\n,,\n".replaceAll(",", separator);
    assertEquals(rowsOf(text), [["a", 0], ["b", 1], ["c", 2], ["d", 3]]);
  }
});

Deno.test("lines end by LF, CRLF or CR, and may be broken in quotes", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const text = ["note,file,class", '"of two', 'lines, ""so""",a,1', ",b,2", ""].join(end);
    assertEquals(rowsOf(text), [["a", 1], ["b", 2]]);
    assertEquals(rowsOf(`sep=;${end}file;class${end}a,b.jpg;4${end}`), [["a,b.jpg", 4]]);
    assertEquals(rowsOf(`a.png 3${end}b.png 4${end}`), [["a.png", 3], ["b.png", 4]]);
    assertThrows(() => rowsOf(`${text}x,c,-2`), SyntaxError, "l, line 5: expected a class");
  }
});

Deno.test("classes by name, in tables with and without a header", () => {
  const rows = [["a.png", "polar bear"], ["b.png", "7"]];
  assertEquals(rowsOf("Image_Path;Label\na.png;polar bear\nb.png;7"), rows);
  assertEquals(rowsOf("a.png,polar bear\nb.png,7"), rows);
  assertEquals(rowsOf("a.png\tpolar bear\nb.png\t7"), rows);
  assertEquals(rowsOf("a.png polar bear\nb.png 7"), rows);
  assertEquals(rowsOf("File Label\na.png polar bear\nb.png 7"), rows);
  assertEquals(rowsOf("a.png,5\nb.png,7"), [["a.png", 5], ["b.png", 7]]);
  assertEquals(rowsOf("file,class\na,1.0\nb,2.0"), [["a", 1], ["b", 2]]);
});

Deno.test("synsets in tables: Kaggle's with boxes, columns of other names, pairs", () => {
  const rows = [["x_2", 1], ["x_1", 2]];
  const boxes =
    "ImageId,PredictionString\nx_2,n02000000 85 1 4 2 \nx_1,n03000000 1 2 n03000000 5 6 ";
  assertEquals(rowsOf(boxes, synsets), rows);
  assertEquals(rowsOf("id,label\nx_2,n02000000\nx_1,n03000000", synsets), rows);
  assertEquals(rowsOf("x_2 n02000000\nx_1 n03000000", synsets), rows);
  // Without a list they are names.
  assertEquals(rowsOf(boxes), [["x_2", "n02000000"], ["x_1", "n03000000"]]);
  assertEquals(parseLabels("n02000000\nn01000000", "l"), {
    kind: "list",
    labels: ["n02000000", "n01000000"],
    numbered: false,
  });
});

Deno.test("long lines take no long", () => {
  const started = cpuSeconds();
  const hard = ['",""', ' "",', ',"x', "a\t", '""', ", ", ' "', '"",""'];
  for (const text of hard.flatMap((part) => [part, `file,class\n${part}`, `${part}\r`])) {
    try {
      parseLabels(text.repeat(20000), "l");
    } catch (error) {
      assertEquals(error instanceof SyntaxError || error instanceof RangeError, true);
    }
  }
  assertEquals(cpuSeconds() - started < 5, true);
});

const bad: [string, string, ErrorConstructor, boolean?][] = [
  ["", "expected labels, found an empty file", SyntaxError],
  ["file\tclass\n", "expected rows after the header, found none", SyntaxError],
  ["file\tname\na.jpg\tx", 'expected a column "class" or "synset", found file, name', SyntaxError],
  ["file,class\na.jpg", "l, line 2: expected 2 columns (file, class), found 1", SyntaxError],
  ["file,class\na.jpg,-1", 'l, line 2: expected a class, a number from 0, found "-1"', SyntaxError],
  ["file,class\na.jpg,", 'found ""', SyntaxError],
  [
    "\r\nfile,class\r\n\r\na.jpg,1.5",
    'l, line 4: expected a class, a number from 0, found "1.5"',
    SyntaxError,
  ],
  [
    "file,class\na.jpg,1,blurred",
    "l, line 2: expected 2 columns (file, class), found 3",
    SyntaxError,
  ],
  ['file,class\n"a.jpg,1\nb.jpg,2', "l, line 2: expected a quote to be closed", SyntaxError],
  ["Bild,Klasse\na.jpg,1", 'a table needs a header with "file" and', SyntaxError],
  [
    "file,PredictionString\na,n02000000 1 n01000000 2",
    "l, line 2: expected one synset",
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
];

for (const [text, message, type, without] of bad) {
  Deno.test(`labels ${JSON.stringify(text)} are refused: ${message}`, () => {
    assertThrows(() => parseLabels(text, "l", without ? undefined : synsets), type, message);
  });
}
