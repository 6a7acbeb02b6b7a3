import { DeviceError } from "../../core/errors.ts";

/** What to do about a device that cannot be used any more. */
const remedy =
  "What comes next opens a new one, if there is one; load the weights, or let fit resume from a " +
  'checkpoint. Or setDevice("cpu")';

/**
 * What went wrong on a GPU device, which WebGPU reports some time after the call: kept until the
 * next call that can throw it.
 */
export class Failures {
  #first: DeviceError | undefined;
  #isClosed = false;
  #isLost = false;
  readonly #lost: Promise<void>;
  readonly #pending = new Set<Promise<unknown>>();

  /** Listens to a device: errors that no scope caught, and its loss. */
  constructor(device: GPUDevice) {
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.note(describe("webgpu", (event as GPUUncapturedErrorEvent).error));
    });
    this.#lost = device.lost.then(({ reason, message }) => {
      if (this.#isClosed) return;
      this.#isLost = true;
      // Whatever else was noted followed from the loss, or ends with it.
      this.#first = new DeviceError(
        `webgpu: the device was lost (${reason}: ${message}), and the numbers that lay there alone ` +
          `are gone. ${remedy}`,
      );
    }, () => {});
  }

  /** Whether the device went away, not closed by anyone. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Keeps an error, if it is the first: later ones mostly follow from it. */
  note(message: string): void {
    this.#first ??= new DeviceError(message);
  }

  /** From now on every call says that the device was closed. */
  close(): void {
    this.#isClosed = true;
    this.note("webgpu: the device was closed and cannot be used any more");
  }

  /** Throws why a read failed. A loss says more than any other error, and is told a little later. */
  async explain(error: Error): Promise<never> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const patience = setTimeout(resolve, 100);
    await Promise.race([this.#lost, promise]);
    clearTimeout(patience);
    await this.settled();
    this.note(`webgpu: reading back failed (${error.message.trim()}). ${remedy}`);
    throw this.#first!;
  }

  /** Throws what was noted. A device that failed once stays failed: its memory may be wrong. */
  check(): void {
    if (this.#first !== undefined) throw this.#first;
  }

  /** Runs `body` in error scopes; what they catch is noted under a name. */
  scope<T>(device: GPUDevice, name: () => string, body: () => T): T {
    const filters = ["internal", "out-of-memory", "validation"] as const;
    for (const filter of filters) device.pushErrorScope(filter);
    try {
      return body();
    } finally {
      for (const _ of filters) {
        const caught = device.popErrorScope().then((error) => {
          if (error !== null) this.note(describe(name(), error));
        }, () => {}).finally(() => this.#pending.delete(caught));
        this.#pending.add(caught);
      }
    }
  }

  /** Waits until every scope has told, then throws what was noted. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    this.check();
  }
}

function describe(name: string, error: GPUError): string {
  const hint = /memory/i.test(`${error.constructor.name} ${error.message}`)
    ? '; use a smaller batch, or setDevice("cpu")'
    : "";
  return `${name}: ${error.message.trim()}${hint}`;
}
