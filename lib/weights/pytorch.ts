/**
 * Files of torch.save (.pth, .pt, .th): the zip form, and the one before PyTorch 1.6. They are read
 * by a {@link unpickle | pickle reader} that builds tensors and nothing else; no code is run.
 *
 * @module
 */
import { type WeightFile, weightFile, type WeightTensor } from "./weight_file.ts";
import { bytesPerNumber } from "./element_types.ts";
import { type PickleContext, PickleEnd, type PickleValue, unpickle } from "./pickle.ts";
import type { ByteSource } from "./byte_source.ts";
import {
  findTorchGlobal,
  storageOf,
  type TorchStorage,
  TorchTensor,
  torchWeight,
} from "./torch_tensors.ts";
import type { ZipEntry } from "./zip.ts";

/** A pickle of more bytes describes no network's tensors. */
const largestPickle = 64 << 20;

/** Where a checkpoint of a training run keeps its weights, the averaged ones last. */
const wrappers = [
  ...["state_dict", "model_state_dict", "model_state", "model", "net", "network", "module"],
  ...["weights", "params", "params_ema", "model_ema", "state_dict_ema"],
];

/** More tensors, or values around them, are no network. */
const mostTensors = 100_000;

/** Dicts nest no deeper. */
const deepest = 16;

/** Where the bytes of a storage lie. */
type Places = ReadonlyMap<string, { readonly at: number; readonly bytes: number }>;

/** The objects that were saved, and the storages that they refer to. */
interface Saved {
  readonly value: PickleValue;
  readonly places: Places;
}

