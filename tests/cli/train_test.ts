import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Random } from "../../lib/core/random.ts";
import { readCheckpoint } from "../../lib/train/checkpoint.ts";
import { loadModel } from "../../lib/train/load_model.ts";
import { readRun } from "../../lib/cli/run_record.ts";
import { filesIn } from "../folders.ts";
import { scratch } from "../train/helpers.ts";
import { savedBits, train, TrainRun } from "./run.ts";

/** Steps large enough for a run to be short, small enough for a signal to hit it. */
const short = ["--model", "mlp", "--device", "cpu", "--batch-size", "300", "--epochs", "2"];

/** The epochs that a run has recorded, without times. */
const epochsIn = async (folder: string) =>
  (await Deno.readTextFile(`${folder}/metrics.jsonl`)).trimEnd().split("\n")
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === "epoch")
    .map(({ time: _, seconds: __, imagesPerSecond: ___, ...measured }) => measured);

Deno.test("train --json writes one object a line, with the fields that programs rely on", async () => {
  await using folder = await scratch();
  const { code, lines, events, errors } = await train(...short, "--json", "--out", folder.path);
  assertEquals([code, errors], [0, ""]);
  assertEquals(lines.length, events.length);
  const kinds = events.map(({ event }) => event).filter((event) => event !== "progress");
  assertEquals(kinds, ["start", "first-step", "epoch", "epoch", "done"]);
  const done = events.at(-1)!;
  assertEquals(Object.keys(done), [
    "event",
    "test",
    "tested",
    "device",
    "imagesPerSecond",
    "seconds",
    "output",
  ]);
  assertEquals(Object.keys(done.test), ["loss", "top1", "top5"]);
  assert(done.test.top1 > 0.9 && done.test.top1 <= done.test.top5 && done.test.top5 <= 1);
  assert(done.imagesPerSecond > 0 && done.seconds > 0);
  assertEquals([done.tested, done.device, done.output], ["test", "cpu", folder.path]);
  const model = await loadModel(`${folder.path}/model.safetensors`);
  assertEquals([model.inputShape, model.classes!.length], [[28, 28, 1], 10]);
});

Deno.test("without --json it writes plain lines, where there is no terminal", async () => {
  await using folder = await scratch();
  const { code, lines } = await train(...short, "--epochs", "1", "--out", folder.path);
  const text = lines.join("\n");
  assertEquals(code, 0);
  assertEquals(text.includes("\r") || text.includes("\x1b"), false);
  assertEquals(lines.slice(0, 9), [
    "what       training from first weights",
    "network    mlp: 203,530 parameters",
    "data       digits: 10800 images to learn, 1200 images to validate, 2000 images to test",
    "images     28 x 28 x 1, 10 classes",
    "training   1 epoch, batches of 300; learning rate 0.05, cosine",
    "optimizer  sgd, momentum 0.9, weight decay 0.0005",
    "seed       0",
    lines[7],
    `goes to    ${folder.path}`,
  ]);
  assertMatch(lines[7]!, /^device {5}cpu: /);
  assertMatch(text, /^epoch 1\/1 {2}loss .*, top-1 .* % {2}validation .*, .* % {2}\d+:\d\d$/m);
  assertMatch(text, /^test: top-1 \d+\.\d\d %, top-5 \d+\.\d\d %, loss \d/m);
  assertStringIncludes(text, `saved: ${folder.path}/model.safetensors`);
});

Deno.test("--help lists every option", async () => {
  const { code, lines } = await train("--help");
  assertEquals(code, 0);
  const names = "model data val labels val-labels classes image-size augment weights freeze " +
    "head-epochs epochs batch-size accumulate ema optimizer learning-rate trunk-rate momentum weight-decay clip-norm schedule mixup " +
    "label-smoothing class-weights balanced seed device out resume find-learning-rate json help";
  for (const name of names.split(" ")) assertStringIncludes(lines.join("\n"), `  --${name}`);
});

