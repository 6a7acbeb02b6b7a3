/**
 * `deno task sweep`: trains with many settings, and names the best.
 *
 * @module
 */
import { positiveInteger } from "../core/option_kinds.ts";
import { splitPath } from "../core/files.ts";
import { command, formatOptions, option, path, runCommand, toggle, UsageError } from "./command.ts";
import { Interrupt } from "./interrupt.ts";
import { checkThreads, deviceOption, mayBeCpu, threadsOption } from "./network_option.ts";
import { screen, writeEvent } from "./screen.ts";
import { commandStart, quotedPath, standWhereCalled } from "./shell.ts";
import { inWords, type Judged, optionsInWords, spreadInWords } from "./sweep/judged.ts";
import { readRecipe, type SweepRecipe } from "./sweep/sweep_recipe.ts";
import { runSweep, type SweepEvents } from "./sweep/sweep_run.ts";

const options = {
  jobs: option("runs at a time, each in a process of its own (1)", positiveInteger()),
  out: path("where the runs go (runs/NAME of the recipe)", "DIR"),
  threads: { ...threadsOption, help: "threads of each run on the CPU (cores divided by jobs)" },
  device: deviceOption,
  record: toggle("looks at weights, gradients and mistakes on the way, for deno task dashboard"),
  json: toggle("one JSON object a line instead of text"),
};

const help = `Trains with many settings, and names the best with the spread of its seeds.

  deno task sweep RECIPE.json [options]

${formatOptions(options)}

A recipe is JSON with
  method       grid: all combinations (the default); random: as many drawn ones as trials says;
               halving: drawn ones train for leastEpochs (1), the best of them, one of factor (3),
               factor times longer, and so on, up to the epochs that are fixed
  fixed        options of deno task train that all have: { "data": "mnist", "epochs": 9 }
  vary         those that differ: { "optimizer": ["sgd", "adam"],
               "learning-rate": { "from": 0.001, "to": 0.1, "scale": "log", "count": 3 } }
               (scale is linear by default; count is for a grid)
  trials       how many are drawn (16)
  seeds        runs of each, with the seeds from 0 (1)
  seed         what is drawn depends on it (0)
  metric       what is compared, of the test images: top1 (the default), top5 or loss

Called again, it goes on where it was: what is done stays, what was interrupted goes on from its
checkpoint. Ctrl-C has the runs under way write theirs. deno task dashboard shows it, while it goes on,
as parallel coordinates. Several jobs share the cores of the machine: each run has as many threads as
come to it, or what --threads says.`;

/** The command; returns the exit code. */
export const main = command(options, help, async (given, [file, second]) => {
  if (file === undefined) throw new UsageError("expected a recipe: deno task sweep RECIPE.json");
  if (second !== undefined) {
    throw new UsageError(`expected one recipe, found also ${JSON.stringify(second)}; see --help`);
  }
  const { jobs = 1, device, record = false, json = false } = given;
  checkThreads(given);
  const threads = given.threads ?? threadsOf(jobs, device);
  const recipe = await readRecipe(file);
  const folder = given.out ?? `runs/${splitPath(file)[1].replace(/\.json$/, "")}`;
  const report = json ? jsonReporter() : textReporter(recipe, folder);
  using interrupt = new Interrupt(() => report.note("ending the runs under way with checkpoints"));
  const words = [
    ...device === undefined ? [] : ["--device", device],
    ...threads === undefined ? [] : ["--threads", String(threads)],
    ...record ? ["--record"] : [],
  ];
  const judged = await runSweep(recipe, { folder, jobs, words, signal: interrupt.signal }, report);
  if (judged === undefined) {
    report.note(`go on with: ${commandStart("sweep")} ${quotedPath(file)}`);
    return interrupt.code;
  }
  report.done(judged);
  return judged.length > 0 ? 0 : 1;
});

/** The threads that come to each of several runs on the CPU; one alone takes what there is. */
function threadsOf(jobs: number, device = "auto"): number | undefined {
  if (jobs === 1 || !mayBeCpu(device)) return undefined;
  return Math.max(1, Math.floor(navigator.hardwareConcurrency / jobs));
}

/** Where it is said what a sweep does. */
interface Reporter extends SweepEvents {
  note(text: string): void;
  done(judged: readonly Judged[]): void;
}

/** Trials that are listed at the end. */
const listed = 10;

function textReporter(recipe: SweepRecipe, folder: string): Reporter {
  const { line } = screen(), { metric } = recipe;
  let done = 0, total = 0;
  return {
    rung(trials, until) {
      [done, total] = [0, trials * recipe.seeds];
      const length = Number.isFinite(until) ? `until epoch ${until}` : "to the end";
      const what = trials === 1 ? "1 trial" : `${trials} trials`;
      const seeds = recipe.seeds === 1 ? "" : ` with ${recipe.seeds} seeds each`;
      line(`${what}${seeds}, ${length}`);
    },
    reached(trial, seed, { value, failure }) {
      const came = value === undefined
        ? `failed: ${failure}`
        : `${metric} ${inWords(metric, value)}`;
      line(`${++done}/${total}  ${trial.name} seed ${seed}  ${came}  ${optionsInWords(trial)}`);
    },
    note: line,
    done(judged) {
      const [best] = judged;
      if (best === undefined) return line("every run has failed");
      line("");
      for (const one of judged.slice(0, listed)) {
        line(`${one.trial.name}  ${spreadInWords(one, metric)}  ${optionsInWords(one.trial)}`);
      }
      line("");
      line(`best: ${best.trial.name}, ${metric} ${spreadInWords(best, metric)}`);
      line(`      ${optionsInWords(best.trial)}`);
      line(`its runs: ${folder}/${best.trial.name}`);
      line(`all of them: ${commandStart("dashboard")} ${quotedPath(folder)}`);
    },
  };
}

function jsonReporter(): Reporter {
  return {
    rung: (trials, until) => writeEvent("rung", { trials, ...Number.isFinite(until) && { until } }),
    reached: ({ name, options }, seed, reached) =>
      writeEvent("reached", { trial: name, options, seed, ...reached }),
    note: () => {},
    done: (judged) =>
      writeEvent("done", {
        trials: judged.map(({ trial: { name, options }, mean, deviation, values }) => ({
          trial: name,
          options,
          mean,
          ...deviation !== undefined && { deviation },
          values,
        })),
      }),
  };
}

if (import.meta.main) {
  standWhereCalled();
  await runCommand(main);
}
