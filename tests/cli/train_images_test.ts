/** `train` on images of the user's own, and on weights that were trained before. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { encodePng } from "../../lib/plotly_svg/mod.ts";
import { UsageError } from "../../lib/cli/command.ts";
import { main } from "../../lib/cli/train.ts";
import type { Mistake } from "../../lib/cli/mistakes.ts";
import { readRun } from "../../lib/cli/run_record.ts";
import { Random } from "../../lib/core/random.ts";
import { loadModel } from "../../lib/train/load_model.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { saveWeights } from "../../lib/weights/save.ts";
import { lenet5 } from "../../lib/zoo/lenet5.ts";
import { readCheckpoint } from "../../lib/train/checkpoint.ts";
import { filesIn, inFolder, smallDiskTest } from "../folders.ts";
import { tar } from "../images/files.ts";
import { command } from "./command.ts";
import { savedBits, train, TrainRun } from "./run.ts";

/** A noisy image of a shade. */
function image(shade: number, random: Random, side = 10): Uint8Array<ArrayBuffer> {
  const pixels = Array.from({ length: side * side * 3 }, () => shade + random.integer(40));
  return encodePng(pixels, side, side, 3);
}

/** Folders of images by class, in so many shades. */
async function photos(folder: string, counts: Readonly<Record<string, number>>, seed = 1) {
  const random = new Random(seed);
  for (const [i, [name, count]] of Object.entries(counts).entries()) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
    for (let k = 0; k < count; k++) {
      await Deno.writeFile(`${folder}/${name}/${k}.png`, image(20 + 90 * i, random));
    }
  }
  return folder;
}

/** A small network with weights for three classes, saved. */
async function savedNet(path: string, classes = ["x", "y", "z"]): Promise<string> {
  const net = sequential([8, 8, 3], { seed: 5 }).conv2d(4, 3, { name: "conv1" }).relu()
    .conv2d(6, 3, { name: "conv2" }).batchNorm({ name: "norm" }).relu().globalAveragePool2d()
    .dense(3, { name: "fc" });
  net.normalization = { mean: [0.5], standardDeviation: [0.25] };
  net.classes = classes;
  await net.save(path);
  return path;
}

const short = ["--device", "cpu", "--batch-size", "4"];

Deno.test("a folder of images: trains, goes on to the same bits with augmentation, and is used without options", () =>
  inFolder(async (folder) => {
    const data = await photos(`${folder}/photos`, { dark: 20, light: 20 });
    await Deno.writeTextFile(`${data}/dark/bad.png`, "no image");
    const args = [
      ...["--data", data, "--image-size", "8", "--epochs", "4", "--mixup", "0.3", ...short],
      ...["--label-smoothing", "0.1", "--class-weights", "balanced", "--val", "0.25"],
      ...["--accumulate", "2", "--ema"],
    ];
    const whole = `${folder}/whole`, parts = `${folder}/parts`;
    const { code, lines, errors } = await train(...args, "--out", whole);
    assertEquals([code, errors], [0, ""]);
    const text = lines.join("\n");
    for (
      const line of [
        "what           training on images from first weights",
        `data           ${data}: 31 images to learn, 10 images to validate`,
        "images         8 x 8 x 3, 2 classes: dark (16), light (15)",
        "changed by     randomCrop, randomHorizontalFlip",
        "mixup          alpha 0.3",
        "targets        label smoothing 0.1",
        "class weights  balanced",
        "0.0005, a step for 2 batches, moving average of the weights",
        "corrupt: dark/bad.png: expected a JPEG",
      ]
    ) assertStringIncludes(text, line);
    const run = new TrainRun([...args, "--out", parts], (line, run) => {
      if (line.startsWith("epoch 2/")) run.signal("SIGINT");
    });
    assertEquals((await run.end()).code, 130);
    // What the checkpoint has of the augmentation counts, not what the name would stand for now.
    const resumed = await train("--resume", parts);
    assertEquals([resumed.code, resumed.errors], [0, ""]);
    assertEquals(await savedBits(parts), await savedBits(whole));
    const { settings, status, result } = (await readRun(parts))!;
    assertEquals([status, (result as { corruptImages: number }).corruptImages], ["done", 1]);
    assertEquals(lines.filter((line) => line.startsWith("corrupt: ")).length, 1);
    assertEquals(
      (settings as { augmentation: { type: string }[] }).augmentation[0]!.type,
      "randomCrop",
    );

    const model = await loadModel(`${whole}/model.safetensors`);
    assertEquals([model.classes, model.preprocessing.crop], [["dark", "light"], 8]);
    const seen = await command("predict", "--weights", whole, `${data}/dark/0.png`, "--json");
    assertEquals([seen.code, seen.errors], [0, ""]);
    const { labels } = JSON.parse(seen.lines[0]!);
    assertEquals(labels.map(({ name }: { name: string }) => name).sort(), ["dark", "light"]);
    const out = ["--out", `${folder}/e.jsonl`];
    const measured = await command(
      "evaluate",
      "--weights",
      whole,
      "--images",
      data,
      "--json",
      ...out,
    );
    assertEquals(measured.code, 0);
    const done = JSON.parse(measured.lines.at(-1)!);
    assertEquals([done.images, done.corrupt], [40, 1]);
  }));

