import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sequential } from "../../lib/train/make_model.ts";
import { cifarResnet } from "../../lib/zoo/cifar_resnet.ts";
import { zoo } from "../../lib/zoo/zoo.ts";
import { Folder, images, tar } from "../images/files.ts";
import { inFolder } from "../folders.ts";
import { lenet5 } from "../../lib/zoo/lenet5.ts";
import { command, commandWith, lenetFolder } from "./command.ts";
import { TrainRun } from "./run.ts";
import { taskArguments } from "./task.ts";

const evaluate = (...args: string[]) => command("evaluate", ...args);

/** The options for images in a folder of `lenetFolder`. */
const common = (folder: Folder) => [
  "--model",
  "lenet5",
  "--weights",
  folder.at("lenet.safetensors"),
  "--images",
  folder.at("images"),
  "--labels",
  folder.at("labels.tsv"),
  "--out",
  folder.at("out/j.jsonl"),
  "--batch-size",
  "4",
];

Deno.test("evaluate --json: the last line has what programs rely on", async () => {
  using folder = await lenetFolder({ "images/bad.jpg": "no image" });
  const labels = folder.at("labels.tsv");
  await Deno.writeTextFile(labels, `${await Deno.readTextFile(labels)}bad.jpg\t0\n`);
  const { code, lines, errors } = await evaluate(...common(folder), "--json");
  assertEquals([code, errors], [0, ""]);
  const events = lines.map((line) => JSON.parse(line)), last = events.at(-1)!;
  assertEquals([events[0].event, events[0].total], ["start", images.size + 1]);
  assertEquals(events.filter(({ event }) => event === "corrupt").map(({ image }) => image), [
    "bad.jpg",
  ]);
  assert(
    events.some(({ event, done, secondsLeft }) => event === "progress" && done && secondsLeft >= 0),
  );
  assertEquals([last.event, last.images, last.corrupt], ["done", images.size, 1]);
  const journal = (await Deno.readTextFile(folder.at("out/j.jsonl"))).trim().split("\n").slice(1)
    .map((line) => JSON.parse(line));
  const wrong = journal.filter(({ top, label }) => top && top[0] !== label).length;
  assertEquals(last.top1Error, wrong / images.size);
  assert(last.top5Error <= last.top1Error && last.imagesPerSecond > 0);
  assert(last.top1Interval[0] < last.top1Error && last.top1Error < last.top1Interval[1]);
  assertEquals(Object.keys(last.perClass[0]), [
    "label",
    "count",
    "right",
    "wronglyPredicted",
    "name",
  ]);
});

Deno.test("evaluate in words: errors, intervals, classes, confusions, speed", async () => {
  using folder = await lenetFolder();
  const { code, lines } = await evaluate(...common(folder), "--crops", "10");
  const text = lines.join("\n");
  assertEquals(code, 0);
  for (
    const part of [
      "17 images",
      "top-1 error ",
      "top-5 error ",
      "95 % interval",
      "Classes:",
      "Confused most often:",
      "images/s",
      "every prediction: ",
    ]
  ) assertStringIncludes(text, part);
  for (const no of ["\r", "\x1b", "NaN", "undefined"]) assertEquals(text.includes(no), false);
});

Deno.test("evaluate --resume goes on from the journal, and only from its own", async () => {
  using folder = await lenetFolder();
  const whole = (await evaluate(...common(folder), "--json")).lines.at(-1)!;
  const path = folder.at("out/j.jsonl"), journal = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, journal.split("\n").slice(0, 8).join("\n") + '\n{"image":"cut');
  const { code, lines } = await evaluate(...common(folder), "--resume", "--json");
  assertEquals(code, 0);
  assertEquals(await Deno.readTextFile(path), journal);
  const errors = (line: string) =>
    (({ images, top1Error, top5Error }) => [
      images,
      top1Error,
      top5Error,
    ])(JSON.parse(line));
  assertEquals(errors(lines.at(-1)!), errors(whole));
  const other = await evaluate(...common(folder), "--resume", "--crops", "10");
  assertEquals(other.code, 1);
  assertStringIncludes(other.errors, "is of another evaluation: its crops is 1");
});

