/**
 * How an example is read: at once, or in time, by a promise. It comes to an error where this example
 * alone cannot be read, as it is a corrupt image: `batches` leave that one out.
 */
export type Reading = void | Promise<void | Error>;

/** Goes on when an example is read; not with one that cannot be read. */
export function after(reading: Reading, next: () => Reading): Reading {
  if (!(reading instanceof Promise)) return next();
  return reading.then((error) => error instanceof Error ? error : next());
}
