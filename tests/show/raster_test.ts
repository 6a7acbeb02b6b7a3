import { assert, assertEquals } from "@std/assert";
import { pngUrl } from "../../lib/plotly_svg/mod.ts";
import { rasterize, renderPng } from "../../lib/show/raster.ts";
import { decodePng } from "../plotly_svg/decode_png.ts";

const svg = (inside: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">${inside}</svg>`;

Deno.test("a picture becomes pixels, one and a half for each of its own", async () => {
  const image = decodePng(await renderPng(svg('<rect width="20" height="20" fill="#0072b2"/>')));
  assertEquals([image.width, image.height], [60, 30]);
  assertEquals(image.at(15, 10), [0, 114, 178]);
  assertEquals(image.at(15, 50), [255, 255, 255]);
});

Deno.test("the scale can be chosen, and white is behind", async () => {
  const image = decodePng(await renderPng(svg(""), 3));
  assertEquals([image.width, image.height], [120, 60]);
  assertEquals(image.at(5, 5), [255, 255, 255]);
});

Deno.test("pixels of an enlarged image stay squares", async () => {
  const pixels = pngUrl([0, 255], 2, 1, 1);
  const image = decodePng(
    await renderPng(svg(
      `<image width="40" height="20" preserveAspectRatio="none" style="image-rendering:pixelated" href="${pixels}"/>`,
    )),
  );
  const row = Array.from({ length: 60 }, (_, x) => image.at(10, x)[0]!);
  assertEquals(row, Array.from({ length: 60 }, (_, x) => x < 30 ? 0 : 255));
});

/** How many columns of a text's picture are not white. */
async function inked(attributes: string): Promise<number> {
  const image = decodePng(
    await renderPng(svg(`<text y="15" font-size="12" ${attributes}>mmm</text>`)),
  );
  const columns = Array.from({ length: 60 }, (_, x) => x);
  return columns.filter((x) =>
    Array.from({ length: 30 }, (_, y) => image.at(y, x)[0]!).some((v) => v < 128)
  ).length;
}

Deno.test("text is set in a font that comes along, plain and bold", async () => {
  const plain = await inked('font-family="Helvetica, Arial, Arimo, sans-serif"');
  const bold = await inked('font-family="Helvetica, Arial, Arimo, sans-serif" font-weight="bold"');
  assert(plain > 10, "nothing was written");
  assert(bold > plain, `${bold} columns in bold, ${plain} in plain`);
});

Deno.test("it says whether all letters could be drawn", async () => {
  const complete = async (text: string) =>
    (await rasterize(svg(`<text y="15" aria-label="漢">${text}</text>`))).complete;
  assertEquals(await complete("abc &lt; é, Ж, θ, א, w₁ → 2 × 10⁻³"), true);
  assertEquals(await complete("∇f ∈ ℝ, x ⊙ y, ✓"), true);
  for (const text of ["漢字", "損", "ไทย", "🎉"]) assertEquals(await complete(text), false, text);
});

Deno.test("signs of mathematics are drawn, and not as boxes", async () => {
  const pixels = async (text: string) =>
    decodePng(await renderPng(svg(`<text y="15" font-size="14">${text}</text>`)));
  const [nabla, ring, box] = await Promise.all(["∇", "⊙", "漢"].map(pixels));
  const rows = Array.from({ length: 30 }, (_, y) => y);
  const darkness = (image: typeof nabla) => rows.map((y) => image!.at(y, 8)[0]!);
  assert(darkness(nabla).join() !== darkness(box).join());
  assert(darkness(nabla).join() !== darkness(ring).join());
});

Deno.test("importing the module fetches no package", async () => {
  const url = new URL("../../lib/show/raster.ts", import.meta.url).href;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", url] })
    .output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string }[];
  };
  assert(modules.some(({ specifier }) => specifier === url));
  const packages = modules.filter(({ specifier }) => specifier.startsWith("npm:"));
  assertEquals(packages.filter(({ specifier }) => !specifier.includes("@webgpu/types")), []);
});
