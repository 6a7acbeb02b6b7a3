/// <reference lib="deno.worker" />
/**
 * Reads HDF5 files, one after another, by a library that was written in C, which a damaged file can
 * lead anywhere. Each file finds the library as it was when it was loaded.
 *
 * @module
 */
import { loadPackage } from "../core/package.ts";
import type { Hdf5Answer, Hdf5Dataset, Hdf5Question } from "./hdf5.ts";
import { LibraryState } from "./library_state.ts";

/** The part of h5wasm that is used. */
interface H5wasm {
  readonly ready: Promise<Hdf5>;
  readonly File: new (path: string, mode: "r") => Group & { readonly file_id: bigint };
}

/** The HDF5 library, compiled to WebAssembly. */
interface Hdf5 {
  readonly FS: {
    writeFile(path: string, bytes: Uint8Array, options: { canOwn: boolean }): void;
    unlink(path: string): void;
    readonly streams: readonly ({ readonly fd: number } | null | undefined)[];
    close(stream: { readonly fd: number }): void;
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
const mostEntries = 20_000;
const deepest = 32;

/** After so many entries, a sign of life. */
const entriesAtOnce = 64;

/** A library that has taken more memory, or had more files, is loaded again for the next. */
const mostKept = 64 << 20, mostFiles = 100;

let files = 0, hdf5: H5wasm, library: Hdf5, file: InstanceType<H5wasm["File"]>;
const state = new LibraryState();

addEventListener("message", async ({ data }: MessageEvent<Hdf5Question>) => {
  const isKept = () => state.memory <= mostKept && files < mostFiles;
  try {
    if ("read" in data) {
      const bytes = read(data.read);
      answer({ bytes, isKept: isKept() }, [bytes.buffer]);
    } else {
      await open(data.open, data.mostMemory);
      const datasets = Array.from(datasetsIn(file), ([path, dataset]) => form(path, dataset));
      answer({ datasets, isKept: isKept() });
    }
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    // What the library has not thrown itself has left it where nothing is sure.
    const isOrderly = /^HDF5-DIAG/.test(message) || error instanceof SyntaxError;
    answer({ error: { name, message: reasonOf(message) }, isKept: isOrderly && isKept() });
  }
});

/** The last of the functions that failed says what it was; the others, what that kept them from. */
const reasonOf = (message: string) =>
  [...message.matchAll(/#\d+: .* in \w+\(\): (.*)/g)].at(-1)?.[1] ?? message.split("\n")[0]!;

function answer(answer: Hdf5Answer, transfer: Transferable[] = []): void {
  postMessage(answer, transfer);
}

async function open(bytes: Uint8Array<ArrayBuffer>, mostMemory: number): Promise<void> {
  state.mostMemory = mostMemory;
  files++;
  if (library === undefined) await load();
  else reset();
  answer("alive");
  // The library keeps these very bytes: no second copy of a large file.
  library.FS.writeFile(place, bytes, { canOwn: true });
  file = new hdf5.File(place, "r");
}

/** Where the library finds the file. */
const place = "/file.h5";

async function load(): Promise<void> {
  console.error = () => {}; // what the library says before it gives up; the error says it too
  hdf5 = await loadPackage<H5wasm>("npm:h5wasm@0.10.3", "Keras files");
  library = await hdf5.ready;
  // Errors of the C library become exceptions, and are not printed.
  library.activate_throwing_error_handler?.();
  state.keep();
}

/** Has the library forget the file before, which may be open in it still. */
function reset(): void {
  const { FS } = library;
  for (const stream of FS.streams) if (stream && stream.fd > 2) FS.close(stream);
  FS.unlink(place);
  state.restore();
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
  const name = `/${path.join("/")}`, dataset = file.get(name);
  if (dataset?.type !== "Dataset") throw new SyntaxError("the dataset is gone");
  const { size, total_size } = (dataset as Dataset).metadata, bytes = size * total_size;
  if (bytes === 0) return new Uint8Array();
  const at = library._malloc(bytes);
  if (at === 0) throw new RangeError(`no memory for ${bytes} bytes`);
  try {
    const status = library.get_dataset_data(file.file_id, name, null, null, null, BigInt(at));
    if (status < 0) throw new SyntaxError("a dataset that cannot be read");
    return library.HEAPU8.slice(at, at + bytes);
  } finally {
    library._free(at);
  }
}