Deno.test("--help fits its width, and says what is usual for each kind of run", async () => {
  const { lines } = await train("--help"), text = lines.join("\n");
  assertEquals(lines.find((line) => line.length > 110), undefined);
  assertStringIncludes(
    text,
    "  the paper's recipe (He et al. 2016, section 4.2)\n    augment cifar, 164 epochs, batches of 128, " +
      "rate 0.1 (multi-step), weight decay 0.0001",
  );
});

Deno.test("mistakes are one line on stderr, and exit with 2", async () => {
  const mistakes = [
    [["--optimiser", "sgd"], 'error: unknown option "--optimiser"; did you mean "--optimizer"?'],
    [["--data", "digit"], 'found "digit", and there is no such folder; did you mean "digits"?'],
    [["--model", "lenet-5"], 'error: --model: unknown network "lenet-5"; did you mean "lenet5"?'],
    [["--model", "vgg16"], "error: --model: vgg16 takes images of 32 x 32 pixels or more"],
    [["digits"], 'error: unexpected "digits"; did you mean --data digits?'],
    [
      ["--momentum", "1"],
      "error: --momentum: expected a number of at least 0 and below 1, found 1",
    ],
  ] as const;
  for (const [args, message] of mistakes) {
    const { code, lines, errors } = await train(...args);
    assertEquals([code, lines.length], [2, 0]);
    assertStringIncludes(errors, message);
    assertEquals(errors.trimEnd().split("\n").length, 1);
  }
});

Deno.test("what cannot be done is one line on stderr, and exits with 1", async () => {
  await using folder = await scratch();
  await Deno.writeTextFile(`${folder.path}/file`, "");
  const unwritable = await train(...short, "--out", `${folder.path}/file/run`);
  assertEquals(unwritable.code, 1);
  assertStringIncludes(unwritable.errors, `error: cannot write ${folder.path}/file/run`);
  const missing = await train("--resume", folder.path);
  assertEquals(missing.code, 1);
  assertStringIncludes(missing.errors, "error: cannot resume");
});

Deno.test("a loss that is not finite exits with 1, and says what to do", async () => {
  await using folder = await scratch();
  const { code, errors } = await train(...short, "--learning-rate", "1e30", "--out", folder.path);
  assertEquals(code, 1);
  assertMatch(
    errors,
    /error: fit: the loss was not a finite number at step \d+; try a smaller learning rate, or --clip-norm;/,
  );
});

Deno.test("--find-learning-rate suggests a rate and draws the chart, and trains nothing", async () => {
  await using folder = await scratch();
  const out = ["--find-learning-rate", "--out", `${folder.path}/a b`];
  const { code, lines, errors } = await train(...short, ...out);
  assertEquals([code, errors], [0, ""]);
  assertEquals(lines.filter((line) => /^(what|data|steps|training|chart|goes to) /.test(line)), [
    "what       a search for a learning rate",
    "data       digits: 10800 images to learn",
    "steps      100, batches of 300; each at a larger rate",
    `chart      ${folder.path}/a b/learning-rates.html`,
  ]);
  const [said, chart, command] = lines.slice(-3);
  const [, rate] = said!.match(/^learning rates from 1\.0e-7 to .*; .* suggests (\S+)/) ?? [];
  assert(Number(rate) > 1e-4 && Number(rate) < 1, said);
  assertEquals(chart, `chart: ${folder.path}/a b/learning-rates.html`);
  const options = `${short.join(" ")} --out '${folder.path}/a b' --learning-rate ${rate}`;
  assertEquals(command, `train with it: deno task train ${options}`);
  assertEquals(await filesIn(`${folder.path}/a b`), ["learning-rates.html"]);
  assertStringIncludes(
    await Deno.readTextFile(`${folder.path}/a b/learning-rates.html`),
    "image/svg",
  );
  // The same seed, the same suggestion; and what it was found by.
  const { events } = await train(...short, ...out, "--json");
  const { suggestion, rates, losses, stopped } = events.at(-1)!;
  assertEquals([events.at(-1)!.event, suggestion.toPrecision(2)], ["learning-rate", rate]);
  assertEquals([losses.length, stopped], [rates.length, "diverged"]);
  for (
    const [others, message] of [
      [["--learning-rate", "1"], "--learning-rate: is what --find-learning-rate looks for"],
      [["--dashboard"], "--dashboard: is for a training"],
      [["--resume", folder.path], "--resume: is for a training"],
    ] as const
  ) {
    const { code, errors } = await train(...short, ...out, ...others);
    assertEquals(code, 2);
    assertStringIncludes(errors, `error: ${message}`);
  }
});

