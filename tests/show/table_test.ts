import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { jupyterDisplay } from "../../lib/show/bundle.ts";
import { Picture } from "../../lib/show/picture.ts";
import { table } from "../../lib/show/table.ts";

Deno.test("records become a table whose numbers stand right, with points below one another", () => {
  const rows = [
    { network: "LeNet-5", error: 0.8, year: 1998 },
    { network: "VGG", error: 6.8123456, year: 2014 },
    { network: "none", error: NaN },
  ];
  assertEquals(
    String(table(rows, { title: "Errors" })),
    [
      "Errors",
      "network  error  year",
      "--------------------",
      "LeNet-5  0.800  1998",
      "VGG      6.812  2014",
      "none       NaN",
    ].join("\n"),
  );
});

Deno.test("lists become a table without headings unless columns are named", () => {
  assertEquals(String(table([[1, "a"], [20, "b"]])), " 1  a\n20  b");
  assertEquals(
    String(table([[1, "a"]], { columns: ["n", "letter"], align: { letter: "right" } })),
    "n  letter\n---------\n1       a",
  );
});

Deno.test("numbers get as many digits as say something", () => {
  const column = (...numbers: number[]) => String(table(numbers.map((n) => [n]))).split("\n");
  assertEquals(column(1, 2500000), ["        1", "2,500,000"]);
  // If one number has separators, all have.
  assertEquals(column(5504, 11008), [" 5,504", "11,008"]);
  assertEquals(column(1998, -2012), [" 1998", "-2012"]);
  assertEquals(column(11_513_626_624), ["11,513,626,624"]);
  assertEquals(column(2.5e9 + 0.5), ["2.50e+9"]);
  assertEquals(column(0.1, 0.0123), ["0.1000", "0.0123"]);
  assertEquals(column(0.000012345), ["1.23e-5"]);
  assertEquals(column(-0.5, Infinity, 0), ["    -0.5", "Infinity", "     0.0"]);
});

Deno.test("format and columns choose what is shown", () => {
  const rows = [{ a: 1, b: 0.25, c: true }];
  const format = { b: (x: unknown) => `${100 * (x as number)} %`, a: 2 };
  assertEquals(
    String(table(rows, { columns: ["b", "a"], format })),
    "b        a\n----------\n25 %  1.00".replace("b        a", "   b     a"),
  );
});

Deno.test("the HTML is escaped and coloured, and a picture may be a cell", () => {
  const picture = new Picture({ svg: "<svg/>", text: "dot", width: 3, height: 4 });
  const rows = [{ x: -1, text: "<b>&" }, { x: 1, text: picture }];
  const html = table(rows, { title: "a < b", heat: ["x"] }).html();
  assertStringIncludes(html, "<caption>a &lt; b</caption>");
  assertStringIncludes(html, "&lt;b&gt;&amp;");
  assertStringIncludes(html, '<img src="data:image/svg+xml;base64,PHN2Zy8+" width="3"');
  // Of both signs: red below zero and blue above.
  assertStringIncludes(html, 'background:#f48468;color:#000">-1<');
  assertStringIncludes(html, 'background:#6baed6;color:#000">1<');
  assert(!table(rows).html().includes("background"));
});

Deno.test("one scale of colours for all numbers, or one for each column", () => {
  const rows = [[0, 0], [1, 10]], white = (html: string) => html.split("#ffffff").length - 1;
  assertEquals(white(table(rows, { heat: true }).html()), 2);
  assertStringIncludes(table(rows, { heat: true }).html(), "#f0f7fb"); // 1 of 10
  const apart = table(rows, { columns: ["a", "b"], heat: ["a", "b"] }).html();
  assertEquals(apart.split("#6baed6").length - 1, 2);
});

Deno.test("a long table shows both its ends", () => {
  const lines = String(table(Array.from({ length: 500 }, (_, i) => [i]), { limit: 4 })).split("\n");
  assertEquals(lines.map((line) => line.trim()), ["0", "1", "…", "498", "499"]);
});

Deno.test("an empty table, and cells that are no numbers", () => {
  assertEquals(String(table([])), "");
  assertEquals(
    String(table([[null, undefined, 1n, [1, 2], { a: 1 }]])),
    "    1  [ 1, 2 ]  { a: 1 }",
  );
  const bundle = table([[1]])[jupyterDisplay]();
  assertEquals(Object.keys(bundle), ["text/html", "text/plain"]);
});

Deno.test("what is no table is an error that says where", () => {
  assertThrows(() => table([[1], { a: 1 }]), TypeError, "rows[1]: expected a list as rows[0] is");
  assertThrows(() => table([{ a: 1 }, null as never]), TypeError, "rows[1]: expected a record");
  assertThrows(() => table([[1, 2, 3]], { columns: ["a"] }), TypeError, "expected 1 cells");
  assertThrows(() => table([], { colour: 1 } as never), RangeError, 'option "colour"');
});

Deno.test("a table of very many rows shows its ends", () => {
  const rows = Array.from({ length: 300_000 }, (_, i) => [i, 2 * i]);
  const text = String(table(rows, { limit: 4 }));
  assertEquals(text.split("\n").length, 5);
  assertStringIncludes(text, "299,999");
});
