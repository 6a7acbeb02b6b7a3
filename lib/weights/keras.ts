/**
 * Weights of Keras in HDF5 (.h5): saved models and those of save_weights.
 *
 * @module
 */
import { formatShape, sizeOf } from "../core/shape.ts";
import {
  mostNumbers,
  unreadableTensor,
  type WeightFile,
  weightFile,
  type WeightTensor,
  weightTensor,
} from "./weight_file.ts";
import { decodeNumbers, isReadable } from "./element_types.ts";
import type { ByteSource } from "./byte_source.ts";
import { type Hdf5Dataset, type Hdf5File, openHdf5 } from "./hdf5.ts";
import { bestPacking } from "./zip.ts";

/** Opens a file of Keras. Tensors are named as its weights are: `conv2d/kernel`. */
export async function openKeras(source: ByteSource): Promise<WeightFile> {
  const { where } = source;
  const file = await openHdf5(source);
  const close = () => {
    file.close();
    source.close();
  };
  try {
    const isModel = file.datasets.some(({ path }) => path[0] === "model_weights");
    const weights = file.datasets.map((dataset) => ({
      dataset,
      path: isModel ? dataset.path.slice(1) : dataset.path,
    })).filter(({ dataset }) => !isModel || dataset.path[0] === "model_weights");
    const names = namesOf(weights.map(({ path }) => path));
    const tensors = weights.map(({ dataset }, i) => tensorOf(names[i]!, dataset, file, source));
    return weightFile({ where, format: "keras", tensors, close });
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The names of weights by their paths; in full where two would have one name. */
function namesOf(paths: readonly (readonly string[])[]): string[] {
  const names = paths.map(nameOf);
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return names.map((name, i) => counts.get(name) === 1 ? name : paths[i]!.join("/"));
}

/** The group of a model's layers in files of Keras 3, and of its first versions. */
const layersOfModel = /(^|\/)(?:layers|_layer_checkpoint_dependencies)\/(?=[^/]+\/)/g;

/**
 * The name of a weight. Files of Keras 3's save_weights have a group "layers" of all layers, also
 * of those of a model within, whose weights are numbered: "layers/base/layers/conv2d/vars/0" is
 * "base/conv2d/vars/0". In others the path within the group of its layer is the weight's own name,
 * "conv2d/kernel:0", with the model's name before where Keras 3 wrote it; where it has no layer in
 * it, the group's name stands before.
 */
function nameOf(path: readonly string[]): string {
  if (path.at(-2) === "vars") return path.join("/").replace(layersOfModel, "$1");
  const within = path.slice(path.length > 2 ? 1 : 0), start = within.lastIndexOf(path[0]!);
  return within.slice(Math.max(0, start)).join("/").replace(/:0$/, "");
}

function tensorOf(
  name: string,
  dataset: Hdf5Dataset,
  file: Hdf5File,
  { where, size: fileSize }: ByteSource,
): WeightTensor {
  const { shape } = dataset, size = sizeOf(shape), type = typeOf(dataset);
  if (size > mostNumbers || size > fileSize * bestPacking) {
    throw new SyntaxError(
      `${where}: ${name}: ${formatShape(shape)} cannot be in a file of ${fileSize} bytes`,
    );
  }
  if (!isReadable(type)) return unreadableTensor({ name, shape, type }, where);
  return weightTensor({ name, shape, type }, async (begin, end) => {
    const bytes = await file.read(dataset);
    if (bytes.length !== size * dataset.size) {
      throw new SyntaxError(
        `${where}: ${name}: expected ${size * dataset.size} bytes, found ${bytes.length}`,
      );
    }
    const part = end - begin === size
      ? bytes
      : bytes.slice(begin * dataset.size, end * dataset.size);
    return decodeNumbers(type, part, `${where}: ${name}`);
  });
}

/** HDF5's numbers of the classes of types. */
const kinds = { integer: 0, floating: 1, opaque: 5, enumeration: 8 };

/** The type of a dataset's numbers, or what else it holds. */
function typeOf({ kind, size, signed }: Hdf5Dataset): string {
  const bits = 8 * size;
  if (kind === kinds.floating) return `f${bits}`;
  if (kind === kinds.integer) return `${signed ? "i" : "u"}${bits}`;
  // h5py keeps truth values as an enumeration, and numbers that HDF5 does not know as bare bytes: of
  // those that Keras has, bfloat16 alone has two.
  if (kind === kinds.enumeration && size === 1) return "bool";
  if (kind === kinds.opaque && size === 2) return "bf16";
  return `of HDF5's class ${kind}, ${size} bytes each`;
}
