/// <reference lib="deno.worker" />
/**
 * Reads one HDF5 file by a library that was written in C, which a damaged file can lead anywhere: it
 * has a worker for itself, which ends with the file.
 *
 * @module
 */
import { loadPackage } from "../core/package.ts";
import type { Hdf5Answer, Hdf5Dataset, Hdf5Question } from "./hdf5.ts";

/** The part of h5wasm that is used. */
interface H5wasm {
  readonly ready: Promise<Hdf5>;
  readonly File: new (path: string, mode: "r") => Group & { readonly file_id: bigint };
}

/** The HDF5 library, compiled to WebAssembly. */
interface Hdf5 {
  readonly FS: {
    writeFile(path: string, bytes: Uint8Array, options: { canOwn: boolean }): void;
  };
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  _malloc(bytes: number): number;
  _free(address: number): void;
  /** Reads all numbers, made little-endian, to an address. */
  get_dataset_data(
    file: bigint,
    path: string,
    ...range: [count: null, offset: null, strides: null, address: bigint]
  ): number;
  activate_throwing_error_handler?(): void;
}

interface Group {
  readonly type: "Group";
  keys(): string[];
  get(name: string): Group | Dataset | { readonly type: string } | null;
}

interface Dataset {
  readonly type: "Dataset";
  readonly path: string;
  readonly metadata: {
    readonly type: number;
    readonly size: number;
    readonly signed: boolean;
    readonly vlen: boolean;
    readonly shape: readonly number[] | null;
    readonly total_size: number;
  };
}

/** More entries, or groups within groups, are no network. */
const mostEntries = 100_000;
const deepest = 32;

/** After so many entries, a sign of life. */
const entriesAtOnce = 64;

let library: Hdf5, file: InstanceType<H5wasm["File"]>;

addEventListener("message", async ({ data }: MessageEvent<Hdf5Question>) => {
  try {
    if ("read" in data) {
      const bytes = read(data.read);
      answer({ bytes }, [bytes.buffer]);
    } else {
      await open(data.open, data.mostMemory);
      answer({ datasets: Array.from(datasetsIn(file), ([path, dataset]) => form(path, dataset)) });
    }
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    answer({ error: { name, message: message.split("\n")[0]! } });
  }
});

function answer(answer: Hdf5Answer, transfer: Transferable[] = []): void {
  postMessage(answer, transfer);
}

async function open(bytes: Uint8Array<ArrayBuffer>, mostMemory: number): Promise<void> {
  limitMemory(mostMemory);
  console.error = () => {}; // what the library says before it gives up; the error says it too
  const { ready, File } = await loadPackage<H5wasm>("npm:h5wasm@0.10.3", "Keras files");
  library = await ready;
  // Errors of the C library become exceptions, and are not printed.
  library.activate_throwing_error_handler?.();
  answer("alive");
  // The library keeps these very bytes: no second copy of a large file.
  library.FS.writeFile("/file.h5", bytes, { canOwn: true });
  file = new File("/file.h5", "r");
}

/** Has the library's memory grow to so many bytes, and no further: it takes that for a full memory. */
function limitMemory(most: number): void {
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65536 <= most) return grow.call(this, pages);
    throw new RangeError(`more than ${most} bytes of memory`);
  };
}

/** The datasets in a group and the groups within it, but for an optimizer's, with their paths. */
function* datasetsIn(
  group: Group,
  path: readonly string[] = [],
  budget = { left: mostEntries },
): Generator<[path: readonly string[], dataset: Dataset]> {
  if (path.length > deepest) throw new SyntaxError("groups nested too deep");
  for (const name of group.keys()) {
    if (budget.left-- <= 0) throw new SyntaxError("too many entries");
    if (budget.left % entriesAtOnce === 0) answer("alive");
    if (path.length === 0 && name.startsWith("optimizer")) continue;
    const item = group.get(name), inner = [...path, name];
    if (item?.type === "Group") yield* datasetsIn(item as Group, inner, budget);
    else if (item?.type === "Dataset") yield [inner, item as Dataset];
  }
}

function form(path: readonly string[], dataset: Dataset): Hdf5Dataset {
  const { type, size, signed, vlen, shape } = dataset.metadata;
  return { path, shape: shape ?? [0], kind: vlen ? -1 : type, size, signed };
}

/** The bytes of a dataset's numbers. */
function read(path: readonly string[]): Uint8Array<ArrayBuffer> {
  const place = `/${path.join("/")}`, dataset = file.get(place);
  if (dataset?.type !== "Dataset") throw new SyntaxError("the dataset is gone");
  const { size, total_size } = (dataset as Dataset).metadata, bytes = size * total_size;
  if (bytes === 0) return new Uint8Array();
  const at = library._malloc(bytes);
  if (at === 0) throw new RangeError(`no memory for ${bytes} bytes`);
  try {
    const status = library.get_dataset_data(file.file_id, place, null, null, null, BigInt(at));
    if (status < 0) throw new SyntaxError("a dataset that cannot be read");
    return library.HEAPU8.slice(at, at + bytes);
  } finally {
    library._free(at);
  }
}
