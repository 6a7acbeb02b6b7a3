import { DeviceError } from "../../core/errors.ts";

/**
 * What went wrong on a GPU device, which WebGPU reports some time after the call: kept until the
 * next call that can throw it.
 */
export class Failures {
  #first: DeviceError | undefined;
  readonly #pending = new Set<Promise<unknown>>();

  /** Listens to a device: errors that no scope caught, and its loss. */
  constructor(device: GPUDevice) {
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.note(describe("webgpu", (event as GPUUncapturedErrorEvent).error));
    });
    device.lost.then((info) => {
      this.note(`webgpu: the device was lost (${info.reason}: ${info.message}); open a new one`);
    }, () => {});
  }

  /** Keeps an error, if it is the first: later ones mostly follow from it. */
  note(message: string): void {
    this.#first ??= new DeviceError(message);
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