Deno.test("evaluate reads a folder for each class, and shards", async () => {
  const names = [...images.keys()].slice(0, 4);
  using folder = await lenetFolder({
    "classes/3/a.jpg": images.get(names[0]!)!,
    "classes/9/b.jpg": images.get(names[1]!)!,
    "shards/v-0.tar": tar([["0.jpg", images.get(names[0]!)!], ["0.cls", "3"]]),
    "shards/v-1.tar": tar([["1.jpg", images.get(names[1]!)!], ["1.cls", "9"]]),
  });
  const found = [];
  for (const place of ["classes", "shards", "shards/v-{0..1}.tar"]) {
    const args = common(folder);
    args.splice(4, 4, "--images", folder.at(place));
    const { code, lines, errors } = await evaluate(...args, "--json");
    assertEquals([code, errors], [0, ""]);
    const { images, top1Error, top5Error } = JSON.parse(lines.at(-1)!);
    found.push([images, top1Error, top5Error]);
  }
  assertEquals(found[0]![0], 2);
  assertEquals(found[1], found[0]);
  assertEquals(found[2], found[0]);
});

Deno.test("evaluate: folders named after the classes of a network that is not square", async () => {
  const [first, second] = [...images.values()];
  using folder = new Folder({
    "images/Sea_Lion/a.png": first!,
    "images/gnu/b.png": second!,
    "images/gnu/c.heic": "",
  });
  const net = sequential([16, 24, 3], { seed: 1 }).flatten().dense(2);
  net.normalization = { mean: [0], standardDeviation: [1] };
  net.classes = ["sea lion", "Gnu"];
  await net.save(folder.at("net.safetensors"));
  const args = ["--weights", folder.at("net.safetensors"), "--images", folder.at("images")];
  const common = [...args, "--rounding", "nearest", "--out", folder.at("j.jsonl"), "--json"];
  const { code, lines, errors } = await evaluate(...common);
  assertEquals([code, errors], [0, ""]);
  const [start, last] = [JSON.parse(lines[0]!), JSON.parse(lines.at(-1)!)];
  assertStringIncludes(start.notes[0], "1 .heic");
  assertEquals(last.notes, start.notes);
  assertEquals(
    last.perClass.map(({ name, count }: { name: string; count: number }) => [name, count]),
    [["sea lion", 1], ["Gnu", 1]],
  );
  const [header, ...rows] = (await Deno.readTextFile(folder.at("j.jsonl"))).trim().split("\n");
  assertEquals(JSON.parse(header!).preprocessing.rounding, "nearest");
  assertEquals(rows.map((row) => JSON.parse(row).label), [0, 1]);
  await Deno.rename(folder.at("images/gnu"), folder.at("images/gnat"));
  const wrong = await evaluate(...common);
  assertEquals(wrong.code, 1);
  assertStringIncludes(wrong.errors, 'unknown class "gnat"; did you mean "Gnu"?');
});

Deno.test("evaluate --data: CIFAR-10 records under the names of its classes", async () => {
  using folder = new Folder({
    "records.bin": Uint8Array.from(
      { length: 12 * 3073 },
      (_, i) => i % 3073 === 0 ? i % 7 : i % 251,
    ),
  });
  await cifarResnet(20).save(folder.at("net.safetensors"));
  const { code, lines, errors } = await evaluate(
    ...["--model", "cifar-resnet20", "--weights", folder.at("net.safetensors")],
    ...["--data", folder.at("records.bin"), "--out", folder.at("j.jsonl"), "--json"],
  );
  assertEquals([code, errors], [0, ""]);
  const last = JSON.parse(lines.at(-1)!);
  assertEquals([last.images, last.perClass[0].name], [12, "airplane"]);
});

/** `lenetFolder` with so many images that their evaluation can be broken off. */
async function longFolder() {
  const names = Array.from({ length: 400 }, (_, i) => `${1000 + i}.jpg`);
  const bytes = images.get("baseline.jpg")!;
  return await lenetFolder({
    ...Object.fromEntries(names.map((name) => [`many/${name}`, bytes])),
    "many.tsv": `file\tclass\n${names.map((name, i) => `${name}\t${i % 10}`).join("\n")}\n`,
  });
}

