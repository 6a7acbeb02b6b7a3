import { createHash } from "node:crypto";
import type { TensorData } from "../core/dtype.ts";
import type { ImageDataset } from "../images/image_dataset.ts";
import type { Dataset } from "../train/dataset.ts";
import type { DataStream } from "../train/stream.ts";

/** Examples that are looked at, spread over all. */
const sampled = 100;

/**
 * What data are known by again: the SHA-256 of their fields and classes, of the number of examples, and
 * of a hundred of these, spread over all. Of images in files, which are decoded by another program, these
 * are the files' bytes, with the names and labels of all. A stream is known by its fields and classes.
 */
export async function fingerprintOf(...parts: readonly (Dataset | DataStream)[]): Promise<string> {
  const hash = createHash("sha256");
  const add = (value: unknown) => hash.update(`${JSON.stringify(value)}\n`);
  const addData = ({ buffer, byteOffset, byteLength }: TensorData | Uint8Array) =>
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  for (const part of parts) {
    const { inputs, targets, classes = null } = part;
    add({ inputs, targets, classes });
    if (!("length" in part)) continue;
    add(part.length);
    const places = spread(part.length);
    const { files } = part as Dataset & Partial<Pick<ImageDataset, "files">>;
    if (files !== undefined) {
      add(files.map(({ image, label }) => [image.name, label]));
      for (const place of places) addData(await files[place]!.image.read());
    } else {
      const batch = await part.load(places);
      for (const data of [...batch.inputs, ...batch.targets]) addData(data);
    }
  }
  return `sha256:${hash.digest("hex")}`;
}

/** The places of some examples of many. */
function spread(length: number): Uint32Array {
  const count = Math.min(sampled, length);
  return Uint32Array.from({ length: count }, (_, i) => Math.floor(i * length / count));
}
