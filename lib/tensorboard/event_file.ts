import { storing, writeAll } from "../core/files.ts";
import { crc32c, masked } from "./crc32c.ts";
import { resumedEvent, type Shown, summaryEvent, versionEvent } from "./events.ts";

/** What the names of event files begin with. */
export const eventPrefix = "events.out.tfevents.";

/**
 * A record of a file of TensorFlow: its length, a checksum of that, the data, a checksum of these.
 *
 * Source: https://www.tensorflow.org/tutorials/load_data/tfrecord, "TFRecords format details".
 */
export function recordOf(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(16 + data.length), view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(crc32c(record.subarray(0, 8))), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(crc32c(data)), true);
  return record;
}

/** A file of events, which TensorBoard finds in its folder by its name. */
export class EventFile implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;

  private constructor(path: string, file: Deno.FsFile) {
    [this.#path, this.#file] = [path, file];
  }

  /** Begins a file in a folder, of a run that goes on from a step where one is given. */
  static async begin(folder: string, step?: number): Promise<EventFile> {
    const time = Date.now();
    const path = `${folder}/${eventPrefix}${Math.floor(time / 1000)}.striate.${Deno.pid}.${
      time % 1000
    }`;
    const file = await storing(path, () => Deno.open(path, { write: true, createNew: true }));
    const events = new EventFile(path, file);
    await events.#write(versionEvent(time / 1000));
    if (step !== undefined) await events.#write(resumedEvent(time / 1000, step));
    return events;
  }

  /** Writes what there is to show at a step. */
  async show(step: number, shown: readonly Shown[]): Promise<void> {
    await this.#write(summaryEvent(Date.now() / 1000, step, shown));
  }

  async #write(event: Uint8Array): Promise<void> {
    await storing(this.#path, () => writeAll(this.#file, recordOf(event)));
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}
