import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../../lib/cli/command.ts";
import { fingerprintOf } from "../../lib/cli/fingerprint.ts";
import { gitRevision } from "../../lib/cli/git_revision.ts";
import { Recording } from "../../lib/cli/recording.ts";
import { prepareFolder, unusedFolder } from "../../lib/cli/run_folder.ts";
import { checkSameData, readRun, RunRecord } from "../../lib/cli/run_record.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import type { EpochRecord, Progress } from "../../lib/train/epoch_record.ts";
import { encodePng } from "../../lib/plotly_svg/mod.ts";
import { imageFolder } from "../../lib/images/image_folder.ts";
import { filesIn, inFolder, smallDiskTest } from "../folders.ts";
import { squares } from "./squares.ts";

const about = {
  settings: { model: "mlp" },
  device: { kind: "cpu", description: "here" },
  data: { train: 10, test: 2, classes: ["a", "b"], fingerprint: "sha256:1" },
};

const epochRecord = (epoch: number): EpochRecord => ({
  epoch,
  step: 10 * epoch,
  loss: 1 / epoch,
  learningRate: 0.1,
  seconds: 1,
  imagesPerSecond: 9,
});

const linesIn = async (folder: string) =>
  (await Deno.readTextFile(`${folder}/metrics.jsonl`)).split("\n").filter(Boolean)
    .map((line) => JSON.parse(line));

Deno.test("a record says what was done, with what, and how it ended", () =>
  inFolder(async (folder) => {
    const recording = new Recording(() => RunRecord.begin(folder, about));
    recording.started();
    await recording.epoch(epochRecord(1));
    assertEquals((await readRun(folder))!.status, "running");
    await recording.end("done", { loss: 0.5 });
    await recording[Symbol.asyncDispose]();
    const run = (await readRun(folder))!;
    assertEquals([run.status, run.result, run.settings], ["done", { loss: 0.5 }, about.settings]);
    assertEquals(run.versions.deno, Deno.version.deno);
    assert(/^\d+\.\d+\.\d+/.test(run.versions.striate));
    assert(run.began <= run.ended!);
    const [line] = await linesIn(folder);
    assertEquals([line.event, line.epoch, line.loss], ["epoch", 1, 1]);
  }));

Deno.test("progress is written every second, and no more often", () =>
  inFolder(async (folder) => {
    const progress = (step: number) => ({ ...epochRecord(1), step }) as unknown as Progress;
    for (const [interval, expected] of [[undefined, []], [0, [1, 2]]] as const) {
      using record = await RunRecord.begin(
        folder,
        about,
        undefined,
        interval === undefined ? {} : { interval },
      );
      for (const step of [1, 2]) await record.progress(progress(step));
      const lines = await linesIn(folder);
      assertEquals(
        lines.map(({ event, step }) => [event, step]),
        expected.map((n) => ["progress", n]),
      );
    }
  }));

Deno.test("a resumed record keeps what was before the checkpoint, once", () =>
  inFolder(async (folder) => {
    const progress = (step: number) => JSON.stringify({ event: "progress", epoch: 3, step });
    const lines = [
      ...[1, 2].map((epoch) => JSON.stringify({ event: "epoch", ...epochRecord(epoch) })),
      progress(22),
      progress(28),
      '{"event":"progress","epoch":3,"st',
    ];
    await Deno.writeTextFile(`${folder}/metrics.jsonl`, lines.join("\n"));
    const records = [1, 2, 3].map(epochRecord);
    for (const [step, kept] of [[25, 2], [30, 3]] as const) {
      const position = { step, records: records.slice(0, kept) };
      (await RunRecord.begin(folder, about, { folder, phase: "all", position }))[Symbol.dispose]();
    }
    assertEquals(
      (await linesIn(folder)).map(({ event, epoch, step }) => [event, epoch, step]),
      [["epoch", 1, 10], ["epoch", 2, 20], ["progress", 3, 22], ["epoch", 3, 30]],
    );
    assertEquals((await readRun(folder))!.resumed!.map(({ step }) => step), [25, 30]);
    await checkSameData(folder, "sha256:1");
    await assertRejects(
      () => checkSameData(folder, "sha256:2"),
      RangeError,
      `cannot resume: the data are not those that the run in ${folder} began with`,
    );
  }));

