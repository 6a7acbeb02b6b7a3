/**
 * `deno task train`: trains a network, measures it, saves it.
 *
 * @module
 */
import { oneOf, positiveInteger } from "../core/option_kinds.ts";
import { isOneOfMany } from "../core/environment.ts";
import type { Values } from "../core/options.ts";
import { splitPath } from "../core/files.ts";
import { device } from "../tensor/runtime.ts";
import { chooseDevice, deviceOption, formatNetworks, threadsOption } from "./network_option.ts";
import { command, formatOptions, option, path, runCommand, toggle, UsageError } from "./command.ts";
import { formatRecipes, recipeNames } from "./recipes/recipes.ts";
import { unusedFolder } from "./run_folder.ts";
import { reporterFor } from "./training_report.ts";
import { standWhereCalled } from "./shell.ts";
import { type ResumedRun, train, type Watch } from "./training_run.ts";
import { formatUsuals } from "./usual_settings.ts";
import {
  type Given,
  resumedSettings,
  runSchema,
  type Settings,
  settingsOf,
  withWholePaths,
} from "./training_settings.ts";

const options = {
  ...runSchema,
  device: deviceOption,
  threads: threadsOption,
  out: path("where the model and checkpoints go (runs/MODEL-DATA, then -2 …)", "DIR"),
  resume: path("goes on from the checkpoint in DIR, with its options", "DIR"),
  compress: option("with mpirun: gradients are rounded to f16 on their way", oneOf(["f16"])),
  "find-learning-rate": toggle(
    "looks for a rate by 100 steps with rates that grow, in place of training",
  ),
  json: toggle("one JSON object a line instead of text"),
  record: toggle("looks at weights, gradients and mistakes on the way, for deno task dashboard"),
  dashboard: toggle("records that, and opens a page that shows it while it trains"),
  tensorboard: toggle("writes files for TensorBoard into the folder"),
  recipe: option("an experiment of a paper, one of those below", oneOf(recipeNames), "NAME"),
  seeds: option(
    "of a recipe: how many times it is done, each with another seed",
    positiveInteger(),
  ),
  steps: option(
    "of a recipe: steps of each training, a few to see that it works",
    positiveInteger(),
  ),
};

const help = async () =>
  `Trains a network on images, measures it on test images, and saves it.

  deno task train [options]

${formatOptions(options)}

Networks (--model)
${await formatNetworks()}
  Each is made for the size and the classes of the data, which not every one takes (alexnet needs
  63 x 63 pixels). The networks with auxiliary classifiers (googlenet, inception-v3) learn without.

Images of your own (--data)
  a folder for each class, or such folders in train, val and test (or two of them); images in one
  folder with --labels; WebDataset shards with --val and --classes. --val alone keeps images that
  are looked at after each epoch and measured at the end, and the report calls that validation; with
  --test too, the last figure is of images that nobody has looked at before. What is saved is the
  network after the last epoch

Defaults, by what is trained; a table shows those of a run before it begins
${formatUsuals()}

Recipes (--recipe), which take --epochs, --seeds, --seed, --steps, --data, --device, --threads, --out
and --json
${await formatRecipes()}

Examples
  deno task train
  deno task train --data mnist --device cpu
  deno task train --model mlp --data mnist --optimizer adam --epochs 5
  deno task train --model cifar-resnet20 --data cifar10
  deno task train --data photos --model resnet18 --image-size 96 --class-weights balanced
  deno task train --data photos --model resnet18 --weights imagenet --freeze layer2
  deno task train --find-learning-rate --data photos --model resnet18 --image-size 96
  deno task train --resume runs/lenet5-digits
  deno task train --recipe relu-tanh --seeds 1
  mpirun -n 2 deno task train --data mnist   in two processes (Open MPI: see lib/parallel/README.md)

Environment
  STRIATE_CACHE         where downloads are kept
  STRIATE_MIRROR        a URL or folder to take them from instead of their origin
  STRIATE_TIMEOUT       seconds that a server may be silent (30)
  STRIATE_DEVICE        auto, webgpu or cpu
  STRIATE_ADAPTER       of WebGPU: high-performance (as it is by default), low-power or software
  STRIATE_INSTRUCTIONS  what the CPU computes products with: wasm, avx2 or avx512 (the best there is)`;

