/** Processes cannot be joined, or cannot go on together. */
export class MpiError extends Error {
  /** The name of its class. */
  override readonly name = "MpiError";

  /** What is wrong, and what to do about it. */
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
  }
}
