import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sequential } from "../../lib/train/make_model.ts";
import { decodeImage } from "../../lib/vision/decode.ts";
import { filesIn } from "../folders.ts";
import { images } from "../images/files.ts";
import { command, lenetFolder } from "./command.ts";

const explain = (...args: string[]) => command("explain", ...args);

/** A folder with a small network of colour images, `net.safetensors`. */
async function folderWithNet() {
  const net = sequential([24, 24, 3], { seed: 1 })
    .conv2d(4, 3, { name: "conv1" }).relu().maxPool2d(2)
    .conv2d(6, 3, { name: "conv2" }).relu({ name: "last" })
    .globalAveragePool2d().dense(3);
  net.normalization = { mean: [0.5], standardDeviation: [0.25] };
  net.classes = ["gnu", "grey owl", "snowy owl"];
  const folder = await lenetFolder({ "images/bad.png": "no image" });
  await net.save(folder.at("net.safetensors"));
  return folder;
}

Deno.test("explain: a picture for each image and method, and a page that needs nothing else", async () => {
  using folder = await folderWithNet();
  const [first, second] = [...images.keys()].slice(0, 2).map((name) => folder.at(`images/${name}`));
  const ran = await explain(
    ...["--weights", folder.at("net.safetensors"), "--method", "all", "--class", "grey owl"],
    ...[
      "--layer",
      "conv2",
      "--out",
      folder.at("out"),
      first!,
      folder.at("images/bad.png"),
      second!,
    ],
  );
  assertEquals(ran.code, 1);
  assertStringIncludes(ran.errors, "bad.png: expected a JPEG");
  const written = filesIn(folder.at("out"));
  assertEquals(written.length, 21); // ten methods, two images and the page
  const stem = first!.replace(/.*\/|\.[^.]*$/g, "");
  for (const name of ["grad-cam", "deconvnet", "integrated-gradients"]) {
    const bytes = await Deno.readFile(folder.at(`out/${stem}-${name}.png`));
    const { width, height, data } = await decodeImage(bytes);
    assertEquals([width, height], [24, 24]);
    assert(new Set(data).size > 5, `${name} is one colour`);
  }
  assertEquals(ran.lines.filter((line) => line.endsWith(": grey owl")).length, 2);
  assert(ran.lines.some((line) => /sum to the gain of the score within \d+\.\d\d %/.test(line)));
  const page = await Deno.readTextFile(folder.at("out/index.html"));
  assertEquals(page.match(/src="data:image\/png;base64,/g)!.length, 22);
  assert(!/src="(?!data:)|href="http|<script/.test(page));
  assertStringIncludes(page, "grey owl");
});

Deno.test("explain: grad-cam of the most probable class by default", async () => {
  using folder = await folderWithNet();
  const image = folder.at(`images/${[...images.keys()][0]}`), net = folder.at("net.safetensors");
  const ran = await explain("--weights", net, "--out", folder.at("out"), image, image);
  assertEquals([ran.code, ran.errors], [0, ""]);
  const stem = image.replace(/.*\/|\.[^.]*$/g, "");
  assertEquals(
    filesIn(folder.at("out")),
    [`${stem}-2-grad-cam.png`, `${stem}-grad-cam.png`, "index.html"].toSorted(),
  );
});

Deno.test("explain: mistakes in the command line", async () => {
  using folder = await folderWithNet();
  const image = folder.at(`images/${[...images.keys()][0]}`);
  const net = ["--weights", folder.at("net.safetensors"), "--out", folder.at("out"), image];
  const said = async (...args: string[]) => (await explain(...args)).errors;
  assertStringIncludes(await said(...net, "--method", "gradcam"), 'did you mean "grad-cam"?');
  assertStringIncludes(await said(...net, "--class", "owl"), "part of several names: grey owl (1)");
  assertStringIncludes(await said(...net, "--class", "3"), "a number from 0 to 2, found 3");
  assertStringIncludes(await said(...net, "--layer", "lasst"), 'did you mean "last"?');
  assertStringIncludes(await said(...net.slice(0, 4)), "expected images; see --help");
  assertEquals(filesIn(folder.at("out")).filter((name) => name.endsWith(".html")), []);
});
