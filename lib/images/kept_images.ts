import type { ByteImage } from "../vision/image.ts";
import type { LabelledImage } from "./image_classes.ts";
import type { ImageReader } from "./image_reader.ts";

/** Images that are read once, as far as a number of bytes hold them; others anew each time. */
export class KeptImages {
  readonly #images: readonly LabelledImage[];
  readonly #reader: ImageReader;
  readonly #kept = new Map<number, ByteImage | Error>();
  #left: number;

  /** Images that a reader reads, of which `memory` bytes are kept. */
  constructor(images: readonly LabelledImage[], reader: ImageReader, memory: number) {
    [this.#images, this.#reader, this.#left] = [images, reader, memory];
  }

  /** An image by its place, or why it cannot be read. */
  async read(index: number): Promise<ByteImage | Error> {
    const kept = this.#kept.get(index);
    if (kept !== undefined) return kept;
    const image = await this.#reader.read(this.#images[index]!.image);
    const bytes = image instanceof Error ? 0 : image.data.length;
    // It may have been read twice at a time.
    if (bytes < this.#left && !this.#kept.has(index)) {
      this.#left -= bytes;
      this.#kept.set(index, image);
    }
    return image;
  }
}
