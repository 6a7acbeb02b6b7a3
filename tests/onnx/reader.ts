/**
 * Reads the conformance cases of ONNX: a model of one node and tensors, both protobuf messages.
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 *
 * @module
 */
import { sizeOf } from "../../lib/core/shape.ts";
import {
  lengthDelimited,
  loadProtobuf,
  type Protobuf,
  type ProtobufReader as Reader,
} from "../../lib/weights/protobuf.ts";
import { tensor } from "../../mod.ts";
import type { Tensor } from "../../mod.ts";

/** A tensor of a case. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Integers and truth values are i32, and bytes. */
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

/** A setting of a node. */
export type Attribute = number | string | readonly number[];

/** A node with its settings; "" stands for an input that is left out. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A model of one node. */
export interface OnnxModel {
  readonly node: OnnxNode;
  readonly initializers: readonly OnnxTensor[];
}

/** Loaded with the first case. */
let BinaryReader: Protobuf["BinaryReader"];

/** Calls `take` for each field; a field that it does not read is skipped. */
function fields(
  bytes: Uint8Array,
  take: (field: number, reader: Reader, type: number) => void,
) {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const before = reader.pos;
    take(field, reader, type);
    if (reader.pos === before) reader.skip(type, field);
  }
}

/** A repeated number, packed or one by one. */
function repeated(reader: Reader, type: number, read: (reader: Reader) => number) {
  if (type !== lengthDelimited) return [read(reader)];
  const packed = new BinaryReader(reader.bytes()), result: number[] = [];
  while (packed.pos < packed.len) result.push(read(packed));
  return result;
}

const int64 = (reader: Reader) => Number(reader.int64());

/** TensorProto's data types: how their little-endian bytes are read. */
const kinds: Readonly<Record<number, (view: DataView, i: number) => number>> = {
  1: (view, i) => view.getFloat32(4 * i, true),
  2: (view, i) => view.getUint8(i),
  6: (view, i) => view.getInt32(4 * i, true),
  7: (view, i) => Number(view.getBigInt64(8 * i, true)),
  9: (view, i) => view.getUint8(i),
};

/** A TensorProto. */
export function readTensor(bytes: Uint8Array): OnnxTensor {
  const shape: number[] = [], listed: number[] = [];
  let kind = 0, name = "", raw: Uint8Array | undefined;
  fields(bytes, (field, reader, type) => {
    if (field === 1) shape.push(...repeated(reader, type, int64));
    else if (field === 2) kind = reader.int32();
    else if (field === 4) listed.push(...repeated(reader, type, (r) => r.float()));
    else if (field === 5) listed.push(...repeated(reader, type, (r) => r.int32()));
    else if (field === 7) listed.push(...repeated(reader, type, int64));
    else if (field === 8) name = reader.string();
    else if (field === 9) raw = reader.bytes();
  });
  const at = kinds[kind];
  if (at === undefined) throw new Error(`${name}: a tensor of type ${kind}`);
  const size = sizeOf(shape);
  const view = raw && new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const numbers = view ? Array.from({ length: size }, (_, i) => at(view, i)) : listed;
  if (numbers.length !== size) throw new Error(`${name}: ${numbers.length} numbers for [${shape}]`);
  return { name, shape, data: kind === 1 ? Float32Array.from(numbers) : Int32Array.from(numbers) };
}

function readAttribute(bytes: Uint8Array): [string, Attribute] {
  let name = "", value: Attribute = [];
  fields(bytes, (field, reader, type) => {
    if (field === 1) name = reader.string();
    else if (field === 2) value = reader.float();
    else if (field === 3) value = int64(reader);
    else if (field === 4) value = reader.string();
    else if (field === 8) value = [...value as number[], ...repeated(reader, type, int64)];
  });
  return [name, value];
}

function readNode(bytes: Uint8Array): OnnxNode {
  const inputs: string[] = [], outputs: string[] = [], attributes: [string, Attribute][] = [];
  let operator = "";
  fields(bytes, (field, reader) => {
    if (field === 1) inputs.push(reader.string());
    else if (field === 2) outputs.push(reader.string());
    else if (field === 4) operator = reader.string();
    else if (field === 5) attributes.push(readAttribute(reader.bytes()));
  });
  return { operator, inputs, outputs, attributes: Object.fromEntries(attributes) };
}

/** A ModelProto whose graph has one node. */
export function readModel(bytes: Uint8Array): OnnxModel {
  const nodes: OnnxNode[] = [], initializers: OnnxTensor[] = [];
  fields(bytes, (field, reader) => {
    if (field !== 7) return;
    fields(reader.bytes(), (field, reader) => {
      if (field === 1) nodes.push(readNode(reader.bytes()));
      else if (field === 5) initializers.push(readTensor(reader.bytes()));
    });
  });
  if (nodes.length !== 1) throw new Error(`expected a model of one node, found ${nodes.length}`);
  return { node: nodes[0]!, initializers };
}

/** A case: a node, what it is given, and what it must yield. */
export interface OnnxCase {
  readonly node: OnnxNode;
  readonly inputs: readonly (OnnxTensor | undefined)[];
  readonly outputs: readonly OnnxTensor[];
}

/** Reads a case's folder; its inputs are in the node's order, those left out undefined. */
export async function readCase(folder: string): Promise<OnnxCase> {
  ({ BinaryReader } = await loadProtobuf("ONNX's cases"));
  const { node, initializers } = readModel(await Deno.readFile(`${folder}/model.onnx`));
  const read = async (kind: string) => {
    const result: OnnxTensor[] = [];
    for (;;) {
      const path = `${folder}/test_data_set_0/${kind}_${result.length}.pb`;
      const bytes = await Deno.readFile(path).catch(() => undefined);
      if (bytes === undefined) return result;
      result.push(readTensor(bytes));
    }
  };
  const given = [...await read("input")], outputs = await read("output");
  const inputs = node.inputs.map((name) => {
    if (name === "") return undefined;
    return initializers.find((tensor) => tensor.name === name) ?? given.shift()!;
  });
  return { node, inputs, outputs };
}

/** A tensor of this library. */
export function tensorOf({ data, shape }: OnnxTensor): Tensor {
  return tensor(data, { shape });
}
