import { checkpointName } from "../train/checkpoint_names.ts";
import { commandStart, quotedPath } from "./shell.ts";
import { UsageError } from "./command.ts";

/** The file of the model that a run ends with. */
export const modelName = "model.safetensors";

/** The page that a run ends with, and the folder of some test images. */
export const reportName = "report.html", samplesName = "samples";

/** The page that a search for a learning rate leaves. */
export const chartName = "learning-rates.html";

/** What a run leaves in its folder besides the model and the checkpoint. */
const recordNames = [
  "run.json",
  "metrics.jsonl",
  "probes.jsonl",
  "mistakes",
  samplesName,
  reportName,
];

/**
 * Makes room for a new run in a folder. The record of a run that has ended goes, and its model once
 * there is a new one.
 *
 * @throws {UsageError} if there is a run that has not ended: it is not to be lost by mistake
 */
export function prepareFolder(folder: string): void {
  const checkpoint = statOf(`${folder}/${checkpointName}`);
  if (checkpoint === undefined && statOf(`${folder}/run.json`) === undefined) return;
  if (checkpoint !== undefined && !hasEnded(folder, checkpoint)) {
    throw new UsageError(
      `${folder} has the checkpoint of a run that has not ended; go on with it by ` +
        `${commandStart("train")} --resume ${
          quotedPath(folder)
        }, or give the new run a folder of its ` +
        "own by --out DIR",
    );
  }
  for (const name of [checkpointName, ...recordNames]) {
    try {
      Deno.removeSync(`${folder}/${name}`, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** The folder itself, or with a number after its name where it has a run that has ended. */
export function unusedFolder(folder: string): string {
  const isUsed = (folder: string) => {
    const model = statOf(`${folder}/${modelName}`),
      checkpoint = statOf(`${folder}/${checkpointName}`);
    return model !== undefined && (checkpoint === undefined || hasEnded(folder, checkpoint));
  };
  let found = folder;
  for (let number = 2; isUsed(found); number++) found = `${folder}-${number}`;
  return found;
}

/** Whether the run of a folder has ended: its record says so, or there is a model that is newer. */
function hasEnded(folder: string, checkpoint: Deno.FileInfo): boolean {
  try {
    return JSON.parse(Deno.readTextFileSync(`${folder}/run.json`)).status === "done";
  } catch {
    const model = statOf(`${folder}/${modelName}`);
    return model !== undefined && Number(model.mtime) >= Number(checkpoint.mtime);
  }
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
