import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawText, measureText, parseText } from "../../../lib/plotly_svg/svg/text.ts";
import { tags, texts } from "../read.ts";

const font = { size: 10, color: "#123456", bold: false };

Deno.test("widths are those of Helvetica", () => {
  assertAlmostEquals(measureText("0123456789", 10).width, 55.6, 1e-9);
  assertAlmostEquals(measureText("iWm", 100).width, 22.2 + 94.4 + 83.3, 1e-9);
  assertAlmostEquals(measureText("i", 100, true).width, 22.2 * 1.06, 1e-9);
  assertEquals(measureText("", 10).width, 0);
});

Deno.test("markup takes no width, and lines stand under one another", () => {
  assertEquals(measureText("<i>ab</i>", 10), measureText("ab", 10));
  assertAlmostEquals(measureText("a<br>abc", 10).width, measureText("abc", 10).width, 1e-9);
  assertEquals(measureText("a<br>b<br>c", 10).height, 39);
  assert(measureText("x<sup>2</sup>", 10).width < measureText("x2", 10).width);
});

Deno.test("tags become styles; what they are not is text", () => {
  assertEquals(parseText("a<b>b<i>c</i></b><br>d<sub>1</sub>"), [
    [
      { text: "a", bold: false, italic: false, level: "" },
      { text: "b", bold: true, italic: false, level: "" },
      { text: "c", bold: true, italic: true, level: "" },
    ],
    [
      { text: "d", bold: false, italic: false, level: "" },
      { text: "1", bold: false, italic: false, level: "sub" },
    ],
  ]);
  assertEquals(parseText("1 < 2 &amp; 3 &lt; 4")[0]![0]!.text, "1 < 2 & 3 < 4");
  for (const text of ["<unk>", "x<y and y>z", "<script>", "<Bob>"]) {
    assertEquals(parseText(text), [[{ text, bold: false, italic: false, level: "" }]]);
  }
  assertEquals(parseText('<a href="#">x</a><BR/>y').map(([span]) => span!.text), ["x", "y"]);
});

Deno.test("a text stands at its place, by its start, middle or end", () => {
  const svg = drawText("one<br>two", { x: 20, y: 50, anchor: "end", vertical: "top" }, font);
  const [one, two] = texts(svg);
  assertEquals([one!.text, two!.text], ["one", "two"]);
  assertEquals([one!.x, two!.x], [20, 20]);
  assertAlmostEquals(two!.y - one!.y, 13, 1e-9);
  assert(one!.y > 50 && one!.y < 63, "the first baseline is within the first line");
  assertEquals(one!.attributes["text-anchor"], "end");
  assertEquals(one!.attributes.fill, "#123456");
});

Deno.test("raised and lowered pieces come back to the line", () => {
  const spans = tags(drawText("x<sup>2</sup>y", { x: 0, y: 0 }, font), "tspan");
  assertEquals(spans.map(({ dy }) => Number(dy)), [-4, 4]);
  assertEquals(spans[0]!["font-size"], "7");
});

Deno.test("characters of SVG's own are escaped", () => {
  const svg = drawText('a < b & "c"', { x: 0, y: 0 }, font);
  assert(svg.includes("a &lt; b &amp; &quot;c&quot;"), svg);
});

Deno.test("a turned text turns around its place", () => {
  const [text] = tags(drawText("up", { x: 7, y: 9, angle: -90 }, font), "text");
  assertEquals(text!.transform, "rotate(-90 7 9)");
});