Deno.test("--threads: the run says how many there are, and any number gives the same bits", async () => {
  await using folder = await scratch();
  const bits = [];
  for (const threads of [1, 2]) {
    const out = `${folder.path}/${threads}`, few = ["--threads", String(threads), "--epochs", "1"];
    const { code, lines } = await train(...short, ...few, "--out", out);
    const said = lines.find((line) => line.startsWith("device "));
    assertEquals(code, 0);
    assertMatch(
      said!,
      new RegExp(`^device {5}cpu: .*, ${threads} thread${threads > 1 ? "s" : ""}$`),
    );
    bits.push(await savedBits(out));
  }
  assertEquals(bits[0], bits[1]);
});

Deno.test("Ctrl-C finishes the step and writes a checkpoint; --resume goes on to the same bits", async () => {
  await using folder = await scratch();
  const whole = `${folder.path}/whole`, parts = `${folder.path}/parts`;
  assertEquals((await train(...short, "--json", "--out", whole)).code, 0);
  const run = new TrainRun([...short, "--json", "--out", parts], (line, run) => {
    if (line.includes("first-step")) run.signal("SIGINT");
  });
  const { code, events, errors } = await run.end();
  assertEquals([code, errors], [130, ""]);
  const { event, resume, steps, checkpoint } = events.at(-1)!;
  assertEquals([event, resume], ["interrupted", `deno task train --resume ${parts}`]);
  assert(steps > 0 && steps < 80);
  assertEquals((await readCheckpoint(checkpoint)).position.step, steps);
  const again = await train(...short, "--out", parts);
  assertEquals([again.code, again.lines], [2, []]);
  assertStringIncludes(
    again.errors,
    `error: ${parts} has the checkpoint of a run that has not ended`,
  );
  assertStringIncludes(again.errors, `deno task train --resume ${parts}, or give the new run`);
  assertEquals((await readRun(parts))!.status, "interrupted");
  const wrong = await train("--resume", parts, "--seed", "1");
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.errors, "--seed: the run in");
  assertEquals((await train("--resume", parts, "--device", "cpu")).code, 0);
  const done =
    (await train("--resume", parts, "--device", "cpu", "--out", `${folder.path}/done`)).lines;
  assertStringIncludes(done.join("\n"), `all epochs of ${parts} are done: nothing is learnt`);
  assertEquals(await savedBits(parts), await savedBits(whole));
  const [part, other] = [(await readRun(parts))!, (await readRun(whole))!];
  assertEquals([part.status, part.settings, part.data], [other.status, other.settings, other.data]);
  assertEquals(part.resumed!.map(({ step }) => step), [steps]);
  const measured = await Promise.all([parts, whole].map(epochsIn));
  assertEquals(measured[0], measured[1]);
  assertEquals(measured[0]!.map(({ epoch }) => epoch), [1, 2]);
});

