import type { Device } from "../device/device.ts";

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

  /**
   * To be awaited after each step was queued. An error of the device is thrown here. The first step is
   * waited for: the threads that load its kernels have the processor to themselves, and who wants to know
   * that training is under way hears of it at once.
   */
  async step(): Promise<void> {
    const { stride, ahead } = this.#device.pace;
    if (++this.#count === 1) await this.#device.finish();
    else if (this.#count % stride === 0) {
      const done = this.#device.finish();
      // If an earlier step fails, this promise is not awaited any more.
      done.catch(() => {});
      this.#pending.push(done);
      if (this.#pending.length > ahead) await this.#pending.shift();
    }
    // A clock that was set back must not let others wait.
    if (Math.abs(performance.now() - this.#yielded) < patience) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#yielded = performance.now();
  }
}
