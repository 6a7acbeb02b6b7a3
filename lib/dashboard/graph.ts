import { rebuild } from "../nn/rebuild.ts";
import { drawGraph } from "../show/graph.ts";
import { model } from "../train/make_model.ts";
import { openSafetensors } from "../weights/safetensors.ts";
import { openSource } from "../weights/byte_source.ts";

/** Files of a run that say what its network is, the first of them that is there. */
const files = ["checkpoint.safetensors", "model.safetensors"];

/** The graph of the network of the run in a folder as SVG; undefined where no file says what it is. */
export async function graphOf(folder: string): Promise<string | undefined> {
  for (const name of files) {
    const path = `${folder}/${name}`;
    const architecture = await architectureIn(path);
    if (architecture === undefined) continue;
    const { inputs, outputs } = rebuild(JSON.parse(architecture), path);
    return (await drawGraph(model(inputs, outputs), { shapes: true })).svg();
  }
}

/** What a file's metadata say of the layers: no weight is read. */
async function architectureIn(path: string): Promise<string | undefined> {
  try {
    if (!Deno.lstatSync(path).isFile) return undefined;
    const file = await openSafetensors(await openSource(path));
    try {
      return file.metadata.architecture;
    } finally {
      file.close();
    }
  } catch {
    return undefined; // It is being written, or none of a model.
  }
}
