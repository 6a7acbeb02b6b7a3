/** A device refused, failed or was lost: no adapter, a limit exceeded, out of memory, an invalid kernel. */
export class DeviceError extends Error {
  /** Always "DeviceError". */
  override readonly name: string = "DeviceError";
}

/** A file's bytes are not those that were published: its SHA-256 differs. */
export class ChecksumError extends Error {
  /** Always "ChecksumError". */
  override readonly name: string = "ChecksumError";
}

/** The loss stopped being a finite number, so training stopped. */
export class DivergenceError extends Error {
  /** Always "DivergenceError". */
  override readonly name: string = "DivergenceError";
  /** The first step, counted from 1, whose loss was not finite. */
  readonly step: number;

  /** An error for the step at which the loss stopped being finite. */
  constructor(message: string, step: number) {
    super(message);
    this.step = step;
  }
}
