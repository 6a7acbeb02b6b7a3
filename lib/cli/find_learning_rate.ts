/**
 * `deno task train --find-learning-rate`: looks for a learning rate in place of a training.
 *
 * @module
 */
import { writeFileAtomic } from "../core/files.ts";
import { learningRates } from "../show/plot/learning_rates.ts";
import { device } from "../tensor/runtime.ts";
import { finderSchema } from "../train/learning_rate_finder.ts";
import { Interrupt } from "./interrupt.ts";
import { page, picture, settingsTable } from "./pages/page.ts";
import { chartName } from "./run_folder.ts";
import { optimizerFor } from "./training_optimizer.ts";
import { trainingPlan } from "./training_plan.ts";
import type { Reporter } from "./training_report.ts";
import type { Settings } from "./training_settings.ts";
import { classWeightsOf, lossesOf, prepareRun } from "./training_setup.ts";

/**
 * Trains for a few steps as a run of these settings would, with rates that grow, says which rate that
 * suggests, and leaves the chart in the folder; returns the exit code. Of weights that were trained
 * before, the head is the new one, untrained.
 */
export async function findLearningRate(
  given: Settings,
  folder: string,
  report: Reporter,
): Promise<number> {
  const load = await prepareRun(given, undefined), corrupt = new Set<string>();
  const setup = await load({
    download: report.download,
    corrupt(image, reason) {
      if (!corrupt.has(image)) report.corrupt(image, reason);
      corrupt.add(image);
    },
  });
  const { settings, net, train, plain } = setup, { batchSize, accumulate, seed } = settings;
  const losses = lossesOf(settings, await classWeightsOf(settings, plain));
  const { kind, description } = await device(), about = { kind, description };
  const chart = `${folder}/${chartName}`;
  const start = { setup, device: about, output: chart, searchSteps: finderSchema.steps.fallback! };
  await report.start(start);
  using interrupt = new Interrupt(() => report.note("stopping after the step"));
  const curve = await net.findLearningRate(train, {
    batchSize,
    optimizer: optimizerFor(settings, net),
    seed,
    steps: start.searchSteps,
    ...losses,
    ...accumulate !== undefined && { accumulate },
    signal: interrupt.signal,
  });
  if (curve.stopped === "aborted") {
    report.note("interrupted; nothing is written");
    return interrupt.code;
  }
  const title = `Learning rates for ${settings.model ?? "a network"} on ${settings.data}`;
  const content = page(title, String(curve), [
    { heading: "Loss by learning rate", html: picture(learningRates(curve, { title })) },
    { heading: "Settings", html: settingsTable(trainingPlan(start)) },
  ]);
  await Deno.mkdir(folder, { recursive: true });
  await writeFileAtomic(chart, content);
  report.rate(curve, chart);
  return 0;
}
