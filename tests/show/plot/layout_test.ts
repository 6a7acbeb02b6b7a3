import { assert, assertEquals } from "@std/assert";
import { grid } from "../../../lib/show/plot/grid.ts";
import { heatmap } from "../../../lib/show/plot/heatmap.ts";
import { line } from "../../../lib/show/plot/line.ts";
import { measureText } from "../../../lib/plotly_svg/mod.ts";
import { fitTitle, textWidth } from "../../../lib/show/plot/layout.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

Deno.test("a title that fits stays as it is; a longer one is broken at its spaces", () => {
  assertEquals(fitTitle("Loss", 640), { text: "Loss", lines: 1 });
  assertEquals(fitTitle("one<br>two", 640), { text: "one<br>two", lines: 2 });
  const words = "the loss of a network over the steps of its training".repeat(3);
  const { text = "", lines } = fitTitle(words, 640);
  assert(lines > 1);
  assertEquals(text.split("<br>").length, lines);
  assertEquals(text.replaceAll("<br>", " "), words);
  const widths = text.split("<br>").map((line) => measureText(line, 16).width);
  assert(Math.max(...widths) <= 640 - 24, `${widths}`);
  assert(Math.min(...widths) > Math.max(...widths) / 2, `${widths}`);
  assertEquals(fitTitle('<span style="color: red">word</span>', 50).lines, 1);
});

Deno.test("the plot lies below all lines of its title", () => {
  const title = "a title that goes on ".repeat(10);
  const above = (figure: Loose) => figure.layout.margin.t;
  assertEquals(above(line([1, 2], { title })) - above(line([1, 2], { title: "short" })), 40);
  const square = (title: string) => heatmap([[1]], { title, equal: true }) as Loose;
  assertEquals(square(title).layout.height - square("short").layout.height, 40);
  assert(square(title).layout.width <= 640);
  assert(above(grid([line([1])], { title })) > above(grid([line([1])], { title: "short" })));
});

Deno.test("words in angle brackets count as text, markup does not", () => {
  assertEquals(textWidth("<b>bold</b>"), textWidth("bold"));
  assertEquals(textWidth("<unk>"), textWidth("(unk)"));
});

Deno.test("a legend of long names lies below the plot, which keeps its size", () => {
  const names = ["the loss of the network with residual connections in all blocks", "without"];
  const chart = (names: string[]) => line(names.map((name) => ({ y: [1, 2], name }))) as Loose;
  const beside = chart(["a", "b"]).layout, below = chart(names).layout;
  assertEquals([beside.legend.x, beside.height, below.legend.x], [1.02, 400, 0]);
  assert(below.legend.y < 0 && below.margin.r < 50, JSON.stringify(below));
  assertEquals(below.height - below.margin.b, beside.height - beside.margin.b);
  const texts = [
    ...chart(names).svg().matchAll(/<text[^>]* y="([\d.]+)"[^>]*>(?:the loss|without)/g),
  ];
  assert(texts.length === 2 && texts.every(([, y]) => Number(y) > 370), `${texts}`);
});
