/**
 * Data sets that a network is measured on: the test images of those that `train` knows by name, those of
 * a run that has learnt one of them, and files of records.
 *
 * @module
 */
import { cifarFiles } from "../../data/cifar.ts";
import type { DownloadEvents } from "../core/download.ts";
import { splitPath } from "../core/files.ts";
import { unknownName } from "../core/suggest.ts";
import type { Dataset } from "../train/dataset.ts";
import { UsageError } from "./command.ts";
import { type DataName, dataSets } from "./data_sets.ts";
import { modelName } from "./run_folder.ts";
import { readRun } from "./run_record.ts";
import type { Settings } from "./training_settings.ts";

/** The names of the data sets. */
export const dataNames = Object.keys(dataSets) as DataName[];

/** Examples to measure by, and what they are called. */
export interface TestData {
  readonly name: string;
  readonly examples: Dataset;
}

/**
 * The examples that `--data` names; without it, the test images of the run that `--weights` names.
 *
 * @throws {UsageError} for a name that is none; if the run has learnt images that are not known by a
 * name, or there is none
 */
export async function testData(
  given: string | undefined,
  weights: string | undefined,
  events: DownloadEvents,
): Promise<TestData> {
  const run = weights === undefined ? undefined : await settingsOfRun(weights);
  const data = given ?? run?.data;
  const name = dataNames.find((name) => name === data);
  if (name !== undefined) {
    // What is drawn by another seed might be what the run has learnt.
    const seed = run?.data === name ? run.seed : 0;
    const { test } = await dataSets[name].load(seed, events);
    return { name: `the test images of ${name}`, examples: test };
  }
  if (given !== undefined) {
    // Files of records have an ending.
    if (!/[./\\]/.test(given)) {
      throw new UsageError(`--data: ${unknownName("data set", given, dataNames)}`);
    }
    return { name: given, examples: await cifarFiles([given]) };
  }
  throw new UsageError(
    `expected --images DIR or --data NAME (${dataNames.join(", ")})${
      run === undefined ? "" : `, as the run in ${weights} has learnt images from ${data}`
    }; see --help`,
  );
}

/** The settings of the run in a folder, which its model may name too; undefined where there is none. */
async function settingsOfRun(place: string): Promise<Settings | undefined> {
  const [folder, file] = splitPath(place.replace(/[/\\]+$/, ""));
  const run = await readRun(file === modelName ? folder : place).catch(() => undefined);
  return run?.settings as Settings | undefined;
}
