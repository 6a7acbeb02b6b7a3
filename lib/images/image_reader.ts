import { pick } from "../core/options.ts";
import type { Preprocessing } from "../core/preprocessing.ts";
import { usualThreads } from "../core/environment.ts";
import type { ByteImage } from "../vision/image.ts";
import { ImagePool } from "../vision/image_pool.ts";
import { lanes } from "../vision/lanes.ts";
import { type ImageOptions, preparationOf } from "./image_options.ts";
import type { ImageEntry } from "./image_source.ts";
import { isOfOneImage } from "./prefetch.ts";

/**
 * Reads images and prepares them on threads, which it has while images are asked for. Four a thread are
 * under way at a time, however many are asked for: that keeps threads at work, and files out of memory.
 */
export class ImageReader {
  /** The shape of an image as an example has it, [height, width, channels]. */
  readonly shape: readonly [number, number, number];
  /** How it is prepared for that. */
  readonly preprocessing: Preprocessing;
  /** Whether an image that cannot be read ends the work. */
  readonly strict: boolean;
  /** Threads that it has. */
  readonly threads: number;
  /** Images under way at a time. */
  readonly ahead: number;
  readonly #options: Pick<ImageOptions, "filter" | "rotate"> & { threads: number };
  readonly #onCorrupt: ((image: string, reason: string) => void) | undefined;
  readonly #told = new WeakSet<ImageEntry>();
  readonly #run: ReturnType<typeof lanes>;
  #pool: ImagePool | undefined;
  #wanted = 0;
  #closing: Promise<void> = Promise.resolve();

  readonly #stored: Preprocessing;

  /**
   * A reader of images with these options, for `where`. It prepares them as examples have them, or as
   * `stored` says, where they are changed before they become such.
   */
  constructor(
    where: string,
    settings: ImageOptions,
    stored?: Pick<Preprocessing, "resize" | "crop">,
  ) {
    const { threads = usualThreads(), strict = false, onCorrupt } = settings;
    ({ preprocessing: this.preprocessing, shape: this.shape } = preparationOf(where, settings));
    const { channels, rounding, normalization } = this.preprocessing;
    // What changes colours knows red from blue.
    this.#stored = stored === undefined ? this.preprocessing : {
      ...stored,
      channels: channels === "bgr" ? "rgb" : channels,
      ...rounding && { rounding },
      normalization,
    };
    this.threads = threads;
    this.ahead = 4 * threads;
    this.#options = { ...pick(settings, "filter", "rotate"), threads };
    this.strict = strict;
    this.#onCorrupt = onCorrupt;
    this.#run = lanes(this.ahead);
  }

  /** An image, or why it cannot be read; with `strict`, that is thrown. */
  async read(image: ImageEntry): Promise<ByteImage | Error> {
    try {
      return await this.prepare(image);
    } catch (error) {
      if (this.strict || !isOfOneImage(error)) throw error;
      this.leaveOut(image, error);
      return error;
    }
  }

  /** An image. */
  prepare(image: ImageEntry): Promise<ByteImage> {
    const { promise, resolve, reject } = Promise.withResolvers<ByteImage>();
    this.#wanted++;
    this.#run(() => this.#prepare(image).then(resolve, reject).finally(() => this.#finish()));
    return promise;
  }

  /** Tells that an image cannot be read, once for each. */
  leaveOut(image: ImageEntry, { message }: Error): void {
    if (!this.#told.has(image)) this.#onCorrupt?.(image.name, message);
    this.#told.add(image);
  }

  async #prepare(image: ImageEntry): Promise<ByteImage> {
    const bytes = await image.read();
    await this.#closing;
    this.#pool ??= new ImagePool(this.#stored, this.#options);
    return await this.#pool.prepare(bytes, image.name);
  }

  /** Gives the threads back when no image is wanted. */
  #finish(): void {
    if (--this.#wanted > 0 || this.#pool === undefined) return;
    this.#closing = this.#pool.close();
    this.#pool = undefined;
  }
}
