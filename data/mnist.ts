/**
 * MNIST and Fashion-MNIST, from the official files.
 *
 * @module
 */
import { options } from "../lib/core/options.ts";
import type { Normalization } from "../lib/core/preprocessing.ts";
import { arrayDataset } from "../lib/train/array_dataset.ts";
import type { Dataset } from "../lib/train/dataset.ts";
import { type CacheOptions, readPublished } from "../lib/core/cache.ts";
import { sha256 } from "../lib/core/download.ts";
import { decompress } from "./decompress.ts";
import { readIdx } from "./idx.ts";
import { type LoadOptions, loadSchema, type Part, type Parts } from "./parts.ts";

/** A data set in the four files of MNIST. */
interface IdxSet {
  readonly folder: string;
  readonly origin: string;
  readonly classes: readonly string[];
  readonly normalization: Normalization;
  /** The bytes and the SHA-256 of each part's images and labels. */
  readonly files: Readonly<Record<Part, readonly [[number, string], [number, string]]>>;
}

/** Images of a part in the official files. */
const maximumCount = { train: 60000, test: 10000 };
const side = 28;

async function loadPart(set: IdxSet, part: Part, cache: CacheOptions): Promise<Dataset> {
  const { folder, origin, classes, normalization } = set, count = maximumCount[part];
  const read = async (kind: 0 | 1, file: string, limit: number) => {
    const [bytes, hex] = set.files[part][kind];
    const published = { folder, file, url: origin + file, bytes, digest: sha256(hex) };
    return readIdx(await decompress(await readPublished(published, cache), file, limit), file);
  };
  const prefix = part === "train" ? "train" : "t10k";
  const images = await read(0, `${prefix}-images-idx3-ubyte.gz`, 16 + count * side * side);
  const labels = await read(1, `${prefix}-labels-idx1-ubyte.gz`, 8 + count);
  if (images.shape.length !== 3 || labels.shape.length !== 1) {
    throw new SyntaxError(
      `${folder}: expected images [count, height, width] and labels [count], found ` +
        `[${images.shape.join(", ")}] and [${labels.shape.join(", ")}]`,
    );
  }
  const [, height, width] = images.shape;
  return arrayDataset({
    inputs: { data: images.data, shape: [height!, width!, 1] },
    targets: Int32Array.from(labels.data),
    classes,
    normalization,
  });
}

async function load<P extends Part>(set: IdxSet, given: LoadOptions<P>): Promise<Parts<P>> {
  const { parts, ...cache } = options(set.folder, given, loadSchema);
  const result: Partial<Record<Part, Dataset>> = {};
  for (const part of parts) result[part] = await loadPart(set, part, cache);
  return result as Parts<P>;
}

const mnistFiles: IdxSet = {
  folder: "mnist",
  origin: "https://ossci-datasets.s3.amazonaws.com/mnist/",
  classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  normalization: { mean: [0.1307], standardDeviation: [0.3081] },
  files: {
    train: [
      [9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"],
      [28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"],
    ],
    test: [
      [1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"],
      [4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"],
    ],
  },
};

const fashionFiles: IdxSet = {
  folder: "fashion-mnist",
  origin: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
  classes: [
    ...["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"],
    ...["Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
  ],
  normalization: { mean: [0.286], standardDeviation: [0.353] },
  files: {
    train: [
      [26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"],
      [29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"],
    ],
    test: [
      [4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"],
      [5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"],
    ],
  },
};

/**
 * MNIST (LeCun, Cortes and Burges 1998): 60,000 and 10,000 grey images of handwritten digits,
 * [28, 28, 1] uint8. About 11 MB, downloaded once into the cache folder and checked by SHA-256.
 *
 * ```ts ignore
 * import { mnist } from "@striate/striate";
 *
 * const { train, test } = await mnist({
 *   onProgress: ({ file, received, total }) => console.log(file, received / total),
 * });
 * console.log(train.length, test.length); // 60000 10000
 * ```
 *
 * @throws {ChecksumError} where a file is not the official one; and whatever a download throws
 */
export function mnist<P extends Part = Part>(given: LoadOptions<P> = {}): Promise<Parts<P>> {
  return load(mnistFiles, given);
}

/**
 * Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): 60,000 and 10,000 grey images of ten kinds of
 * clothes, [28, 28, 1] uint8. About 31 MB, downloaded once into the cache folder and checked by
 * SHA-256.
 *
 * ```ts ignore
 * import { fashionMnist } from "@striate/striate";
 *
 * const { test } = await fashionMnist({ parts: ["test"] }); // fetches the test files alone
 * console.log(test.classes![test.get(0).targets[0]![0]!]); // Ankle boot
 * ```
 *
 * @throws {ChecksumError} where a file is not the official one; and whatever a download throws
 */
export function fashionMnist<P extends Part = Part>(given: LoadOptions<P> = {}): Promise<Parts<P>> {
  return load(fashionFiles, given);
}
