import { makeFolder, writeFileAtomic } from "../core/file.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../core/safetensors.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import type { Variable } from "../tensor/variable.ts";
import type { EpochRecord } from "./history.ts";

/** Where training stands, beside the numbers in variables. */
export interface Position {
  /** The epoch that is being trained, from 0. */
  readonly epoch: number;
  /** Batches of it that are done. */
  readonly batch: number;
  readonly step: number;
  readonly records: readonly EpochRecord[];
  /** Settings that must be the same for the resumed run to equal an uninterrupted one. */
  readonly settings: Readonly<Record<string, string | number | boolean | null>>;
  readonly schedule?: Readonly<Record<string, number>>;
  readonly earlyStopping?: { readonly best: number | null; readonly waited: number };
}

/** The name of a checkpoint in its folder. */
export const checkpointName = "checkpoint.safetensors";

/** What can be saved in a checkpoint: a variable, or data on the host. */
export type Saveable = Pick<Variable, "shape" | "dtype" | "read">;

/** Writes variables and position, so that at every moment one whole checkpoint is there. */
export async function writeCheckpoint(
  folder: string,
  variables: ReadonlyMap<string, Saveable>,
  position: Position,
  metadata: Readonly<Record<string, string>>,
): Promise<string> {
  const tensors: [string, StoredTensor][] = [];
  for (const [name, variable] of variables) {
    const { shape, dtype } = variable;
    tensors.push([name, { shape, dtype, data: await variable.read() }]);
  }
  const bytes = encodeSafetensors(tensors, { ...metadata, position: JSON.stringify(position) });
  await makeFolder(folder);
  const path = `${folder}/${checkpointName}`;
  await writeFileAtomic(path, bytes);
  return path;
}

/** A checkpoint that was read and checked. */
export interface Checkpoint {
  readonly path: string;
  readonly position: Position;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** Reads the checkpoint of a folder (or the file itself). */
export async function readCheckpoint(place: string): Promise<Checkpoint> {
  const { path, tensors, metadata } = await readFile(place);
  try {
    const position = JSON.parse(metadata.position ?? "") as Position;
    return { path, position, tensors };
  } catch (error) {
    throw new SyntaxError(
      `${path}: a model, but not a checkpoint: it does not say where training stood`,
      { cause: error },
    );
  }
}

/** The texts that were saved with a checkpoint. */
export async function readCheckpointMetadata(
  place: string,
): Promise<Readonly<Record<string, string>>> {
  return (await readFile(place)).metadata;
}

async function readFile(place: string) {
  const path = place.endsWith(".safetensors") ? place : `${place}/${checkpointName}`;
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw new Error(`cannot resume: ${path} cannot be read (${(error as Error).message})`, {
      cause: error,
    });
  }
  return { path, ...decodeSafetensors(bytes, path) };
}

/** Checks a checkpoint against the run that is to go on from it, before anything is changed. */
export function checkCheckpoint(
  { path, position, tensors }: Checkpoint,
  variables: ReadonlyMap<string, Variable>,
  settings: Position["settings"],
): void {
  for (const [name, value] of Object.entries(settings)) {
    const saved = position.settings[name];
    if (saved !== value) {
      throw new RangeError(
        `${path}: it was trained with ${name} ${saved}, and this run has ${value}; resume with ${saved}`,
      );
    }
  }
  for (const [name, { shape }] of variables) {
    const stored = tensors.get(name);
    if (stored === undefined) {
      throw new TypeError(`${path}: ${name} is missing; it is the checkpoint of another model`);
    }
    if (!sameShape(stored.shape, shape)) {
      throw new TypeError(
        `${path}: ${name}: expected ${formatShape(shape)}, found ${formatShape(stored.shape)}`,
      );
    }
  }
}
