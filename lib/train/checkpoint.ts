import { makeFolder, writeFileAtomic } from "../core/files.ts";
import { decodeSafetensors, type StoredTensor } from "../core/safetensors/read.ts";
import { writableTensors, writeSafetensors } from "../core/safetensors/write.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import type { Variable } from "../tensor/variable.ts";
import type { EpochRecord } from "./epoch_record.ts";

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

/** A number that was to be saved is infinite or none: training has diverged. */
export class NotFinite extends Error {
  /** An error for the variable of a name. */
  constructor(readonly variable: string) {
    super(`${variable} holds numbers that are not finite`);
  }
}

/** Writes variables and position, so that at every moment one whole checkpoint is there. */
export async function writeCheckpoint(
  folder: string,
  variables: ReadonlyMap<string, Saveable>,
  position: Position,
  metadata: Readonly<Record<string, string>>,
): Promise<string> {
  const tensors = writableTensors(variables).map((tensor) => ({
    ...tensor,
    read: async () => {
      const data = await tensor.read();
      if (data.every(Number.isFinite)) return data;
      throw new NotFinite(tensor.name);
    },
  }));
  await makeFolder(folder);
  const path = `${folder}/${checkpointName}`;
  await writeSafetensors(path, tensors, { ...metadata, position: JSON.stringify(position) });
  return path;
}

/** A checkpoint that was read and checked. */
export interface Checkpoint {
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly position: Position;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** Reads the checkpoint of a folder (or the file itself). */
export async function readCheckpoint(place: string): Promise<Checkpoint> {
  const { path, tensors, metadata } = await readFile(place);
  let position: unknown;
  try {
    position = JSON.parse(metadata.position ?? "");
  } catch {
    // Said below.
  }
  if (isPosition(position)) return { path, metadata, position, tensors };
  throw new SyntaxError(
    `${path}: a model, but not a checkpoint: it does not say where training stood`,
  );
}

function isPosition(found: unknown): found is Position {
  const { epoch, batch, step, records, settings } = (found ?? {}) as Partial<Position>;
  return [epoch, batch, step].every((n) => Number.isSafeInteger(n) && n! >= 0) &&
    Array.isArray(records) && typeof settings === "object" && settings !== null;
}

/** The texts that were saved with a checkpoint. */
export async function readCheckpointMetadata(place: string): Promise<Checkpoint["metadata"]> {
  return (await readFile(place)).metadata;
}

async function readFile(place: string) {
  const path = place.endsWith(".safetensors") ? place : `${place}/${checkpointName}`;
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    const message = `cannot resume: ${path} cannot be read (${(error as Error).message})`;
    throw new Error(message, { cause: error });
  }
  return { path, ...decodeSafetensors(bytes, path) };
}

/** Checks a checkpoint against the run that is to go on from it, before anything is changed. */
export function checkCheckpoint(
  { path, metadata, position, tensors }: Checkpoint,
  variables: ReadonlyMap<string, Variable>,
  settings: Position["settings"],
  architecture: string | undefined,
): void {
  for (const [name, value] of Object.entries(settings)) {
    const saved = position.settings[name] ?? null;
    if (saved !== value) {
      throw new RangeError(
        `${path}: it was trained with ${name} ${saved}, and this run has ${value}; resume with ${saved}`,
      );
    }
  }
  for (const [name, { shape, dtype }] of variables) {
    const stored = tensors.get(name);
    if (stored === undefined) {
      throw new TypeError(
        `${path}: ${name} is missing; it is the checkpoint of another model, or of an optimizer with other settings or other metrics`,
      );
    }
    if (!sameShape(stored.shape, shape) || stored.dtype !== dtype) {
      throw new TypeError(
        `${path}: ${name}: expected ${dtype}${formatShape(shape)}, found ` +
          `${stored.dtype}${formatShape(stored.shape)}`,
      );
    }
  }
  const known = (name: string) => variables.has(name.replace(/^best\./, ""));
  const foreign = [...tensors.keys()].find((name) => !known(name));
  if (foreign !== undefined) {
    throw new TypeError(
      `${path}: ${foreign} is not part of this model, optimizer and metrics; it is the checkpoint of others`,
    );
  }
  if (inOrder(metadata.architecture) !== inOrder(architecture)) {
    throw new TypeError(
      `${path}: its layers have the weights of this model, but other settings; it is the checkpoint of another model`,
    );
  }
}

/** JSON with the names of every object in order: layers' settings may have been written in another. */
function inOrder(json: string | undefined): string | undefined {
  const sorted = (_: string, value: unknown) =>
    value instanceof Object && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))
      : value;
  return json && JSON.stringify(JSON.parse(json, sorted));
}

/** Makes the folder for checkpoints and tries to write there, before any work. */
export async function checkWritable(folder: string): Promise<void> {
  await makeFolder(folder);
  const path = `${folder}/${checkpointName}.${Deno.pid}.try`;
  await writeFileAtomic(path, Uint8Array.of(0));
  await Deno.remove(path);
}
