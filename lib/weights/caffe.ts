/**
 * Weights of Caffe (.caffemodel): a NetParameter message, with layers of the first or second version.
 * Source: https://github.com/BVLC/caffe/blob/master/src/caffe/proto/caffe.proto
 *
 * @module
 */
import { joined } from "../core/dtype.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import { type WeightFile, weightFile, type WeightTensor, weightTensor } from "./weight_file.ts";
import { lengthDelimited, loadProtobuf, type ProtobufReader as Reader } from "./protobuf.ts";
import type { ByteSource } from "./byte_source.ts";

/** The numbers of a layer's fields, by the number of the field that layers of a version are in. */
const versions: Readonly<Record<number, LayerFields>> = {
  2: { name: 4, type: 5, bottom: 2, top: 3, blobs: 6 }, // V1LayerParameter
  100: { name: 1, type: 2, bottom: 3, top: 4, blobs: 7 }, // LayerParameter
};
type LayerFields = Readonly<Record<"name" | "type" | "bottom" | "top" | "blobs", number>>;

/** V1LayerParameter.LayerType: those with weights. */
const firstTypes: Readonly<Record<number, string>> = {
  4: "Convolution",
  14: "InnerProduct",
  39: "Deconvolution",
};

/** More layers, tensors and shapes are no network: each takes memory, and but a few bytes of a file. */
const mostParts = 100_000;

/** A tensor of a layer. */
interface Blob {
  readonly shape: Shape;
  readonly data: Float32Array<ArrayBuffer>;
}

/** A layer with what is needed of it. */
interface CaffeLayer {
  readonly name: string;
  readonly type: string;
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  readonly blobs: readonly Blob[];
}

/**
 * Opens a file of Caffe. Tensors get PyTorch's names, `conv1.weight` and `conv1.bias`. A BatchNorm
 * layer and the Scale layer on top of it become one batch normalisation under the first one's name:
 * `weight`, `bias`, `running_mean`, `running_var`.
 */
export async function openCaffe(source: ByteSource): Promise<WeightFile> {
  const { where } = source;
  const { BinaryReader } = await loadProtobuf("Caffe files");
  const bytes = await source.read(0, source.size);
  source.close();
  const layers: CaffeLayer[] = [];
  try {
    let parts = 0;
    const open = (bytes: Uint8Array) => {
      if (parts++ < mostParts) return new BinaryReader(bytes);
      throw new SyntaxError(`${where}: more than ${mostParts} layers and tensors`);
    };
    const reader = open(bytes);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      const fields = type === lengthDelimited ? versions[field] : undefined;
      if (fields) layers.push(readLayer(reader.bytes(), fields, open, where));
      else reader.skip(type, field);
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw error;
    throw new SyntaxError(
      `${where}: damaged or cut short, or no NetParameter (${
        (error as Error).message
      }); expected a ` +
        ".caffemodel: fetch it again",
      { cause: error },
    );
  }
  const scales = pairScales(layers);
  const paired = new Set(scales.values());
  const tensors = layers.filter((layer) => layer.blobs.length > 0 && !paired.has(layer))
    .flatMap((layer) =>
      layer.type === "BatchNorm"
        ? batchNormTensors(layer, scales.get(layer), where)
        : tensorsOf(layer)
    );
  if (tensors.length === 0) {
    throw new SyntaxError(`${where}: no layer with weights; expected a trained .caffemodel`);
  }
  return weightFile({ where, format: "caffe", tensors, close: () => {} });
}

function readLayer(
  bytes: Uint8Array,
  fields: LayerFields,
  open: (bytes: Uint8Array) => Reader,
  where: string,
): CaffeLayer {
  const layer = { name: "", type: "", bottoms: [] as string[], tops: [] as string[] };
  const blobs: Blob[] = [];
  const reader = open(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === fields.type && type === 0) layer.type = firstTypes[reader.int32()] ?? "";
    else if (type !== lengthDelimited) reader.skip(type, field);
    else if (field === fields.name) layer.name = reader.string();
    else if (field === fields.type) layer.type = reader.string();
    else if (field === fields.bottom) layer.bottoms.push(reader.string());
    else if (field === fields.top) layer.tops.push(reader.string());
    else if (field === fields.blobs) blobs.push(readBlob(reader.bytes(), open, layer.name, where));
    else reader.skip(type, field);
  }
  return { ...layer, blobs };
}