Deno.test("fine-tuning: the head first, then all; goes on from either to the same bits", () =>
  inFolder(async (folder) => {
    const data = await photos(`${folder}/photos`, { dark: 12, light: 12 });
    const weights = await savedNet(`${folder}/net.safetensors`);
    const args = ["--data", data, "--weights", weights, "--augment", "none", ...short];
    const whole = `${folder}/whole`;
    const all = [...args, "--head-epochs", "30", "--epochs", "30", "--freeze", "up-to-conv1"];
    const { code, lines, errors } = await train(...all, "--out", whole);
    assertEquals([code, errors], [0, ""]);
    const text = lines.join("\n");
    assertStringIncludes(
      text,
      "first      30 epochs of the new head alone, on features of the images",
    );
    assertStringIncludes(text, "then       30 epochs of what follows conv1, batches of 4");
    assertMatch(text, /first .*; learning rate (.*), cosine\nthen .* \1, cosine, before the head /);
    assertStringIncludes(text, "head: epoch 30/30 ");
    assertStringIncludes(text, "net.safetensors: 8 of 8 weights matched, 2 tensors ignored");
    const before = await loadModel(weights), after = await loadModel(`${whole}/model.safetensors`);
    const changed = async (name: string) =>
      String(await before.namedWeights.get(name)!.read()) !==
        String(await after.namedWeights.get(name)!.read());
    assertEquals(after.classes, ["dark", "light"]);
    assertEquals([await changed("conv1.kernel"), await changed("conv2.kernel")], [false, true]);
    for (const stop of ["head: epoch 2/", "epoch 2/"]) {
      const out = `${folder}/${stop.startsWith("head") ? "head" : "all"}`;
      const run = new TrainRun([...all, "--out", out], (line, run) => {
        if (line.startsWith(stop)) run.signal("SIGINT");
      });
      assertEquals((await run.end()).code, 130);
      assertEquals((await train("--resume", out)).code, 0);
      assertEquals(await savedBits(out), await savedBits(whole));
      const epochs = (await Deno.readTextFile(`${out}/metrics.jsonl`)).trimEnd().split("\n")
        .map((line) => JSON.parse(line)).filter(({ event }) => event === "epoch")
        .map(({ phase = "all", epoch }) => `${phase}${epoch}`);
      const expected = ["head", "all"].flatMap((phase) =>
        Array.from({ length: 30 }, (_, i) => `${phase}${i + 1}`)
      );
      assertEquals(epochs, expected);
    }
  }));

Deno.test("a model that was saved here goes on learning the same classes, at another size, with its head", () =>
  inFolder(async (folder) => {
    const data = await photos(`${folder}/photos`, { z: 8, x: 8, y: 8 });
    // Counted in another order than the folders are.
    await savedNet(`${folder}/model.safetensors`, ["y", "z", "x"]);
    const args = ["--data", data, "--weights", folder, "--head-epochs", "0", "--epochs", "1"];
    const out = `${folder}/out`;
    const { code, lines, errors } = await train(
      ...args,
      ...short,
      "--image-size",
      "9",
      "--out",
      out,
    );
    assertEquals([code, errors], [0, ""]);
    assertStringIncludes(
      lines.join("\n"),
      "its classes are those of the data; made for images of 8 pixels",
    );
    const { classes, inputShape } = await loadModel(`${out}/model.safetensors`);
    assertEquals([classes, inputShape], [["y", "z", "x"], [9, 9, 3]]);
    const result = (await readRun(out))!.result as { mistakes: number; test: { top1: number } };
    assertEquals(result.mistakes, Math.round((1 - result.test.top1) * 6));
    const mistakes: Mistake[] = JSON.parse(await Deno.readTextFile(`${out}/mistakes/index.json`));
    assert(mistakes.every(({ image, label }) => image!.startsWith(`${label}/`)));
  }));

