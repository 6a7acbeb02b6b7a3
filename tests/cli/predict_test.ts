import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bar } from "../../lib/cli/predict.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { encodePng } from "../../lib/plotly_svg/mod.ts";
import { Folder, images } from "../images/files.ts";
import { realTest } from "../weights/files.ts";
import { command, commandWith, lenetFolder } from "./command.ts";

const predict = (...args: string[]) => command("predict", ...args);

Deno.test("bars grow with the share", () => {
  assertEquals([0, 0.5, 1].map((share) => bar(share).trimEnd().length), [0, 12, 24]);
  assertEquals(bar(1 / 192).trimEnd(), "▏");
  assertEquals(bar(2), "█".repeat(24));
  assert([0, 0.1, 0.33, 0.97].every((share) => bar(share).length === 24));
});

Deno.test("predict: a network that is not square, its own classes, and --rounding", async () => {
  const net = sequential([16, 24, 3], { seed: 1 }).flatten().dense(2);
  net.normalization = { mean: [0], standardDeviation: [1] };
  net.classes = ["n02000000", "n01000000"];
  // The list beside the images counts otherwise than the network.
  using folder = await lenetFolder({ "synset_words.txt": "n01000000 gnu\nn02000000 owl\n" });
  await net.save(folder.at("net.safetensors"));
  const args = ["--weights", folder.at("net.safetensors"), folder.at("images/baseline.jpg")];
  const ran = await predict(...args, "--json", "--rounding", "nearest");
  assertEquals([ran.code, ran.errors], [0, ""]);
  const { labels } = JSON.parse(ran.lines[0]!) as { labels: { class: number; name: string }[] };
  assertEquals(labels.map(({ class: label, name }) => [label, name]).sort(), [
    [0, "owl"],
    [1, "gnu"],
  ]);
  const wrong = await predict(...args, "--rounding", "up");
  assertStringIncludes(wrong.errors, 'expected "torchvision" or "nearest", found "up"');
});

Deno.test("predict, evaluate: paths are of the folder where deno task was called", async () => {
  using folder = await lenetFolder();
  const called = { INIT_CWD: folder.at(".") };
  const args = ["--model", "lenet5", "--weights", "lenet.safetensors"];
  const one = await commandWith("predict", called, ...args, "images/baseline.jpg");
  assertEquals([one.code, one.lines[0]], [0, "images/baseline.jpg"]);
  const images = ["--images", "images", "--labels", "labels.tsv", "--out", "all.jsonl"];
  const all = await commandWith("evaluate", called, ...args, ...images);
  assertEquals([all.code, all.errors], [0, ""]);
  assert((await Deno.stat(folder.at("all.jsonl"))).isFile);
});

Deno.test("predict: five classes an image, by names where a list fits, and the bad ones named", async () => {
  const synsets = Array.from({ length: 10 }, (_, i) => `n0100000${i} thing ${i}`).join("\n");
  using folder = await lenetFolder({ "images/bad.png": "no image" });
  const [first, second] = [...images.keys()].map((name) => folder.at(`images/${name}`));
  const args = ["--model", "lenet5", "--weights", folder.at("lenet.safetensors"), first!];
  const bad = [folder.at("images/bad.png"), folder.at("no.jpg")];
  const plain = await predict(...args, ...bad, second!);
  assertEquals(plain.code, 1);
  assertEquals(plain.lines.length, 12);
  assertMatch(plain.lines[1]!, /^ {2}[ \d]{3}\.\d\d % {2}[█▏▎▍▌▋▊▉ ]{24} {2}class \d$/);
  assertStringIncludes(plain.errors, "bad.png: expected a JPEG");
  assertStringIncludes(plain.errors, "there is no file");
  assertStringIncludes(plain.errors, "a list of synsets (--synsets FILE) names them");

  await Deno.writeTextFile(folder.at("synset_words.txt"), synsets);
  const json = await predict(...args, "--json", "--crops", "10");
  assertEquals([json.code, json.lines.length, json.errors], [0, 1, ""]);
  const { image, labels } = JSON.parse(json.lines[0]!);
  assertEquals([image, labels.length], [first, 5]);
  const probabilities = labels.map(({ probability }: { probability: number }) => probability);
  assertEquals(probabilities, probabilities.toSorted((a: number, b: number) => b - a));
  assertEquals(labels[0].name, `thing ${labels[0].class}`);

  await Deno.writeTextFile(folder.at("few.txt"), "n01000000 thing");
  const few = await predict(...args, "--synsets", folder.at("few.txt"));
  assertEquals(few.code, 1);
  assertStringIncludes(few.errors, "expected 10 synsets, as the model has classes, found 1");
  assertStringIncludes((await predict(...args.slice(0, 4))).errors, "expected images; see --help");
});

