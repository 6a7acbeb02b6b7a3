import type { TensorData } from "../core/dtype.ts";
import type { Plan } from "../compile/plan.ts";

/** Memory on a device. */
export interface Storage {
  /** Usable bytes. */
  readonly bytes: number;
  /** Gives the memory back once queued work that uses it is done. */
  release(): void;
}

/** A plan that is loaded on a device: its kernels are compiled, its slots allocated. */
export interface Executable {
  /**
   * Queues one run and returns at once. `bindings` are in the plan's order. Runs, writes and reads
   * take effect in the order in which they were queued.
   */
  run(bindings: readonly Storage[]): void;
  /** Gives its memory back once queued runs are done. */
  release(): void;
}

/** How far a loop may run ahead of a device that does its steps. */
export interface Pace {
  /** After how many steps the loop asks for the device to finish. */
  readonly stride: number;
  /** How many times it may have asked and gone on before the device has finished. */
  readonly ahead: number;
}

/** What runs programs. */
export interface Device {
  /** The name by which it is opened: "cpu", "webgpu". */
  readonly kind: string;
  /** For people: the adapter's name, or the number of threads. */
  readonly description: string;
  /** Bytes allocated now, for tensors and for programs. */
  readonly allocatedBytes: number;
  /** Bytes that programs may hold between runs; beyond that those used longest ago go. */
  readonly programBytes: number;
  /** How far loops may run ahead of it. */
  readonly pace: Pace;
  /** Whether it went away by itself, with all that lay there: a runtime then opens another one. */
  readonly isLost?: boolean;
  /** New memory; its content is undefined. A DeviceError says so if there is none left. */
  allocate(bytes: number): Storage;
  /** Queues a copy of `data` into `storage`; the caller may change `data` at once. */
  write(storage: Storage, data: TensorData, byteOffset?: number): void;
  /**
   * The first `bytes` bytes of `storage`, after everything queued before; in new memory, or in the `bytes`
   * bytes of `into`.
   */
  read(storage: Storage, bytes: number, into?: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>;
  /**
   * Loads a plan. What the device cannot run (a value over a limit) is a DeviceError that names it,
   * thrown here, before any work.
   *
   * @internal
   */
  load(plan: Plan): Executable;
  /** Settles when everything queued is done; rejects with a DeviceError if anything went wrong. */
  finish(): Promise<void>;
  /** Ends threads or lets the adapter go; the device cannot be used afterwards. */
  close(): Promise<void>;
}

/** Settings of a device; each device has its own. */
export interface DeviceOptions {
  /** Threads of the CPU device; by default one for each core. */
  readonly threads?: number;
  /** What the CPU device computes products with; by default the best that it may use. */
  readonly instructions?: "wasm" | "avx2" | "avx512";
  /**
   * Which programs of the CPU device compute 3x3 convolutions by Winograd's minimal filtering, faster
   * and with errors below 1e-5 of the largest result; by default "predictions", those without
   * gradients of convolutions.
   */
  readonly winograd?: "never" | "predictions" | "always";
  /** Settings of other devices. */
  readonly [option: string]: unknown;
}

/** A device that can be opened: see `registerDevice`. */
export interface DeviceEntry {
  /** The name by which it is asked for. */
  readonly name: string;
  /** "auto" takes the available device of the highest rank. */
  readonly rank: number;
  /** The names of its options. */
  readonly options: readonly string[];
  /** Whether "auto" may take it on this machine. */
  available(): boolean | Promise<boolean>;
  /** Opens one; a DeviceError says what is missing. */
  open(options: DeviceOptions): Promise<Device>;
}