Deno.test("in plain text, Ctrl-C says how to go on, also where deno task passes it on a second time", async () => {
  await using folder = await scratch();
  const first = new TrainRun([...short, "--epochs", "9", "--out", folder.path], (line, run) => {
    if (line.startsWith("epoch 1/9")) run.signal("SIGINT");
  });
  const { code, lines } = await first.end();
  assertEquals(code, 130);
  assertEquals(lines.at(-1), `go on with: deno task train --resume ${folder.path}`);
  const { position } = await readCheckpoint(folder.path);
  const second = new TrainRun(["--resume", folder.path], (line, run) => {
    if (line.startsWith("epoch 3/9")) run.signal("SIGINT");
    if (line.startsWith("finishing")) run.signal("SIGINT");
  });
  const passedOn = await second.end();
  assertEquals([passedOn.code, passedOn.lines.at(-1)], [code, lines.at(-1)]);
  assert((await readCheckpoint(folder.path)).position.step > position.step);
});

Deno.test("kill -9 at any moment leaves a whole checkpoint, from which the run ends the same", async () => {
  await using folder = await scratch();
  const whole = `${folder.path}/whole`;
  const started = performance.now();
  await train(...short, "--out", whole);
  const milliseconds = performance.now() - started;
  const expected = await savedBits(whole);
  const random = new Random(1);
  for (const name of ["a", "b"]) {
    const out = `${folder.path}/${name}`;
    const run = new TrainRun([...short, "--out", out]);
    const timer = setTimeout(() => run.signal("SIGKILL"), random.uniform(0.3, 1) * milliseconds);
    await run.end();
    clearTimeout(timer);
    const exists = await Deno.stat(`${out}/checkpoint.safetensors`).catch(() => undefined);
    const args = exists === undefined ? [...short, "--out", out] : ["--resume", out];
    assertEquals((await train(...args)).code, 0);
    assertEquals(await savedBits(out), expected);
  }
});

for (const [signal, exit] of [["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test({
    name: `${signal} writes a checkpoint too, and says how to go on, to be copied into a shell`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using folder = await scratch();
      const out = `${folder.path}/it's $HOME`;
      const run = new TrainRun([...short, "--epochs", "9", "--out", out], (line, run) => {
        if (line.startsWith("epoch 1/9")) run.signal(signal);
      });
      const { code, lines, errors } = await run.end();
      assertEquals([code, errors], [exit, ""]);
      const quoted = `'${folder.path}/it'\\''s $HOME'`;
      assertEquals(lines.at(-1), `go on with: deno task train --resume ${quoted}`);
      const { position } = await readCheckpoint(out);
      assert(position.epoch >= 1 && position.epoch < 9);
      assertEquals(filesIn(out), ["checkpoint.safetensors", "metrics.jsonl", "run.json"]);
    },
  });
}

Deno.test("a second run with the same --out is refused, and takes over from one that was killed", async () => {
  await using folder = await scratch();
  const out = `${folder.path}/run`, args = [...short, "--out", out];
  const first = new TrainRun([...args, "--epochs", "99"], (line, run) => {
    if (!line.startsWith("epoch 1/99")) return;
    second = train(...args).then((ran) => (run.signal("SIGKILL"), ran));
  });
  let second: ReturnType<typeof train> | undefined;
  await first.end();
  const { code, lines, errors } = await second!;
  assertEquals([code, lines], [1, []]);
  assertStringIncludes(errors, `error: ${out}/model.safetensors: process ${first.process.pid} `);
  assertStringIncludes(errors, "is writing it; wait for its end, or choose another (--out DIR)");
  const third = await train("--resume", out, "--epochs", "2");
  assertEquals(third.code, 0);
  // It may have come to the second epoch before it was killed, which is told first.
  assertStringIncludes(
    third.lines.join("\n"),
    `${out}: taken over from process ${first.process.pid} `,
  );
  assertEquals(
    filesIn(out),
    [
      ...["checkpoint.safetensors", "metrics.jsonl", "mistakes", "model.safetensors"],
      ...["report.html", "run.json", "samples"],
    ],
  );
});