Deno.test("predict: a folder stands for the images in it", async () => {
  using folder = await lenetFolder({ "none/notes.txt": "no image", "images/deep/notes.txt": "" });
  const weights = ["--weights", folder.at("lenet.safetensors")];
  const all = await predict(...weights, "--json", folder.at("images"));
  assertEquals([all.code, all.errors], [0, ""]);
  assertEquals(
    all.lines.map((line) => JSON.parse(line).image),
    [...images.keys()].sort().map((name) => folder.at(`images/${name}`)),
  );
  const none = await predict(...weights, folder.at("none"));
  assertEquals(none.code, 2);
  assertStringIncludes(none.errors, "none: expected images in the folder, found none");
});

/** A square of 28 pixels on a ground, as a grey PNG. */
function square(ink: number, ground: number): Uint8Array<ArrayBuffer> {
  const isInk = (i: number) => [i % 28, Math.floor(i / 28)].every((at) => at > 8 && at < 20);
  return encodePng(Uint8Array.from({ length: 784 }, (_, i) => isInk(i) ? ink : ground), 28, 28, 1);
}

Deno.test("predict: ink on paper is noticed where digits are light on dark, and --invert turns it about", async () => {
  using folder = new Folder({ "ink.png": square(0, 255), "chalk.png": square(255, 0) });
  const net = sequential([28, 28, 1], { seed: 1 }).flatten().dense(10);
  net.normalization = { mean: [0], standardDeviation: [1] };
  net.classes = Array.from({ length: 10 }, (_, i) => String(i));
  await net.save(folder.at("net.safetensors"));
  const args = ["--weights", folder.at("net.safetensors")];
  const [ink, chalk, inverted] = [
    await predict(...args, folder.at("ink.png")),
    await predict(...args, folder.at("chalk.png")),
    await predict(...args, "--invert", folder.at("ink.png")),
  ];
  assertStringIncludes(ink.errors, "ink.png is dark on a light ground");
  assertStringIncludes(ink.errors, "--invert");
  assertEquals([chalk.errors, inverted.errors], ["", ""]);
  assertEquals(inverted.lines.slice(1), chalk.lines.slice(1));
});

Deno.test("predict --list: which networks have published weights", async () => {
  const { code, lines } = await predict("--list");
  assertEquals(code, 0);
  assertMatch(lines[0]!, /^network +parameters +multiply-adds +input +top-1 % +top-5 % +weights$/);
  const endOf = (name: string) =>
    lines.find((line) => line.startsWith(`${name} `))?.split(/ +/).at(-1);
  assertEquals(["resnet50", "cifar-resnet20"].map(endOf), ["imagenet", "cifar10"]);
  assertEquals(endOf("zfnet"), "224x224x3");
});

realTest(
  "predict: photographs by the names of ImageNet, with no list of them",
  ["imagenet-nets/squeezenet_v1.1.safetensors", "imagenet-samples/images/n01514859_hen.JPEG"],
  async ([weights, photograph]) => {
    using folder = new Folder({ "photo.jpg": await Deno.readFile(photograph!) });
    const args = ["--model", "squeezenet1.1", "--weights", weights!, folder.at("photo.jpg")];
    const { errors, lines } = await predict(...args, "--json");
    const [best] = JSON.parse(lines[0]!).labels as { class: number; name: string }[];
    assertEquals([errors, best!.class, best!.name], ["", 23, "vulture"]);
  },
);

Deno.test("predict --report: a page of the images and what is seen in them", async () => {
  using folder = await lenetFolder({ "<b>.png": square(255, 0) });
  const page = folder.at("page.html");
  const args = ["--weights", folder.at("lenet.safetensors"), "--report", page];
  const ran = await predict(...args, folder.at("images/baseline.jpg"), folder.at("<b>.png"));
  assertEquals(ran.code, 0);
  assertStringIncludes(ran.errors, `report: ${page}`);
  const content = await Deno.readTextFile(page);
  assertStringIncludes(content, "2 images");
  assertStringIncludes(content, "&lt;b&gt;.png");
  assert(!/<script|<b>\.|https?:/.test(content));
  assertEquals(content.match(/data:image\/png/g)!.length, 2);
  assertEquals(content.match(/class="bar"/g)!.length, 10);
});
