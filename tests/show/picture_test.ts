import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { jupyterDisplay } from "../../lib/show/bundle.ts";
import { Picture } from "../../lib/show/picture.ts";

const size = { width: 20, height: 10 };
const square =
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="9" height="9"/></svg>';

Deno.test("a picture is an img, a PNG and a text in a notebook", async () => {
  const picture = new Picture({ svg: square, text: 'a "square"', ...size });
  const bundle = await picture[jupyterDisplay]();
  const [html, png] = [String(bundle["text/html"]), String(bundle["image/png"])];
  assertStringIncludes(html, `<img src="data:image/png;base64,${png}" width="20" height="10"`);
  assertStringIncludes(picture.html(), '<img src="data:image/svg+xml;base64,');
  assertStringIncludes(String(bundle["text/html"]), 'alt="a &quot;square&quot;"');
  assertStringIncludes(png, "iVBORw0KGgo");
  assertEquals(bundle["text/plain"], 'a "square"');
  assertEquals(Deno.inspect(picture), 'Picture 20 x 10: a "square"');
});

Deno.test("a PNG is kept as it is, also within an SVG", async () => {
  const png = Uint8Array.of(137, 80, 78, 71);
  const picture = new Picture({ png, text: "bytes", ...size });
  assertEquals(await picture.png(), png);
  assertStringIncludes(picture.svg(), `href="data:image/png;base64,${png.toBase64()}"`);
});

Deno.test("a picture is saved as what its name says", async () => {
  const folder = await Deno.makeTempDir();
  const picture = new Picture({ svg: square, text: "a square", ...size });
  await picture.save(`${folder}/a.svg`);
  await picture.save(`${folder}/a.PNG`);
  assertEquals(await Deno.readTextFile(`${folder}/a.svg`), square);
  assertEquals([...(await Deno.readFile(`${folder}/a.PNG`)).subarray(1, 4)], [80, 78, 71]);
  await assertRejects(() => picture.save(`${folder}/a.gif`), RangeError, "found");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a picture of nothing is an error", () => {
  assertThrows(() => new Picture({ text: "", ...size }), TypeError, "expected svg or png");
});