Deno.test("a record of two phases goes on in either", () =>
  inFolder(async (folder) => {
    const line = (epoch: number, phase?: "head") =>
      JSON.stringify({ event: "epoch", ...epochRecord(epoch), ...phase && { phase } });
    const text = [line(1, "head"), line(2, "head"), line(1), line(2)].join("\n");
    for (const [phase, expected] of [["all", "head1 head2 all1"], ["head", "head1"]] as const) {
      await Deno.writeTextFile(`${folder}/metrics.jsonl`, text);
      const position = { step: 10, records: [epochRecord(1)] };
      (await RunRecord.begin(folder, about, { folder, phase, position }))[Symbol.dispose]();
      const kept = (await linesIn(folder)).map(({ phase = "all", epoch }) => `${phase}${epoch}`);
      assertEquals(kept.join(" "), expected);
    }
  }));

Deno.test("what cannot be recorded is an error at the next epoch, and at the end", () =>
  inFolder(async (folder) => {
    const recording = new Recording(() => RunRecord.begin(`${folder}/none`, about));
    recording.progress({} as Progress);
    await assertRejects(() => recording.epoch(epochRecord(1)), Error, "cannot write");
    await assertRejects(() => recording.end("done"), Error, "cannot write");
    await recording[Symbol.asyncDispose]();
    const late = new Recording(() => RunRecord.begin(folder, about));
    await late[Symbol.asyncDispose]();
    late.started();
    await late.end("done");
    assertEquals(filesIn(folder), []);
  }));

smallDiskTest(
  "a full disk ends a record with an error, and what was written is whole",
  async (folder) => {
    const recording = new Recording(() => RunRecord.begin(folder, about));
    const epochs = Array.from({ length: 500 }, (_, i) => epochRecord(i + 1));
    await assertRejects(
      async () => {
        for (const record of epochs) await recording.epoch(record);
      },
      Error,
      "there is no space left on the disk",
    );
    await recording[Symbol.asyncDispose]();
    assertEquals((await readRun(folder))!.status, "running");
  },
);

Deno.test("a folder with a run that has not ended takes no new one; that of a run that has, does", () =>
  inFolder(async (folder) => {
    prepareFolder(folder);
    await Deno.writeTextFile(`${folder}/checkpoint.safetensors`, "");
    const expected = `${folder} has the checkpoint of a run that has not ended; go on with it by `;
    const refused = () => assertThrows(() => prepareFolder(folder), UsageError, expected);
    refused();
    (await RunRecord.begin(folder, about))[Symbol.dispose]();
    refused();
    // A model of a run before that one.
    await Deno.writeTextFile(`${folder}/model.safetensors`, "");
    refused();
    const ended = await RunRecord.begin(folder, about);
    await ended.end("done");
    ended[Symbol.dispose]();
    prepareFolder(folder);
    assertEquals(filesIn(folder), ["model.safetensors"]);
    // Without a record, the times tell.
    await Deno.writeTextFile(`${folder}/checkpoint.safetensors`, "");
    await Deno.utime(`${folder}/model.safetensors`, 1000, 1000);
    refused();
    await Deno.utime(`${folder}/checkpoint.safetensors`, 999, 999);
    prepareFolder(folder);
  }));