Deno.test("evaluate: Ctrl-C or SIGTERM ends it after the batches under way; --resume goes on", async () => {
  using folder = await longFolder();
  const args = common(folder);
  args.splice(4, 4, "--images", folder.at("many"), "--labels", folder.at("many.tsv"));
  const journal = folder.at("out/j.jsonl");
  let before = 0, kept = "";
  // What asks for an end from elsewhere is heard as well.
  for (const [signal, exit] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    let sent = false;
    const broken = new TrainRun([...args, "--json", ...kept ? ["--resume"] : []], (line, run) => {
      if (sent || JSON.parse(line).event !== "progress") return;
      sent = true;
      run.signal(signal);
    }, taskArguments("evaluate"));
    const { code, events } = await broken.end();
    const { event, images, complete } = events.at(-1)!;
    assertEquals([code, event, complete], [exit, "interrupted", false]);
    assert(images > before && images < 400);
    const found = await Deno.readTextFile(journal);
    assert(found.startsWith(kept));
    assertEquals(found.trimEnd().split("\n").length, 1 + images);
    [before, kept] = [images, found];
  }
  const { code: again, lines } = await evaluate(...args, "--json", "--resume");
  assertEquals([again, JSON.parse(lines.at(-1)!).images], [0, 400]);
  assert((await Deno.readTextFile(journal)).startsWith(kept));
});

Deno.test("evaluate: Ctrl-C while weights are fetched leaves a part at most, to go on from", async () => {
  using folder = await lenetFolder({ "cache/weights/other.pth": "" });
  const asked = Promise.withResolvers<void>();
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    asked.resolve();
    const endless = new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(9)) });
    return new Response(endless);
  });
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ...taskArguments("evaluate"),
      ...["--model", "resnet18"],
      ...["--weights", "imagenet", ...common(folder).slice(4)],
    ],
    env: {
      STRIATE_MIRROR: `http://127.0.0.1:${server.addr.port}`,
      STRIATE_CACHE: folder.at("cache"),
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  await asked.promise;
  process.kill("SIGINT");
  const [{ code }, errors] = await Promise.all([
    process.status,
    new Response(process.stderr).text(),
  ]);
  assertEquals([code, errors], [130, ""]);
  const files = Array.from(Deno.readDirSync(folder.at("cache/weights")), ({ name }) => name);
  assertEquals(files.filter((name) => !/^resnet18-.*\.pth\.part$/.test(name)), ["other.pth"]);
});