/** BlobProto: four sizes (1 to 4) or a shape (7), and numbers as floats (5) or doubles (8). */
function readBlob(
  bytes: Uint8Array,
  open: (bytes: Uint8Array) => Reader,
  layer: string,
  where: string,
): Blob {
  const old: number[] = [];
  let shape: number[] | undefined;
  const runs: (Float32Array<ArrayBuffer> | number[])[] = [];
  const single = (x: number) => {
    const last = runs.at(-1);
    if (Array.isArray(last)) last.push(x);
    else runs.push([x]);
  };
  const reader = open(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field >= 1 && field <= 4 && type === 0) old[field - 1] = reader.int32();
    else if (field === 7 && type === lengthDelimited) shape = readShape(open(reader.bytes()), open);
    else if (field === 5 && type === lengthDelimited) runs.push(floats(reader.bytes(), 4));
    else if (field === 8 && type === lengthDelimited) runs.push(floats(reader.bytes(), 8));
    else if (field === 5 && type === 5) single(reader.float());
    else if (field === 8 && type === 1) single(reader.double());
    else reader.skip(type, field);
  }
  const [only] = runs;
  const data = runs.length === 1 && only instanceof Float32Array ? only : joined("f32", runs);
  const sizes = shape ?? (old.length > 0 ? Array.from({ length: 4 }, (_, i) => old[i] ?? 1) : []);
  const valid = sizes.every((d) => Number.isSafeInteger(d) && d >= 0);
  if (!valid || sizeOf(sizes) !== data.length) {
    throw new SyntaxError(
      `${where}: layer ${JSON.stringify(layer)}: a blob ${formatShape(sizes)} with ` +
        `${data.length} numbers`,
    );
  }
  return { shape: sizes, data };
}

/** BlobShape: its sizes (1), packed or one by one. */
function readShape(reader: Reader, open: (bytes: Uint8Array) => Reader): number[] {
  const sizes: number[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1 && type === 0) sizes.push(Number(reader.int64()));
    else if (field === 1 && type === lengthDelimited) {
      const packed = open(reader.bytes());
      while (packed.pos < packed.len) sizes.push(Number(packed.int64()));
    } else reader.skip(type, field);
  }
  return sizes;
}

/** A copy of packed little-endian numbers of 4 or 8 bytes. */
function floats(bytes: Uint8Array, size: 4 | 8): Float32Array<ArrayBuffer> {
  if (bytes.length % size !== 0) throw new Error("numbers that are cut short");
  const { buffer } = Uint8Array.from(bytes);
  return size === 4 ? new Float32Array(buffer) : Float32Array.from(new Float64Array(buffer));
}

/** For each BatchNorm layer the Scale layer that is applied to its result. */
function pairScales(layers: readonly CaffeLayer[]): Map<CaffeLayer, CaffeLayer> {
  const pairs = new Map<CaffeLayer, CaffeLayer>();
  const makers = new Map<string, CaffeLayer>(); // which layer made a value; some work in place
  for (const layer of layers) {
    const maker = makers.get(layer.bottoms[0] ?? "");
    if (layer.type === "Scale" && maker?.type === "BatchNorm") pairs.set(maker, layer);
    for (const top of layer.tops) makers.set(top, layer);
  }
  return pairs;
}

/** The tensors of a BatchNorm layer and its Scale layer, under PyTorch's names. */
function batchNormTensors(
  { name, blobs }: CaffeLayer,
  scale: CaffeLayer | undefined,
  where: string,
): WeightTensor[] {
  const [mean, variance, count] = blobs;
  if (mean === undefined || variance === undefined || count?.data.length !== 1) {
    throw new SyntaxError(
      `${where}: layer ${JSON.stringify(name)}: expected a mean, a variance and their weight`,
    );
  }
  // Mean and variance are sums over the steps that count in this weight.
  const weight = count.data[0]!;
  const scaled = ({ shape, data }: Blob): Blob => ({
    shape,
    data: data.map((x) => weight === 0 ? 0 : x / weight),
  });
  const [gamma, beta] = scale?.blobs ?? [];
  return [
    ...gamma === undefined ? [] : [tensorOf(`${name}.weight`, flat(gamma))],
    ...beta === undefined ? [] : [tensorOf(`${name}.bias`, flat(beta))],
    tensorOf(`${name}.running_mean`, flat(scaled(mean))),
    tensorOf(`${name}.running_var`, flat(scaled(variance))),
  ];
}

/** The tensors of any other layer, under PyTorch's names. */
function tensorsOf({ name, type, blobs }: CaffeLayer): WeightTensor[] {
  return blobs.map((blob, i) => {
    if (i === 0) return tensorOf(`${name}.weight`, type === "InnerProduct" ? matrix(blob) : blob);
    return i === 1 ? tensorOf(`${name}.bias`, flat(blob)) : tensorOf(`${name}.blob${i}`, blob);
  });
}

/** Sizes of 1 in front are how old files write vectors. */
const flat = ({ shape, data }: Blob): Blob =>
  shape.slice(0, -1).every((d) => d === 1) ? { shape: [data.length], data } : { shape, data };

/** The same for matrices. */
const matrix = ({ shape, data }: Blob): Blob =>
  shape.length > 2 && shape.slice(0, -2).every((d) => d === 1)
    ? { shape: shape.slice(-2), data }
    : { shape, data };

const tensorOf = (name: string, { shape, data }: Blob): WeightTensor =>
  weightTensor({ name, shape, type: "f32" }, (begin, end) => data.slice(begin, end));