Deno.test("the head alone, and shards of images", () =>
  inFolder(async (folder) => {
    const weights = await savedNet(`${folder}/net.safetensors`), random = new Random(3);
    for (const [part, count] of [["train", 12], ["val", 6]] as const) {
      const entries = Array.from({ length: count }, (_, i) =>
        [
          [`${i}.png`, image(i % 2 === 0 ? 30 : 150, random)],
          [`${i}.cls`, String(i % 2)],
        ] as const).flat();
      await Deno.writeFile(`${folder}/${part}.tar`, tar(entries));
    }
    const args = ["--data", `${folder}/train.tar`, "--val", `${folder}/val.tar`, ...short];
    const out = `${folder}/out`;
    const ran = await train(
      ...[...args, "--classes", "dark, light", "--weights", weights, "--head-epochs", "2"],
      ...["--epochs", "0", "--out", out],
    );
    assertEquals([ran.code, ran.errors], [0, ""]);
    assertStringIncludes(ran.lines.join("\n"), "train.tar: a stream of images to learn");
    assertEquals((await loadModel(`${out}/model.safetensors`)).classes, ["dark", "light"]);
    const first = await train(
      ...[...args, "--classes", "dark,light", "--image-size", "8", "--epochs", "1"],
      ...["--out", `${folder}/first`],
    );
    assertEquals([first.code, first.errors], [0, ""]);
    await assertRejects(() => main(args), UsageError, "name them by --classes A,B,...");
    await assertRejects(
      () => main([...args.slice(0, 2), "--classes", "a,b"]),
      UsageError,
      "shards are not split; give other shards to test by: --val DIR",
    );
  }));

Deno.test("with --test the last figure is of images that chose nothing, and is said to be", () =>
  inFolder(async (folder) => {
    const data = await photos(`${folder}/photos`, { dark: 10, light: 10 });
    const unseen = await photos(`${folder}/unseen`, { dark: 2, light: 1 });
    const args = ["--data", data, "--image-size", "8", "--epochs", "1", ...short];
    const reportOf = async (name: string) =>
      (await Deno.readTextFile(`${folder}/${name}/report.html`)).replace(/<[^>]*>/g, " ");
    const both = await train(...args, "--val", "0.3", "--test", "0.2", "--out", `${folder}/both`);
    assertEquals([both.code, both.errors], [0, ""]);
    const text = both.lines.join("\n");
    assertStringIncludes(text, "10 images to learn, 6 images to validate, 4 images to test");
    assertMatch(text, /^test: top-1 /m);
    const own = await train(...args, "--test", unseen, "--json", "--out", `${folder}/own`);
    assertEquals([own.code, own.errors], [0, ""]);
    const [start, done] = [own.lines[0]!, own.lines.at(-1)!].map((line) => JSON.parse(line));
    assertEquals(
      [start.trainExamples, start.validationExamples, start.testExamples, done.tested],
      [18, 2, 3, "test"],
    );
    const shown = await photos(`${folder}/shown`, { dark: 1, light: 1 });
    const places = ["--val", shown, "--test", unseen, "--out", `${folder}/places`];
    assertEquals((await train(...args, ...places)).code, 0);
    const more = ["--resume", `${folder}/places`, "--epochs", "2"];
    assertEquals((await train(...more)).code, 0);
    await photos(shown, { dark: 2, light: 2 });
    await assertRejects(() => main([...more.slice(0, 3), "3"]), Error, "the data are not those");
    const alone = await train(...args, "--val", "0.3", "--out", `${folder}/alone`);
    assertMatch(alone.lines.join("\n"), /^validation: top-1 /m);
    assertEquals(
      (await Promise.all(["both", "own", "alone"].map(reportOf)))
        .map((page) => /validation images/.test(page)),
      [false, false, true],
    );
    for (
      const [given, message] of [
        [["--test", "1.5"], "--test: expected a folder, or a share"],
        [
          ["--val", ""],
          "--val: expected a folder, or a share of the images above 0 and below 1, found nothing",
        ],
        [
          ["--test", "0.2", "--test-labels", "l.csv"],
          "--test-labels: is for the images of a folder",
        ],
        [["--test", "0.5", "--val", "0.5"], "--val: expected a share that leaves images to learn"],
        [["--test", unseen, "--val", `${unseen}/`], "--test: expected images that choose nothing"],
        [["--test", data], "--test: expected images that choose nothing, found those of --data"],
      ] as const
    ) await assertRejects(() => main([...args, ...given]), UsageError, message);
    await assertRejects(
      () => main(["--test", "0.2"]),
      UsageError,
      "--test: is for a folder of images; digits has all of that itself",
    );
  }));