Deno.test("evaluate: a reader that has seen enough, such as head, ends it without a word", async () => {
  using folder = await longFolder();
  const args = common(folder);
  args.splice(4, 4, "--images", folder.at("many"), "--labels", folder.at("many.tsv"));
  const process = new Deno.Command(Deno.execPath(), {
    args: [...taskArguments("evaluate"), ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await process.stdout.cancel();
  const [{ code }, errors] = await Promise.all([
    process.status,
    new Response(process.stderr).text(),
  ]);
  assertEquals([code, errors], [141, ""]);
});

Deno.test("evaluate: a model that was saved here needs no name", async () => {
  using folder = await lenetFolder();
  const { code, lines } = await evaluate(...common(folder).slice(2), "--limit", "3");
  assertEquals([code, lines[0]], [0, `lenet with ${folder.at("lenet.safetensors")}`]);
});

Deno.test("evaluate: a run is measured on its own test images, or those of a data set by name", () =>
  inFolder(async (folder) => {
    const weights = `${folder}/run`;
    await Deno.mkdir(weights);
    await lenet5({ seed: 4 }).save(`${weights}/model.safetensors`);
    const settings = { data: "digits", seed: 7 };
    const record = (data: string) =>
      JSON.stringify({ format: "striate-run", settings: { ...settings, data } });
    await Deno.writeTextFile(`${weights}/run.json`, record("digits"));
    const options = ["--weights", weights, "--limit", "20", "--json"];
    const run = async (...more: string[]) => {
      const out = `${folder}/${more.length}.jsonl`;
      const ran = await evaluate(...options, ...more, "--out", out);
      if (ran.code !== 0) return ran.errors;
      return [JSON.parse(ran.lines[0]!).images, JSON.parse(ran.lines.at(-1)!).images];
    };
    assertEquals(await run(), ["the test images of digits", 20]);
    assertEquals(await run("--data", "digits"), ["the test images of digits", 20]);
    await Deno.writeTextFile(`${weights}/run.json`, record("photos"));
    assertStringIncludes(String(await run()), "has learnt images from photos");
  }));

Deno.test("two evaluations never share a file", () =>
  inFolder(async (folder) => {
    await lenet5({ seed: 4 }).save(`${folder}/net.safetensors`);
    const run = async (...more: string[]) => {
      const { lines, code, errors } = await commandWith(
        "evaluate",
        { INIT_CWD: folder },
        ...["--weights", "net.safetensors", "--data", "digits", "--limit", "2", "--json", ...more],
      );
      assertEquals(code, 0, errors);
      return JSON.parse(lines.at(-1)!).journal;
    };
    assertEquals([await run(), await run(), await run("--resume")], [
      "runs/evaluate-net.jsonl",
      "runs/evaluate-net-2.jsonl",
      "runs/evaluate-net-2.jsonl",
    ]);
  }));

Deno.test("evaluate -h lists every option and every network", async () => {
  const { code, lines } = await evaluate("-h");
  const text = lines.join("\n"), [synopsis] = text.split("\nNetworks (--model)\n");
  for (const name of ["crops 1|10", "limit N", "resume", "strict"]) {
    assertStringIncludes(synopsis!, `  --${name} `);
  }
  for (const { name } of zoo()) {
    assert(text.includes(` ${name} `) || text.includes(` ${name}\n`), name);
  }
  assertEquals([code, lines.find((line) => line.length > 110)], [0, undefined]);
});

Deno.test("evaluate says what is wrong with its options", async () => {
  using folder = await lenetFolder({
    "few.txt": "n01440764\n",
    "synset_words.txt": "n01440764 tench\n",
  });
  const weights = ["--model", "lenet5", "--weights", folder.at("lenet.safetensors")];
  const bad: [string[], number, string][] = [
    [[], 2, "expected --images DIR or --data NAME (digits, "],
    [["--images", folder.path], 2, "expected --weights, a file or the folder of a run"],
    [["--model", "lenet5", "--images", folder.at("images/..")], 2, "expected --weights too"],
    [["--model", "lenet", "--weights", "x", "--images", folder.path], 2, 'did you mean "lenet5"'],
    [weights, 2, "expected --images DIR or --data NAME (digits, "],
    [
      [...weights, "--data", "x", "--images", "y"],
      2,
      "--images and --data: expected one of them",
    ],
    [[...weights, "--data", "x", "--filter", "bicubic"], 2, "--filter: is for images"],
    [
      [...weights, "--data", "digitz"],
      2,
      '--data: unknown data set "digitz"; did you mean "digits"?',
    ],
    [[...weights, "--data", folder.at("none.bin")], 1, "there is no file"],
    [[...weights, "--data", folder.at("images")], 1, "expected a file of records, found a folder"],
    [[...weights, "--images", folder.at("labels.tsv")], 1, "expected a folder of images"],
    [[...weights, "--images", "x", "--scales", "12,a"], 2, "--scales: expected sizes"],
    [["--weights", "x", "--images", folder.path], 1, "--weights: there is no file or folder x"],
    [[...weights, "--images", folder.at("nowhere")], 1, "there is no folder"],
    [[...weights, "--images", folder.at("images")], 1, "17 images and no folders"],
    [
      [...weights, "--images", folder.at("images"), "--labels", folder.at("few.txt")],
      1,
      "expected a label for each of the 17 images",
    ],
  ];
  for (const [args, code, message] of bad) {
    const ran = await evaluate(...args, "--out", folder.at("j.jsonl"));
    assertEquals([ran.code, ran.errors.includes(message)], [code, true], ran.errors);
    assertEquals(ran.errors.includes("    at "), false);
  }
});

Deno.test("evaluate --report: a page of what was found, with the mistakes", async () => {
  using folder = await lenetFolder();
  const page = folder.at("page.html");
  const images = ["--images", folder.at("images"), "--labels", folder.at("labels.tsv")];
  const ran = await evaluate(
    ...["--weights", folder.at("lenet.safetensors"), ...images],
    ...["--out", folder.at("all.jsonl"), "--report", page, "--json"],
  );
  assertEquals(ran.code, 0);
  const { images: count, top1Error } = JSON.parse(ran.lines.at(-1)!);
  const content = await Deno.readTextFile(page), wrong = Math.round(count * top1Error);
  assert(wrong > 0);
  assertStringIncludes(content, `${wrong} of ${count} images are taken for something else`);
  assertEquals(content.match(/data:image\/png/g)!.length, Math.min(24, wrong));
  for (const heading of ["Found", "What is taken for what", "Mistakes", "Classes"]) {
    assertStringIncludes(content, `<h2>${heading}</h2>`);
  }
  assert(!/<script|https?:/.test(content));
});
