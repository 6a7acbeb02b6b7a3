/**
 * Files of torch.save (.pth, .pt, .th): the zip form, which torch.jit.save writes too, and the one
 * before PyTorch 1.6. They are read by a {@link unpickle | pickle reader} that builds tensors and
 * nothing else; no code is run.
 *
 * @module
 */
import { unreadableTensor, type WeightFile, weightFile, type WeightTensor } from "./weight_file.ts";
import { type PickleContext, PickleEnd, type PickleValue, StandIn, unpickle } from "./pickle.ts";
import { type ByteSource, partOf } from "./byte_source.ts";
import { findTensors, type NamedTensors } from "./torch_parts.ts";
import {
  bytesInStorage,
  findTorchGlobal,
  persistentObject,
  TorchStorage,
  torchWeight,
  UnreadableTensor,
} from "./torch_tensors.ts";

/** A pickle of more bytes, with what stands beside the tensors, describes no network's. */
const largestPickle = 512 << 20;

/** More storages are no network. */
const mostStorages = 100_000;

/** The objects that were saved, and the bytes of the storages that they refer to. */
interface Saved {
  readonly value: PickleValue;
  readonly storages: ReadonlyMap<string, ByteSource>;
}

/** Opens a file in the zip form: an archive with the pickle and an entry for each storage. */
export async function openTorchZip(
  source: ByteSource,
  entries: ReadonlyMap<string, ByteSource>,
): Promise<WeightFile> {
  const { where } = source;
  const [name, pickle] = entries.entries().find(([name]) => /^(.+\/)?data\.pkl$/.test(name)) ??
    [];
  if (name === undefined || pickle === undefined) {
    const names = [...entries.keys()].slice(0, 3).join(", ");
    throw new SyntaxError(
      `${where}: an archive without data.pkl, found ${names} …; expected what torch.save writes; ` +
        "if the weights are a file within, unpack the archive",
    );
  }
  if (pickle.size > largestPickle) {
    throw new SyntaxError(`${where}: a pickle of ${pickle.size} bytes; at most ${largestPickle}`);
  }
  const folder = name.slice(0, -"data.pkl".length), data = `${folder}data/`;
  const order = entries.get(`${folder}byteorder`);
  if (order !== undefined && order.size !== 6) bigEndian(where);
  const { value } = unpickle(await pickle.read(0, pickle.size), 0, contextOf(where));
  const storages = new Map(
    entries.entries().filter(([name]) => name.startsWith(data))
      .map(([name, content]) => [name.slice(data.length), content]),
  );
  return weights(source, { value, storages });
}

/** The number that a file in the old form begins with, as a pickle of its own. */
const magic = 0x1950a86a20f9469cfc6cn;

/** Whether a file begins as one in the old form does. */
export function isTorchLegacy(head: Uint8Array): boolean {
  try {
    return unpickle(head, 0, contextOf("")).value === magic;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

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
  const known = new Map<string, TorchStorage>();
  const context = contextOf(where, known);
  let at = 0;
  const next = (): PickleValue => {
    const { value, end } = unpickle(bytes, at, context);
    at = end;
    return value;
  };
  if (next() !== magic) throw new SyntaxError(`${where}: a pickle that torch.save did not write`);
  const version = next();
  if (version !== 1001) throw new SyntaxError(`${where}: another protocol than 1001`);
  const system = next();
  if (system instanceof Map && system.get("little_endian") === false) bigEndian(where);
  const value = next(), keys = next();
  if (!Array.isArray(keys) || keys.length > mostStorages) {
    throw new SyntaxError(`${where}: expected the list of storages after the tensors`);
  }
  const storages = new Map<string, ByteSource>();
  for (const key of keys) {
    const storage = typeof key === "string" ? known.get(key) : undefined;
    const size = storage && bytesInStorage(storage);
    if (storage === undefined || size === undefined) {
      throw new SyntaxError(
        `${where}: the storage at byte ${at} belongs to no tensor, or is of the unknown type ` +
          `${storage?.type}; save the file again with a PyTorch since 1.6`,
      );
    }
    const head = await source.read(at, 8);
    const count = new DataView(head.buffer).getBigUint64(0, true);
    const length = Number(count) * size;
    if (length > source.size - at - 8) {
      throw new SyntaxError(
        `${where}: storage ${storage.key} has ${count} numbers, but only ${source.size - at - 8} ` +
          "bytes are left; the file is cut short: fetch it again",
      );
    }
    storages.set(storage.key, partOf(source, at + 8, length));
    at += 8 + length;
  }
  return { value, storages };
}

function contextOf(where: string, storages?: Map<string, TorchStorage>): PickleContext {
  return {
    where,
    find: findTorchGlobal,
    persistent: (id) => {
      const object = persistentObject(id);
      if (object instanceof TorchStorage) storages?.set(object.key, object);
      return object;
    },
  };
}

function bigEndian(where: string): never {
  throw new SyntaxError(`${where}: written on a big-endian machine; save it on another`);
}

function weights(source: ByteSource, { value, storages }: Saved): WeightFile {
  const { where } = source;
  const { main, parts } = findTensors(value, where);
  if (main.size === 0) {
    const arrays = holdsArrays(value)
      ? "; NumPy's arrays are not read: make tensors of them, by torch.from_numpy(array)"
      : "";
    throw new SyntaxError(
      `${where}: no tensors, found ${inWords(value)}; expected what ` +
        `torch.save(model.state_dict(), path) writes${arrays}`,
    );
  }
  const read = (tensors: NamedTensors): WeightTensor[] =>
    Array.from(tensors, ([name, tensor]) => {
      if (tensor instanceof UnreadableTensor) return unreadableTensor({ ...tensor, name }, where);
      const { storage } = tensor, bytes = storages.get(storage.key);
      const needed = (storage.offset + storage.length) * (bytesInStorage(storage) ?? 0);
      if (bytes !== undefined && bytes.size >= needed) return torchWeight(name, tensor, bytes);
      throw new SyntaxError(
        `${where}: ${name}: expected a storage of ${needed} bytes, found ` +
          `${bytes === undefined ? "none" : bytes.size}; the file is cut short or damaged: fetch ` +
          "it again",
      );
    });
  return weightFile({
    where,
    format: "pytorch",
    tensors: read(main),
    parts: new Map(Array.from(parts, ([name, tensors]) => [name, read(tensors)])),
    close: () => source.close(),
  });
}

/** Whether there is an array of NumPy in a dict, or in one that it holds; dicts may hold each other. */
function holdsArrays(value: PickleValue): boolean {
  const dicts = new Set([value]);
  for (const dict of dicts) {
    for (const item of dict instanceof Map ? dict.values() : []) {
      if (item instanceof StandIn && /^numpy\..*\._reconstruct$/.test(item.name)) return true;
      if (item instanceof Map) dicts.add(item);
    }
  }
  return false;
}

/** What a value is, for errors. Of its parts only short ones are named: they may hold each other. */
function inWords(value: PickleValue): string {
  if (value === null) return "None";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (!(value instanceof Map)) return value instanceof Object ? "an object" : `a ${typeof value}`;
  const names = value.keys().filter((key) => typeof key === "string" && key.length < 80).take(8);
  return `a dict of ${value.size} (${[...names].join(", ")})`;
}