/** The command; returns the exit code. */
export const main = command(options, help, async ({ recipe, seeds, steps, compress, ...given }) => {
  if (compress !== undefined && !isOneOfMany()) {
    throw new UsageError("--compress: is for several processes, which mpirun starts");
  }
  if (recipe ?? seeds ?? steps) {
    const { runRecipe } = await import("./recipes/run_recipe.ts");
    const join = async () => isOneOfMany() ? await joined(compress) : undefined;
    return await runRecipe({ ...given, recipe, seeds, steps }, join);
  }
  const { device: deviceName, threads, out, resume, json = false, ...others } = given;
  const { record = false, dashboard = false, tensorboard = false, ...typed } = others;
  const { "find-learning-rate": find = false, ...ofRun } = typed;
  const run = withWholePaths(ofRun);
  if (find) checkFinding({ ...given, ...run });
  const saved = resume === undefined ? undefined : await savedRun(resume, run);
  const settings = saved?.settings ?? settingsOf(run);
  const group = isOneOfMany() ? await joined(compress) : undefined;
  const isFirst = group === undefined || group.rank === 0, report = reporterFor(json, isFirst);
  const chosen = out ?? saved?.folder ?? unusedFolder(usualFolder(settings));
  // The first may have made it before another has looked whether it is there.
  const folder = (await group?.gatherTexts(chosen))?.[0] ?? chosen;
  await chooseDevice({ device: deviceName, threads });
  if (find) {
    const { findLearningRate } = await import("./find_learning_rate.ts");
    return await findLearningRate(settings, folder, report);
  }
  if (saved?.phase === "all" && saved.position.records.length >= settings.epochs) {
    report.note(
      `all epochs of ${saved.folder} are done: nothing is learnt, but with more --epochs`,
    );
  }
  const isWatched = record || dashboard || tensorboard;
  const watch: Watch = async (folder, resumed) => {
    const { Watching } = await import("./watching.ts");
    return await Watching.begin(folder, { record: record || dashboard, tensorboard }, resumed);
  };
  await using page = dashboard && isFirst
    ? await (await import("./run_dashboard.ts")).RunDashboard.open(folder, report, !json)
    : undefined;
  const result = await train(settings, folder, saved, report, {
    ...isWatched && isFirst && { beginWatching: watch },
    ...group && { group },
  });
  const { history, test, code } = result;
  if (history !== undefined && test !== undefined) {
    const { kind } = await device();
    await report.done({ ...result, history, test, device: kind, output: folder, settings });
  } else if (history !== undefined) report.interrupted(history, folder);
  else report.note("interrupted before the first step");
  if (code === 0) await page?.stay();
  return code;
});

/** Checks that nothing is given which is not for a search for a learning rate. */
function checkFinding(given: Values<typeof options>): void {
  const what = "--find-learning-rate";
  if (isOneOfMany()) {
    throw new UsageError(`${what}: is done by one process; start it without mpirun`);
  }
  if (given["learning-rate"] !== undefined) {
    throw new UsageError(`--learning-rate: is what ${what} looks for; leave one of them out`);
  }
  if (given.epochs === 0) {
    throw new UsageError(
      `--epochs: 0 trains the head alone, and ${what} looks for the rate of all layers`,
    );
  }
  const others = ["resume", "record", "dashboard", "tensorboard"] as const;
  const other = others.find((name) => given[name]);
  if (other) {
    throw new UsageError(`--${other}: is for a training, and ${what} does none; leave it out`);
  }
}

/** The processes that train together. */
async function joined(compress: "f16" | undefined) {
  const { joinProcesses } = await import("../parallel/join.ts");
  return await joinProcesses({ ...compress && { compress } });
}

/** Where a run goes: a folder for the network and what it learns. */
function usualFolder({ model = "model", data }: Settings): string {
  const [, name] = splitPath(data.replace(/[/\\]+$/, ""));
  return `runs/${model}-${name.replace(/\W+/g, "-")}`;
}

/** The run that a checkpoint is of. */
async function savedRun(
  place: string,
  given: Given,
): Promise<ResumedRun & { readonly settings: Settings }> {
  const { readCheckpoint } = await import("../train/checkpoint.ts");
  const { path: checkpoint, metadata, position } = await readCheckpoint(place);
  const { run, phase, recipe } = metadata;
  if (run === undefined) {
    throw new UsageError(
      recipe === undefined
        ? `--resume: the checkpoint in ${place} was not written by train`
        : `--resume: the checkpoint in ${place} is of the recipe ${recipe}, which goes on where it was ` +
          `when it is run again: --recipe ${recipe} --out DIR`,
    );
  }
  // It may be named itself in place of its folder.
  const folder = place.endsWith(".safetensors") ? splitPath(place)[0] : place;
  return {
    folder,
    checkpoint,
    position,
    phase: phase === "head" ? phase : "all",
    settings: resumedSettings(run, given, place),
  };
}

if (import.meta.main) {
  standWhereCalled();
  await runCommand(main);
}
