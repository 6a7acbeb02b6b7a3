import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { digits } from "../../../data/digits.ts";
import { UsageError } from "../../../lib/cli/command.ts";
import type { Reached } from "../../../lib/cli/recipes/columns.ts";
import type { Arm } from "../../../lib/cli/recipes/recipe.ts";
import { runArm } from "../../../lib/cli/recipes/run_arm.ts";
import { readRun } from "../../../lib/cli/run_record.ts";
import { scratch, useCpu } from "../../train/helpers.ts";

await useCpu();

const arm: Arm = {
  name: "arm",
  network: { name: "mlp" },
  data: "digits",
  trainImages: 640,
  epochs: 4,
  batchSize: 32,
  optimizer: { optimizer: "sgd", "learning-rate": 0.05, momentum: 0.9, schedule: "constant" },
  validates: true,
};
const parts = digits({ train: 640, test: 100 });

/** Trains an arm in a folder; how many epochs were trained, and what came out. */
async function trained(
  arm: Arm,
  folder: string,
  { signal = new AbortController().signal, best = Infinity } = {},
) {
  let epochs = 0;
  const task = {
    recipe: "test",
    arm,
    seed: 3,
    steps: undefined,
    folder,
    parts,
    isBeaten: ({ epochs }: Reached) => epochs >= best,
    measuresTraining: true,
    signal,
    onStop: () => {},
    group: undefined,
  };
  const events = { started: () => {}, progress: () => {}, epoch: () => void epochs++ };
  return { result: await runArm(task, events), epochs: () => epochs };
}

Deno.test("an arm ends when its target is reached, and is not trained again", async () => {
  await using folder = await scratch();
  const first = await trained({ ...arm, until: { of: "training", top1: 0.3 } }, folder.path);
  const { epochs, steps, reached, test, train } = first.result!;
  assert(epochs < 4 && epochs === first.epochs(), `${epochs} epochs`);
  assertEquals(steps, 20 * epochs);
  assert(reached!.epochs > epochs - 1 && reached!.epochs <= epochs);
  assert(test!.top1! > 0.1 && train!.top1! > 0.1);
  const again = await trained({ ...arm, until: { of: "training", top1: 0.3 } }, folder.path);
  assertEquals([again.epochs(), again.result], [0, first.result]);
  await assertRejects(
    () => trained({ ...arm, batchSize: 16 }, folder.path),
    UsageError,
    "has a training with other settings",
  );
});

Deno.test("an arm ends when it can no longer be the best of its group, also where it was interrupted", async () => {
  await using folder = await scratch();
  const hard: Arm = { ...arm, until: { of: "training", top1: 1.1 } };
  const { result } = await trained(hard, folder.path, { best: 1.5 });
  assertEquals([result!.epochs, result!.steps, result!.isBeaten], [2, 40, true]);
  assertEquals((await trained(hard, folder.path, { best: 1.5 })).epochs(), 0);
  // Killed between the checkpoint of its last epoch and the record of its result.
  const run = JSON.parse(await Deno.readTextFile(`${folder.path}/run.json`));
  const { result: _, ...killed } = { ...run, status: "running" };
  await Deno.writeTextFile(`${folder.path}/run.json`, JSON.stringify(killed));
  const again = await trained(hard, folder.path, { best: 1.5 });
  assertEquals([again.epochs(), again.result], [0, result]);
  // With nobody in its way it goes on, as one that was never stopped.
  const on = await trained(hard, folder.path), whole = await trained(hard, `${folder.path}/whole`);
  assertEquals([on.epochs(), on.result!.epochs, on.result!.isBeaten], [2, 4, undefined]);
  assertEquals(on.result!.test, whole.result!.test);
});

Deno.test("a loss that stops being finite is a result of its arm", async () => {
  await using folder = await scratch();
  const optimizer = { ...arm.optimizer, "learning-rate": 1e30 };
  const { result } = await trained({ ...arm, optimizer }, folder.path);
  assertMatch(result!.diverged!, /not a finite number/);
  assertEquals([result!.epochs, result!.test], [0, undefined]);
  assertEquals((await readRun(folder.path))!.status, "done");
});

Deno.test("an arm that is interrupted has no result, and goes on", async () => {
  await using folder = await scratch();
  const stopped = new AbortController();
  stopped.abort();
  const first = await trained(arm, folder.path, stopped);
  assertEquals([first.result, (await readRun(folder.path))!.status], [undefined, "interrupted"]);
  const second = await trained(arm, folder.path);
  assertEquals([second.epochs(), second.result!.epochs], [4, 4]);
  assertEquals((await readRun(folder.path))!.resumed!.length, 1);
});