/** Opens a file in the zip form: an archive with the pickle and an entry for each storage. */
export async function openTorchZip(
  source: ByteSource,
  entries: ReadonlyMap<string, ZipEntry>,
): Promise<WeightFile> {
  const { where } = source;
  const pickle = [...entries.values()].find(({ name }) => /^([^/]+\/)?data\.pkl$/.test(name));
  if (pickle === undefined) {
    const names = [...entries.keys()].slice(0, 3).join(", ");
    throw new SyntaxError(
      `${where}: an archive without data.pkl, found ${names} …; expected what torch.save writes`,
    );
  }
  if (pickle.size > largestPickle) {
    throw new SyntaxError(`${where}: a pickle of ${pickle.size} bytes; at most ${largestPickle}`);
  }
  const folder = pickle.name.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`);
  if (order !== undefined && order.size !== 6) bigEndian(where);
  const { value } = unpickle(await source.read(pickle.at, pickle.size), 0, contextOf(where));
  const places = new Map(
    Array.from(entries.values(), ({ name, at, size }) => [name, { at, bytes: size }] as const)
      .filter(([name]) => name.startsWith(`${folder}data/`))
      .map(([name, place]) => [name.slice(folder.length + "data/".length), place]),
  );
  return weights(source, { value, places });
}

/** The pickle of the number that a file in the old form begins with. */
export const legacyMagic = Uint8Array.of(
  ...[0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e],
);

/** Opens a file in the old form: five pickles, then each storage's length and numbers. */
export async function openTorchLegacy(source: ByteSource): Promise<WeightFile> {
  // How long the pickles are is only known when they are read: more and more is tried.
  for (let length = 1 << 18;; length *= 4) {
    const bytes = await source.read(0, Math.min(length, largestPickle, source.size));
    try {
      return weights(source, await readLegacy(source, bytes));
    } catch (error) {
      const all = bytes.length === source.size || bytes.length === largestPickle;
      if (all || !(error instanceof PickleEnd)) throw error;
    }
  }
}

async function readLegacy(source: ByteSource, bytes: Uint8Array): Promise<Saved> {
  const { where } = source;
  const storages = new Map<string, TorchStorage>();
  const context = contextOf(where, storages);
  let at = legacyMagic.length;
  const next = (): PickleValue => {
    const { value, end } = unpickle(bytes, at, context);
    at = end;
    return value;
  };
  const version = next();
  if (version !== 1001) throw new SyntaxError(`${where}: another protocol than 1001`);
  const system = next();
  if (system instanceof Map && system.get("little_endian") === false) bigEndian(where);
  const value = next(), keys = next();
  if (!Array.isArray(keys) || keys.length > mostTensors) {
    throw new SyntaxError(`${where}: expected the list of storages after the tensors`);
  }
  const places = new Map<string, { at: number; bytes: number }>();
  for (const key of keys) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (storage === undefined) {
      throw new SyntaxError(`${where}: the storage at byte ${at} belongs to no tensor`);
    }
    const head = await source.read(at, 8);
    const count = new DataView(head.buffer).getBigUint64(0, true);
    const length = Number(count) * bytesPerNumber[storage.type];
    if (length > source.size - at - 8) {
      throw new SyntaxError(
        `${where}: storage ${storage.key} has ${count} numbers, but only ${source.size - at - 8} ` +
          "bytes are left; the file is cut short: fetch it again",
      );
    }
    places.set(storage.key, { at: at + 8, bytes: length });
    at += 8 + length;
  }
  return { value, places };
}

function contextOf(where: string, storages?: Map<string, TorchStorage>): PickleContext {
  return {
    where,
    find: findTorchGlobal,
    persistent: (id) => {
      const storage = storageOf(id);
      storages?.set(storage.key, storage);
      return storage;
    },
  };
}

function bigEndian(where: string): never {
  throw new SyntaxError(`${where}: written on a big-endian machine; save it on another`);
}

function weights(source: ByteSource, { value, places }: Saved): WeightFile {
  const { where } = source;
  const found: [name: string, tensor: TorchTensor][] = [];
  collect(stateOf(value) ?? value, "", found, { left: mostTensors }, where);
  if (found.length === 0) {
    throw new SyntaxError(
      `${where}: no tensors, found ${inWords(value)}; expected what ` +
        "torch.save(model.state_dict(), path) writes",
    );
  }
  const tensors = found.map(([name, tensor]): WeightTensor => {
    const { key, type, offset, length } = tensor.storage;
    const place = places.get(key);
    const needed = (offset + length) * bytesPerNumber[type];
    if (place === undefined || place.bytes < needed) {
      throw new SyntaxError(
        `${where}: ${name}: expected a storage of ${needed} bytes, found ` +
          `${place === undefined ? "none" : place.bytes}`,
      );
    }
    return torchWeight(name, tensor, place.at, source);
  });
  return weightFile({ where, format: "pytorch", tensors, close: () => source.close() });
}

/** What a value is, for errors. Of its parts only short ones are named: they may hold each other. */
function inWords(value: PickleValue): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (!(value instanceof Map)) return value instanceof Object ? "an object" : `a ${typeof value}`;
  const names = value.keys().filter((key) => typeof key === "string" && key.length < 80).take(8);
  return `a dict of ${value.size} (${[...names].join(", ")})`;
}

/** The dict with the weights within a checkpoint, where there is one; `seen` has those tried before. */
function stateOf(value: PickleValue, seen = new Set<PickleValue>()): PickleValue | undefined {
  if (!(value instanceof Map) || seen.has(value) || seen.size > deepest) return undefined;
  seen.add(value);
  for (const name of wrappers) {
    const state = stateOf(value.get(name) ?? null, seen);
    if (state !== undefined) return state;
  }
  const holds = [...value.values()].some((item) => item instanceof TorchTensor);
  return holds ? value : undefined;
}

/** Gathers the tensors of nested dicts, their names joined by dots. */
function collect(
  value: PickleValue,
  name: string,
  found: [name: string, tensor: TorchTensor][],
  budget: { left: number },
  where: string,
  depth = 0,
): void {
  if (value instanceof TorchTensor) found.push([name, value]);
  if (!(value instanceof Map)) return;
  for (const [key, item] of value) {
    if (budget.left-- <= 0 || depth >= deepest) {
      throw new SyntaxError(`${where}: more than ${mostTensors} values, or dicts nested too deep`);
    }
    if (typeof key !== "string" && typeof key !== "number") continue;
    collect(item, name === "" ? String(key) : `${name}.${key}`, found, budget, where, depth + 1);
  }
}
