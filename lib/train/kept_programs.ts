import { DeviceError } from "../core/errors.ts";
import type { Device } from "../device/device.ts";
import type { StatefulProgram } from "../nn/program.ts";

/** Programs that are kept at most. */
const limit = 16;

/** Programs for batches of several sizes, kept for the next time; the one made longest ago goes first. */
export class KeptPrograms {
  readonly #programs = new Map<string, { device: Device; program: StatefulProgram }>();

  /** The program of a name on a device; `build` makes it where it is not kept. */
  get(name: string, device: Device, build: () => StatefulProgram): StatefulProgram {
    const known = this.#programs.get(name);
    if (known?.device === device) return known.program;
    if (known !== undefined) this.#release(name);
    const [oldest] = this.#programs.keys();
    if (oldest !== undefined && this.#programs.size >= limit) this.#release(oldest);
    let program: StatefulProgram;
    try {
      program = build();
    } catch (error) {
      if (!(error instanceof DeviceError) || this.#programs.size === 0) throw error;
      // The others may hold the memory that this one needs.
      this.release();
      program = build();
    }
    this.#programs.set(name, { device, program });
    return program;
  }

  #release(name: string): void {
    this.#programs.get(name)!.program.release();
    this.#programs.delete(name);
  }

  /** Lets all of them go. */
  release(): void {
    for (const name of [...this.#programs.keys()]) this.#release(name);
  }
}
