/**
 * Weights of Keras in HDF5 (.h5): saved models and those of save_weights.
 *
 * @module
 */
import { dtypeOf, type TensorData } from "../core/dtype.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import {
  mostNumbers,
  type WeightFile,
  weightFile,
  type WeightTensor,
  weightTensor,
} from "./weight_file.ts";
import { type ElementType, narrow } from "./element_types.ts";
import { loadPackage } from "../core/package.ts";
import type { ByteSource } from "./byte_source.ts";

/** The part of h5wasm that is used. */
interface H5wasm {
  readonly ready: Promise<Hdf5>;
  readonly File: new (path: string, mode: "r") => Group & { close(): void };
}

/** The HDF5 library, compiled to WebAssembly. */
interface Hdf5 {
  readonly FS: {
    writeFile(path: string, bytes: Uint8Array, options: { canOwn: boolean }): void;
    unlink(path: string): void;
  };
  activate_throwing_error_handler?(): void;
}

interface Group {
  readonly type: "Group";
  keys(): string[];
  get(name: string): Group | Dataset | { readonly type: string } | null;
}

interface Dataset {
  readonly type: "Dataset";
  readonly shape: number[] | null;
  readonly dtype: unknown;
  readonly value: unknown;
}

const specifier = "npm:h5wasm@0.10.3";

/** HDF5's names of number types. */
const types: Readonly<Record<string, ElementType>> = {
  "<f": "f32",
  "<d": "f64",
  "<i": "i32",
  "<q": "i64",
  "<b": "i8",
  "<B": "u8",
  "<I": "u32", // state of Keras 3's random numbers
};

/** Deflate packs no better: more numbers than this for each byte cannot be in a file. */
const bestPacking = 1032;

/** More entries, or groups within groups, are no network. */
const mostEntries = 100_000;
const deepest = 32;

/** Opens a file of Keras. Tensors are named as its weights are: `conv2d/kernel`. */
export async function openKeras(source: ByteSource): Promise<WeightFile> {
  const { where } = source;
  const { ready, File } = await loadPackage<H5wasm>(specifier, "Keras files");
  const library = await ready;
  // Errors of the C library become exceptions, and are not printed.
  library.activate_throwing_error_handler?.();
  const path = `/${crypto.randomUUID()}.h5`;
  // The library keeps these very bytes: no second copy of a large file.
  library.FS.writeFile(path, await source.read(0, source.size), { canOwn: true });
  const attempt = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof RangeError) throw error;
      throw new SyntaxError(
        `${where}: damaged, or no HDF5 (${firstLine(error)}); expected a file that Keras wrote`,
        { cause: error },
      );
    }
  };
  let file: InstanceType<H5wasm["File"]> | undefined;
  const close = () => {
    try {
      file?.close();
    } finally {
      library.FS.unlink(path);
      source.close();
    }
  };
  try {
    return attempt(() => {
      file = new File(path, "r");
      const weights = file.keys().includes("model_weights") ? file.get("model_weights") : file;
      if (weights?.type !== "Group") {
        throw new SyntaxError(`${where}: expected a group of layers, found ${weights?.type}`);
      }
      const tensors = Array.from(
        datasetsIn(weights as Group, where),
        ([path, dataset]) => tensorOf(path, dataset, source, attempt),
      );
      return weightFile({ where, format: "keras", tensors, close });
    });
  } catch (error) {
    library.FS.unlink(path);
    throw error;
  }
}

/** The datasets in a group and the groups within it, but for an optimizer's, with their paths. */
function* datasetsIn(
  group: Group,
  where: string,
  path: readonly string[] = [],
  budget = { left: mostEntries },
): Generator<[path: readonly string[], dataset: Dataset]> {
  if (path.length > deepest) throw new SyntaxError(`${where}: groups nested too deep`);
  for (const name of group.keys()) {
    if (budget.left-- <= 0) throw new SyntaxError(`${where}: too many entries`);
    if (path.length === 0 && name.startsWith("optimizer")) continue;
    const item = group.get(name), inner = [...path, name];
    if (item?.type === "Group") yield* datasetsIn(item as Group, where, inner, budget);
    else if (item?.type === "Dataset") yield [inner, item as Dataset];
  }
}

/**
 * A dataset below the group of its layer. Within that group its path is its own name, "conv2d/kernel:0",
 * with the model's name before where Keras 3 wrote it; where it has no layer in it, the group's name
 * stands before. Files of Keras 3's save_weights have a group "layers" of all layers, whose weights
 * are numbered: "conv2d/vars/0".
 */
function tensorOf(
  path: readonly string[],
  dataset: Dataset,
  { where, size: fileSize }: ByteSource,
  attempt: <T>(read: () => T) => T,
): WeightTensor {
  const within = path.slice(path.length > 2 ? 1 : 0), start = within.lastIndexOf(path[0]!);
  const name = within.slice(Math.max(0, start)).join("/").replace(/:0$/, "");
  const shape: Shape = dataset.shape ?? [];
  const type = types[String(dataset.dtype)];
  if (type === undefined) {
    throw new SyntaxError(
      `${where}: ${name}: the type ${JSON.stringify(dataset.dtype)} cannot be read; expected ` +
        Object.keys(types).join(", "),
    );
  }
  const size = sizeOf(shape);
  if (size > mostNumbers || size > fileSize * bestPacking) {
    throw new SyntaxError(
      `${where}: ${name}: ${formatShape(shape)} cannot be in a file of ${fileSize} bytes`,
    );
  }
  return weightTensor({ name, shape, type }, (begin, end) => {
    const numbers = converted(attempt(() => dataset.value), `${where}: ${name}`);
    if (numbers?.length !== size) {
      throw new SyntaxError(
        `${where}: ${name}: expected ${size} numbers, found ${numbers?.length}`,
      );
    }
    return end - begin === size ? numbers : numbers.slice(begin, end) as TensorData;
  });
}

function converted(value: unknown, where: string): TensorData | undefined {
  if (typeof value === "number") return Float32Array.of(value);
  if (value instanceof Float64Array) return Float32Array.from(value);
  if (value instanceof Int8Array) return Int32Array.from(value);
  if (value instanceof BigInt64Array || value instanceof Uint32Array) return narrow(value, where);
  return dtypeOf(value) === undefined ? undefined : value as TensorData;
}

const firstLine = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0];
