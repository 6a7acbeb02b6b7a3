import type { Device } from "../device/device.ts";

/** Steps that may be queued on the CPU: the next batch is made ready while one runs. */
const ahead = 2;
/** On WebGPU a wait stops the queue, so it waits seldom; a few steps keep a fast GPU busy. */
const stride = 8;
/** Milliseconds after which others (timers, signals) get their turn. */
const patience = 50;

/** Keeps a loop from queueing steps faster than the device runs them, and lets signals through. */
export class Throttle {
  readonly #device: Device;
  readonly #pending: Promise<void>[] = [];
  #count = 0;
  #yielded = performance.now();

  /** A throttle for steps on a device. */
  constructor(device: Device) {
    this.#device = device;
  }

  /** To be awaited after each step was queued. An error of the device is thrown here. */
  async step(): Promise<void> {
    if (this.#device.kind === "cpu") {
      const done = this.#device.finish();
      // If an earlier step fails, this promise is not awaited any more.
      done.catch(() => {});
      this.#pending.push(done);
      if (this.#pending.length > ahead) await this.#pending.shift();
    } else if (++this.#count % stride === 0) {
      await this.#device.finish();
    }
    if (performance.now() - this.#yielded < patience) return;
    await new Promise<void>((resolve) => setTimeout(resolve));
    this.#yielded = performance.now();
  }
}
