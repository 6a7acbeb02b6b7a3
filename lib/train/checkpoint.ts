import { findNotFinite, type TensorData } from "../core/dtype.ts";
import { ChecksumError } from "../core/errors.ts";
import { makeFolder } from "../core/files.ts";
import {
  decodeSafetensors,
  type SafetensorsContent,
  type StoredTensor,
} from "../core/safetensors/read.ts";
import { writableTensors, writeSafetensors } from "../core/safetensors/write.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import type { Variable } from "../tensor/variable.ts";
import { averagePrefix, averagesName, checkpointName } from "./checkpoint_names.ts";
import type { Position } from "./position.ts";

/** The tensor of a checkpoint that holds the checksum of all else. */
const checksumName = "trainer.checksum";

/** Before the name of a weight: what it was after the best epoch. */
const bestPrefix = "best.";

/** The averages in a checkpoint, by the weights' names; undefined where there are none that can be used. */
export function averagesIn(
  tensors: ReadonlyMap<string, StoredTensor>,
): ReadonlyMap<string, StoredTensor> | undefined {
  if (tensors.get(`trainer.${averagesName}`)?.data[1] !== 1) return undefined;
  const prefix = `trainer.${averagePrefix}`;
  const found = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(found.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** What can be saved in a checkpoint: a variable, or data on the host. */
export type Saveable = Pick<Variable, "shape" | "dtype" | "read">;

/** A number that was to be saved is infinite or none: training has diverged. */
export class NotFinite extends Error {
  /** An error for the variable of a name. */
  constructor(readonly variable: string) {
    super(`${variable} holds numbers that are not finite`);
  }
}

/**
 * Writes variables, the weights of the best epoch by name and the position, so that at every moment
 * one whole checkpoint is there.
 */
export async function writeCheckpoint(
  folder: string,
  variables: ReadonlyMap<string, Saveable>,
  best: ReadonlyMap<string, Saveable> | undefined,
  position: Position,
  metadata: Readonly<Record<string, string>>,
): Promise<string> {
  const all = { ...metadata, position: JSON.stringify(position) };
  const checksum = await startChecksum();
  const named = new Map(variables);
  for (const [name, weight] of best ?? []) named.set(bestPrefix + name, weight);
  const tensors = writableTensors(named).map((tensor) => ({
    ...tensor,
    read: async () => {
      const data = await tensor.read();
      if (findNotFinite(data) >= 0) throw new NotFinite(tensor.name);
      checksum.add(tensor.name, data);
      return data;
    },
  }));
  // The last to be written: by then all others have been read.
  const read = () => Int32Array.of(checksum.of(all));
  tensors.push({
    name: checksumName,
    shape: [1],
    dtype: "i32",
    read: () => Promise.resolve(read()),
  });
  await makeFolder(folder);
  const path = `${folder}/${checkpointName}`;
  await writeSafetensors(path, tensors, all);
  return path;
}

/** Sums up what a checkpoint holds, by CRC-32, whatever the order of the tensors and texts. */
async function startChecksum() {
  // Node's modules are loaded where they are needed. This one takes 10 ms for 100 MB.
  const { crc32 } = await import("node:zlib");
  const sums: [string, number][] = [];
  const byName = (list: [string, unknown][]) => list.sort(([a], [b]) => a < b ? -1 : 1);
  return {
    add(name: string, { buffer, byteOffset, byteLength }: TensorData) {
      sums.push([name, crc32(new Uint8Array(buffer, byteOffset, byteLength))]);
    },
    of: (metadata: Readonly<Record<string, string>>) =>
      crc32(JSON.stringify([byName(Object.entries(metadata)), byName(sums)])) | 0,
  };
}

/**
 * Checks the checksum of a checkpoint; files without one (models, checkpoints of earlier versions) are
 * taken as they are.
 *
 * @throws {ChecksumError} if the file is damaged
 */
export async function checkChecksum(
  { tensors, metadata }: SafetensorsContent,
  path: string,
): Promise<void> {
  const stored = tensors.get(checksumName);
  if (stored === undefined) return;
  const checksum = await startChecksum();
  for (const [name, { data }] of tensors) if (name !== checksumName) checksum.add(name, data);
  if (checksum.of(metadata) === stored.data[0]) return;
  throw new ChecksumError(
    `${path}: the file is damaged: its checksum is not that of its content; go on from another copy`,
  );
}

/** A checkpoint that was read and checked. */
export interface Checkpoint {
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly position: Position;
  /** What variables hold. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The weights after the best epoch, where they are kept. */
  readonly best: ReadonlyMap<string, StoredTensor>;
}

/** Reads the checkpoint of a folder (or the file itself). */
export async function readCheckpoint(place: string): Promise<Checkpoint> {
  const { path, tensors: stored, metadata } = await readFile(place);
  // Few runs are resumed.
  const { positionIn } = await import("./position.ts");
  const position = positionIn(metadata, path);
  const tensors = new Map<string, StoredTensor>(), best = new Map<string, StoredTensor>();
  for (const [name, tensor] of stored) {
    const isBest = name.startsWith(bestPrefix);
    if (isBest) best.set(name.slice(bestPrefix.length), tensor);
    else if (name !== checksumName) tensors.set(name, tensor);
  }
  return { path, metadata, position, tensors, best };
}

async function readFile(place: string) {
  const path = place.endsWith(".safetensors") ? place : `${place}/${checkpointName}`;
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    const message = error instanceof Deno.errors.NotFound
      ? `cannot resume: there is no checkpoint ${path}`
      : `cannot resume: ${path} cannot be read (${(error as Error).message})`;
    throw new Error(message, { cause: error });
  }
  const content = decodeSafetensors(bytes, path);
  await checkChecksum(content, path);
  return { path, ...content };
}

/** Checks a checkpoint against the run that is to go on from it, before anything is changed. */
export function checkCheckpoint(
  { path, metadata, position, tensors, best }: Checkpoint,
  variables: ReadonlyMap<string, Variable>,
  weights: ReadonlyMap<string, Variable>,
  { settings, batches, architecture }: {
    readonly settings: Position["settings"];
    /** Batches of an epoch; a stream does not know. */
    readonly batches: number | undefined;
    readonly architecture: string | undefined;
  },
): void {
  for (const [name, value] of Object.entries(settings)) {
    const saved = position.settings[name] ?? null;
    if (saved !== value) {
      throw new RangeError(
        `${path}: it was trained ${inWords(name, saved)}, and this run has ${value ?? "none"}; ` +
          `resume ${inWords(name, saved)}`,
      );
    }
  }
  // Checkpoints of before have no sums of several outputs, which then begin anew.
  const known = [...variables].filter(([name]) => tensors.has(name) || !isOfOutput(name));
  checkTensors(path, "", tensors, new Map(known));
  if (best.size > 0) checkTensors(path, bestPrefix, best, weights);
  if (inOrder(metadata.architecture, path) !== inOrder(architecture, path)) {
    throw new TypeError(
      `${path}: its layers have the weights of this model, but other settings; it is the checkpoint of another model`,
    );
  }
  if (position.batch > (batches ?? Infinity)) {
    throw new RangeError(
      `${path}: it stands at batch ${position.batch} of an epoch that has ${batches} in this run; resume with the same dropRemainder`,
    );
  }
}

const inWords = (name: string, setting: unknown) =>
  setting === null ? `without ${name}` : `with ${name} ${setting}`;

const isOfOutput = (name: string) => name.startsWith("trainer.outputs.");

/** Checks that there is a tensor for each variable, and no other, and that they fit. */
function checkTensors(
  path: string,
  prefix: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  variables: ReadonlyMap<string, Variable>,
): void {
  for (const [name, { shape, dtype }] of variables) {
    const stored = tensors.get(name), called = `${path}: ${prefix}${name}`;
    if (stored === undefined) {
      throw new TypeError(
        `${called} is missing; it is the checkpoint of another model, or of an optimizer with other settings or other metrics`,
      );
    }
    if (!sameShape(stored.shape, shape) || stored.dtype !== dtype) {
      throw new TypeError(
        `${called}: expected ${dtype}${formatShape(shape)}, found ` +
          `${stored.dtype}${formatShape(stored.shape)}`,
      );
    }
    const wrong = findNotFinite(stored.data);
    if (wrong >= 0) {
      throw new RangeError(
        `${called}: expected finite numbers, found ${stored.data[wrong]}; the file is damaged`,
      );
    }
  }
  const foreign = [...tensors.keys()].find((name) => !variables.has(name));
  if (foreign !== undefined) {
    throw new TypeError(
      `${path}: ${prefix}${foreign} is not part of this model, optimizer and metrics; it is the checkpoint of others`,
    );
  }
}

/** JSON with the names of every object in order: layers' settings may have been written in another. */
function inOrder(json: string | undefined, path: string): string | undefined {
  const sorted = (_: string, value: unknown) =>
    value instanceof Object && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))
      : value;
  try {
    return json && JSON.stringify(JSON.parse(json, sorted));
  } catch (error) {
    throw new SyntaxError(`${path}: architecture in its metadata is not JSON`, { cause: error });
  }
}