Deno.test("a request to stop is heeded by progress, and at the end of an epoch", () =>
  inFolder(async (folder) => {
    let asked = 0;
    using record = await RunRecord.begin(folder, about, undefined, { onStop: () => asked++ });
    const request = () => Deno.writeTextFile(`${folder}/stop`, "");
    await record.epoch(epochRecord(1));
    assertEquals(asked, 0);
    await request();
    await record.epoch(epochRecord(2));
    assertEquals([asked, filesIn(folder).includes("stop")], [1, false]);
    await record.epoch(epochRecord(3));
    assertEquals(asked, 1);
  }));

Deno.test("a run that is given no folder takes none of a run that has ended", () =>
  inFolder(async (parent) => {
    const folder = `${parent}/net`;
    const end = async (folder: string) => {
      await Deno.mkdir(folder);
      const record = await RunRecord.begin(folder, about);
      await Deno.writeTextFile(`${folder}/model.safetensors`, "");
      await record.end("done");
      record[Symbol.dispose]();
    };
    assertEquals(unusedFolder(folder), folder);
    await end(folder);
    assertEquals(unusedFolder(folder), `${folder}-2`);
    await end(`${folder}-2`);
    assertEquals(unusedFolder(folder), `${folder}-3`);
    // One that has not ended is to be gone on with.
    await Deno.mkdir(`${folder}-3`);
    await Deno.writeTextFile(`${folder}-3/checkpoint.safetensors`, "");
    assertEquals(unusedFolder(folder), `${folder}-3`);
  }));

Deno.test("the commit of a repository is known by its files", () =>
  inFolder(async (folder) => {
    const commit = "a".repeat(40), other = "b".repeat(40);
    assertEquals(await gitRevision(folder), undefined);
    const write = async (path: string, text: string) => {
      await Deno.mkdir(join(folder, path, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, path), text);
    };
    await write(".git/HEAD", "ref: refs/heads/some/branch\n");
    await write(".git/refs/heads/some/branch", `${commit}\n`);
    await write("inner/file", "");
    assertEquals(await gitRevision(`${folder}/inner`), { commit, branch: "some/branch" });
    await Deno.remove(`${folder}/.git/refs`, { recursive: true });
    assertEquals(await gitRevision(folder), undefined);
    await write(".git/packed-refs", `# pack-refs\n${other} refs/heads/some/branch\n`);
    assertEquals(await gitRevision(folder), { commit: other, branch: "some/branch" });
    await write(".git/HEAD", `${commit}\n`);
    assertEquals(await gitRevision(folder), { commit });
    await write(".git/worktrees/w/HEAD", "ref: refs/heads/some/branch\n");
    await write(".git/worktrees/w/commondir", "../..\n");
    await write("tree/.git", `gitdir: ${folder}/.git/worktrees/w\n`);
    assertEquals(await gitRevision(`${folder}/tree`), { commit: other, branch: "some/branch" });
  }));

Deno.test("data are known again by their examples, labels and classes", async () => {
  const data = (first = 0, label = 1, names = ["a", "b"]) =>
    arrayDataset({ inputs: [[first, 2], [3, 4]], targets: [label, 0], classes: names });
  const all = await Promise.all(
    [data(), data(), data(1), data(0, 0), data(0, 1, ["a", "c"])].map((one) => fingerprintOf(one)),
  );
  assert(all.every((one) => /^sha256:[0-9a-f]{64}$/.test(one)));
  assertEquals(all[0], all[1]);
  assertEquals(new Set(all).size, 4);
  assert(await fingerprintOf(data(), data(1)) !== await fingerprintOf(data(1), data()));
});

Deno.test("images in files are known again by their bytes", () =>
  inFolder(async (folder) => {
    await squares(folder, { dark: 10, light: 200 });
    const fingerprint = async () => {
      const { train, test } = await imageFolder(folder, { size: 8 });
      return await fingerprintOf(train, test);
    };
    const first = await fingerprint();
    assertEquals(await fingerprint(), first);
    await Deno.writeFile(`${folder}/dark/1.png`, encodePng(Array(64).fill(99), 8, 8, 1));
    assert(await fingerprint() !== first);
  }));
