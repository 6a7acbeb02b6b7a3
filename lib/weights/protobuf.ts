import { loadPackage } from "../core/package.ts";

/** The part of @bufbuild/protobuf that is used: it reads the fields of a message. */
export interface Protobuf {
  readonly BinaryReader: new (bytes: Uint8Array) => {
    readonly pos: number;
    readonly len: number;
    tag(): [field: number, type: number];
    skip(type: number, field?: number): unknown;
    bytes(): Uint8Array;
    string(): string;
    int32(): number;
    int64(): bigint | number | string;
    float(): number;
    double(): number;
  };
}

/** What reads a message. */
export type ProtobufReader = InstanceType<Protobuf["BinaryReader"]>;

/** The wire type of bytes, texts, messages and packed numbers. */
export const lengthDelimited = 2;

/** Loads the package; `reader` is what needs it, for the error. */
export const loadProtobuf = (reader: string): Promise<Protobuf> =>
  loadPackage<Protobuf>("npm:@bufbuild/protobuf@2.17.0/wire", reader);
