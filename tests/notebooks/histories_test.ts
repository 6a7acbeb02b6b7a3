/** Runs that were recorded for the notebooks. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { recipes } from "../../lib/cli/recipes/recipes.ts";
import { makeFolder } from "../../lib/core/files.ts";
import { recordOf } from "../../notebooks/histories/record.ts";
import { recorded } from "../../notebooks/histories/recorded.ts";
import { scratch } from "../train/helpers.ts";

const folder = new URL("../../notebooks/histories/", import.meta.url);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
  .filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));

Deno.test("recorded runs are of recipes that the command knows, with all epochs in order", async () => {
  assert(names.length > 0);
  for (const name of names) {
    assert(name in recipes, name);
    const { command, arms, test } = (await recorded(name))!;
    assert(command.startsWith(`deno task train --recipe ${name}`), command);
    assert(test > 0 && arms.length > 0);
    // At a rate that is too large some learn nothing.
    assert(arms.some(({ train }) => train.top1 > 0.2), name);
    for (const { arm, epochs } of arms) {
      assertEquals(epochs.map(({ epoch }) => epoch), epochs.map((_, i) => i + 1), arm);
      assert(epochs.every(({ loss, top1 }) => loss >= 0 && top1 >= 0 && top1 <= 1), arm);
    }
  }
});

Deno.test("of a recipe without a record there is nothing", async () => {
  assertEquals(await recorded("none"), undefined);
});

/** Writes the folder of a training, as a recipe leaves it. */
async function leave(folder: string, status: string, result: object) {
  await makeFolder(folder);
  const name = folder.split("/").at(-2)!;
  const run = {
    status,
    settings: { seed: 0, arm: { name } },
    data: { train: 20, test: 10 },
    device: { description: "a machine" },
    result,
  };
  const epoch = { event: "epoch", epoch: 1, step: 2, loss: 1, top1: 1 / 3, learningRate: 0.1 };
  const lines = [{ ...epoch, event: "progress" }, epoch].map((line) => JSON.stringify(line));
  await Deno.writeTextFile(`${folder}/run.json`, JSON.stringify(run));
  await Deno.writeTextFile(`${folder}/metrics.jsonl`, `${lines.join("\n")}\n`);
}

Deno.test("a record has the trainings that are done and came to something", async () => {
  await using folder = await scratch();
  const measured = { loss: 1, top1: 0.5 };
  await leave(`${folder.path}/wild/seed-0`, "done", { diverged: "at step 2" });
  await assertRejects(() => recordOf(folder.path, "command"), Error, "no run that is done");
  await leave(`${folder.path}/slow/seed-0`, "interrupted", {});
  await leave(`${folder.path}/good/seed-0`, "done", { training: measured, test: measured });
  const { arms, ...about } = await recordOf(folder.path, "command");
  assertEquals(about, { command: "command", test: 10, machine: "a machine" });
  assertEquals(arms, [{
    arm: "good",
    seed: 0,
    images: 20,
    train: measured,
    test: measured,
    epochs: [{ epoch: 1, step: 2, loss: 1, top1: 0.3333, learningRate: 0.1 }],
  }]);
});
