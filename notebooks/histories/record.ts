/**
 * Keeps what a recipe measured as a small file for the notebooks: the epochs of each arm that is
 * done, and the command that makes them.
 *
 *     deno run -A notebooks/histories/record.ts runs/regularization \
 *       "deno task train --recipe regularization --seeds 1"
 *
 * @module
 */
import type { Arm, Recorded } from "./recorded.ts";

/** As much of `run.json` as is used here. */
interface Run {
  readonly status: string;
  readonly settings: { readonly seed: number; readonly arm: { readonly name: string } };
  readonly data: { readonly train: number; readonly test: number };
  readonly device: { readonly description: string };
  readonly result?: {
    /** Over the last epoch, while it was trained. */
    readonly training: Measured;
    /** On the training images, after it; where the recipe asks for that. */
    readonly train?: Measured;
    /** None where training diverged. */
    readonly test?: Measured;
  };
}

interface Measured {
  readonly loss: number;
  readonly top1: number;
}

/** A measure of an epoch in `metrics.jsonl`. */
interface Measure {
  readonly event: string;
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
  readonly top1: number;
  readonly learningRate: number;
  readonly validation?: { readonly loss: number; readonly top1: number };
}

const short = (x: number) => Number(x.toFixed(4));

async function armOf(folder: string): Promise<{ arm: Arm; run: Run } | undefined> {
  const run: Run = JSON.parse(await Deno.readTextFile(`${folder}/run.json`));
  if (run.status !== "done" || run.result?.test === undefined) return undefined;
  const lines = (await Deno.readTextFile(`${folder}/metrics.jsonl`)).trim().split("\n");
  const epochs = lines.map((line): Measure => JSON.parse(line))
    .filter(({ event }) => event === "epoch")
    .map(({ epoch, step, loss, top1, learningRate, validation }) => ({
      epoch,
      step,
      loss: short(loss),
      top1: short(top1),
      learningRate: Number(learningRate.toPrecision(4)),
      ...validation && {
        validationLoss: short(validation.loss),
        validationTop1: short(validation.top1),
      },
    }));
  const { training, train = training, test } = run.result;
  const arm: Arm = {
    arm: run.settings.arm.name,
    seed: run.settings.seed,
    images: run.data.train,
    train: { loss: short(train.loss), top1: short(train.top1) },
    test: { loss: short(test.loss), top1: short(test.top1) },
    epochs,
  };
  return { arm, run };
}

/** What the recipe of a folder has measured so far, without arms that diverged. */
export async function recordOf(folder: string, command: string): Promise<Recorded> {
  const found: { arm: Arm; run: Run }[] = [];
  for (const arm of [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory)) {
    for (const { name } of Deno.readDirSync(`${folder}/${arm.name}`)) {
      found.push(...[await armOf(`${folder}/${arm.name}/${name}`)].flatMap((one) => one ?? []));
    }
  }
  found.sort((a, b) => a.arm.arm.localeCompare(b.arm.arm) || a.arm.seed - b.arm.seed);
  const [first] = found;
  if (first === undefined) throw new Error(`${folder}: no run that is done`);
  return {
    command,
    test: first.run.data.test,
    machine: first.run.device.description,
    arms: found.map(({ arm }) => arm),
  };
}

if (import.meta.main) {
  const [folder, command] = Deno.args;
  if (folder === undefined || command === undefined) {
    console.error("Usage: record.ts FOLDER COMMAND, with the folder of a recipe's runs");
    Deno.exit(2);
  }
  const recorded = await recordOf(folder, command);
  const name = folder.replace(/\/$/, "").split("/").at(-1);
  const text = JSON.stringify(recorded).replaceAll('{"arm"', '\n{"arm"');
  await Deno.writeTextFile(new URL(`${name}.json`, import.meta.url), `${text}\n`);
  const { length } = recorded.arms;
  console.log(`${name}.json: ${length} runs, ${text.length.toLocaleString("en")} bytes`);
}
