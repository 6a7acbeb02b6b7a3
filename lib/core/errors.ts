/** What is thrown where a value has a wrong type or shape; `where` says whose it is. */
export const wrongType = (where: string, expected: string, found: string | number): TypeError =>
  new TypeError(`${where}: expected ${expected}, found ${found}`);

/** What is thrown where a value is none of those that may be given, though of the right type. */
export const outOfRange = (where: string, expected: string, found: string | number): RangeError =>
  new RangeError(`${where}: expected ${expected}, found ${found}`);

/** A device refused, failed or was lost: no adapter, a limit exceeded, out of memory, an invalid kernel. */
export class DeviceError extends Error {
  /** Always "DeviceError". */
  override readonly name: string = "DeviceError";
}

/** A file's bytes are not those that were published, or written: its checksum differs. */
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