Deno.test("what is wrong with images, weights and options is said before work starts", () =>
  inFolder(async (folder) => {
    const good = await photos(`${folder}/good`, { dark: 3, light: 3 });
    const weights = await savedNet(`${folder}/net.safetensors`);
    const out = ["--out", `${folder}/out`, "--device", "cpu"];
    const one = await photos(`${folder}/one`, { dark: 3 });
    const empty = await photos(`${folder}/empty`, { dark: 3, light: 3, none: 0 });
    const single = await photos(`${folder}/single`, { dark: 3, light: 1 });
    const val = await photos(`${folder}/val`, { dark: 3, bright: 3 });
    await Deno.writeTextFile(`${folder}/bad.json`, '[{ "type": "randomCrop", "size": 99 }]');
    await Deno.writeTextFile(`${folder}/no.safetensors`, "no weights");
    await saveWeights(lenet5(), `${folder}/lenet.safetensors`);
    const tune = ["--data", good, "--weights", weights];
    const wrong: [readonly string[], new (message: string) => Error, string][] = [
      [["--data", one], RangeError, "expected at least 2 classes, found 1: dark, of 3 images"],
      [
        ["--data", empty],
        RangeError,
        "expected images in the folder of each class, found none in none",
      ],
      [
        ["--data", single],
        RangeError,
        "expected at least 2 images of each class, one for each part",
      ],
      [["--data", good, "--val", val], RangeError, "light in good alone"],
      [["--data", good, "--val", "0"], UsageError, "--val: expected a folder, or a share"],
      [["--data", `${folder}/nothing`], Error, "nothing"],
      [["--data", good, "--augment", `${folder}/bad.json`], UsageError, "--augment: "],
      [["--data", good, "--augment", "flop"], UsageError, '--augment: unknown preset "flop"'],
      [
        ["--data", good, "--classes", "dark"],
        UsageError,
        "--classes: expected auto, or at least 2",
      ],
      [["--data", good, "--classes", "dark,x"], UsageError, `--classes: expected those of ${good}`],
      [
        ["--data", good, "--model", "vgg16", "--image-size", "8"],
        UsageError,
        "--image-size: vgg16 takes",
      ],
      [["--data", good, "--model", "vgg61"], UsageError, '--model: unknown network "vgg61"'],
      [
        ["--data", good, "--class-weights", "dark"],
        UsageError,
        "--class-weights: expected balanced",
      ],
      [
        ["--data", good, "--class-weights", "drak=2"],
        UsageError,
        '--class-weights: unknown class "drak"; did you mean',
      ],
      [["--weights", weights], UsageError, "is for images of [8, 8, 3], and those of digits are"],
      [
        ["--data", good, "--model", "mlp", "--weights", `${folder}/lenet.safetensors`],
        UsageError,
        "lenet.safetensors is not of mlp: 0 of 2 weights fit; 2 missing (hidden1.kernel), 8 that",
      ],
      [[...tune, "--model", "lenet5"], RangeError, "expected lenet5, found a model with"],
      [["--data", good, "--weights", `${folder}/no.safetensors`], Error, "no.safetensors"],
      [["--data", good, "--weights", "imagenet"], UsageError, "say of which network, such as"],
      [
        [...tune, "--freeze", "conv9"],
        UsageError,
        '--freeze: unknown layer "conv9"; did you mean "conv1"?',
      ],
      [
        [...tune, "--freeze", "fc"],
        UsageError,
        "--freeze: up to fc these are all layers with weights",
      ],
      [
        [...tune, "--image-size", "3"],
        UsageError,
        '--image-size: the network takes images of [8, 8, 3], not of [3, 3, 3]: conv2d "conv2": kernel',
      ],
    ];
    for (const [args, type, message] of wrong) {
      await assertRejects(() => main([...args, ...out]), type, message);
    }
    assertEquals(filesIn(`${folder}/out`).filter((name) => !name.endsWith(".lock")), []);
  }));

smallDiskTest(
  "a full disk ends a run with an error, and it goes on elsewhere from the whole checkpoint",
  async (disk) =>
    await inFolder(async (folder) => {
      const data = await photos(`${folder}/photos`, { dark: 5, light: 5 });
      const weights = await savedNet(`${folder}/net.safetensors`);
      const args = ["--data", data, "--weights", weights, "--head-epochs", "0", "--epochs", "2000"];
      const { code, errors } = await train(...args, ...short, "--out", `${disk}/run`);
      assertEquals(code, 1);
      assertStringIncludes(errors, `error: cannot write ${disk}/run/`);
      assertStringIncludes(errors, "there is no space left on the disk");
      const { position } = await readCheckpoint(`${disk}/run`);
      assert(position.epoch > 1);
      const epochs = ["--epochs", String(position.epoch + 1), "--out", `${folder}/on`];
      const resumed = await train("--resume", `${disk}/run`, ...epochs);
      assertEquals([resumed.code, resumed.errors], [0, ""]);
      const run = (await readRun(`${folder}/on`))!;
      assertEquals((run.result as { epochs: number }).epochs, position.epoch + 1);
    }),
);
