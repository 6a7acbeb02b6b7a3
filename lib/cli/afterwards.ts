import { writeFileAtomic } from "../core/files.ts";
import { Dataset } from "../train/dataset.ts";
import type { History } from "../train/history.ts";
import type { Metrics } from "../train/metric.ts";
import { keepMistakes } from "./mistakes.ts";
import { placeName } from "./pages/page.ts";
import { trainingPage } from "./pages/training_page.ts";
import { reportName, samplesName } from "./run_folder.ts";
import { keepSamples } from "./samples.ts";
import type { Setup } from "./setup.ts";
import { TestImages } from "./test_images.ts";
import { trainingPlan } from "./training_plan.ts";

/** What a run has come to. */
export interface Outcome {
  readonly setup: Setup;
  readonly device: { readonly kind: string; readonly description: string };
  readonly folder: string;
  readonly history: History;
  readonly test: Metrics;
  readonly seconds: number;
}

/**
 * What is left in the folder of a run to be looked at: its mistakes, some test images, and a report as a
 * page. Images of a stream have no place to be found at again.
 *
 * @returns how many test images are taken for something else, where that is known
 */
export async function leaveToLookAt(outcome: Outcome): Promise<{ readonly mistakes?: number }> {
  const { setup, device, folder } = outcome, { net, test: data, settings } = setup;
  const images = data instanceof Dataset ? await TestImages.ask(net, data) : undefined;
  const mistakes = images === undefined ? [] : await keepMistakes(images, `${folder}/mistakes`);
  if (images !== undefined) await keepSamples(images, `${folder}/${samplesName}`);
  const content = await trainingPage({
    ...outcome,
    net,
    title: `${settings.model ?? "A network"} on ${placeName(settings.data)}`,
    tested: setup.validation === data ? "validation" : "test",
    plan: trainingPlan({ setup, device, output: folder }),
    ...images && { images },
    mistakes,
    folder: `${folder}/mistakes`,
  });
  await writeFileAtomic(`${folder}/${reportName}`, content);
  return images === undefined ? {} : { mistakes: images.mistakes.length };
}
