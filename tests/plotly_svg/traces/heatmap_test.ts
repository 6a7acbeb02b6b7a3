import { assert, assertEquals } from "@std/assert";
import { decodePng } from "../decode_png.ts";
import { draw, tags, texts, written } from "../read.ts";

const grey = { type: "heatmap", colorscale: "Greys", showscale: false };

/** The cells of a heat map, grey by grey from the top. */
function cells(svg: string): { at: number[]; rows: number[][] } {
  const [image] = tags(svg, "image");
  const { width, height, at } = decodePng(Uint8Array.fromBase64(image!.href!.split(",")[1]!));
  return {
    at: [image!.x, image!.y, image!.width, image!.height].map(Number),
    rows: Array.from(
      { length: height },
      (_, y) => Array.from({ length: width }, (_, x) => at(y, x)[0]!),
    ),
  };
}

Deno.test("rows go up from the first, as the axis does", () => {
  const svg = draw([{ ...grey, z: [[0, 1, 2], [3, 4, 5]] }]);
  assertEquals(cells(svg), { at: [50, 20, 200, 100], rows: [[153, 204, 255], [0, 51, 102]] });
});

Deno.test("rows go down where the axis does", () => {
  const svg = draw([{ ...grey, z: [[0, 1, 2], [3, 4, 5]] }], { yaxis: { autorange: "reversed" } });
  assertEquals(cells(svg).rows, [[0, 51, 102], [153, 204, 255]]);
});

Deno.test("the numbers at the ends of the scale can be given, or the one in the middle", () => {
  const given = draw([{ ...grey, z: [[0, 5]], zmin: -5, zmax: 5 }]);
  assertEquals(cells(given).rows, [[128, 255]]);
  const middle = draw([{ ...grey, z: [[-1, 3]], zmid: 0 }]);
  assertEquals(cells(middle).rows, [[85, 255]]);
});

Deno.test("a missing number leaves its cell empty", () => {
  const svg = draw([{ ...grey, z: [[0, null], [1, 1]] }]);
  const { at } = decodePng(Uint8Array.fromBase64(tags(svg, "image")[0]!.href!.split(",")[1]!));
  assertEquals([at(1, 1)[3], at(1, 0)[3]], [0, 255]);
});

Deno.test("cells are centred on their values, and edges can be given", () => {
  const layout = { xaxis: { range: [0, 20] }, yaxis: { range: [0, 10] } };
  const centred = draw([{ ...grey, x: [5, 7], y: [2, 4], z: [[0, 1], [1, 0]] }], layout);
  assertEquals(cells(centred).at, [90, 70, 40, 40]);
  const edges = draw([{ ...grey, x: [0, 10, 20], y: [0, 5, 10], z: [[0, 1], [1, 0]] }], layout);
  assertEquals(cells(edges).at, [50, 20, 200, 100]);
});

Deno.test("with gaps, and with uneven edges, cells are rectangles", () => {
  const box = ({ x, y, width, height }: Record<string, string>) =>
    [x, y, width, height].map(Number);
  const gaps = draw([{ ...grey, z: [[0, 1]], xgap: 4, ygap: 2 }]);
  assertEquals(tags(gaps, "image").length, 0);
  const shown = tags(gaps, "rect").filter(({ fill }) => fill === "#000000");
  assertEquals(shown.map(box), [[52, 21, 96, 98]]);
  const uneven = draw([{ ...grey, x: [0, 1, 10], z: [[0, 1]] }]);
  assertEquals(tags(uneven, "rect").filter(({ fill }) => fill === "#000000").map(box), [[
    50,
    20,
    20,
    100,
  ]]);
});

Deno.test("cells have their texts, dark or white", () => {
  const svg = draw([{
    ...grey,
    z: [[0, 1]],
    text: [["low", "high"]],
    texttemplate: "%{text}",
  }]);
  const low = written(svg, "low"), high = written(svg, "high");
  assertEquals([low.x, high.x], [100, 200]);
  assertEquals([low.attributes.fill, high.attributes.fill], ["#ffffff", "#222222"]);
  const numbers = draw([{ ...grey, z: [[0, 0.25]], texttemplate: "%{z:.1%}" }]);
  assertEquals(texts(numbers).filter(({ text }) => text.includes("%")).map(({ text }) => text), [
    "0.0%",
    "25.0%",
  ]);
});

Deno.test("texts of cells get smaller where they would not fit, and go where nobody could read them", () => {
  const sizes = (n: number) => {
    const z = Array.from({ length: 2 }, () => Array.from({ length: n }, () => 1));
    const svg = draw([{
      ...grey,
      z,
      text: z.map((row) => row.map(() => "0.123")),
      texttemplate: "%{text}",
    }]);
    return texts(svg).filter(({ text }) => text === "0.123")
      .map(({ attributes }) => Number(attributes["font-size"]));
  };
  assertEquals(new Set(sizes(4)), new Set([12]));
  const small = sizes(10);
  // Cells of 20 pixels.
  assert(small.length === 20 && small.every((size) => size > 5 && size < 8), `${small}`);
  assertEquals(sizes(40), []);
});
