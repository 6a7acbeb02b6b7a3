/** The error for a last batch of one example that a layer cannot be trained on. */
export function ofOneLeft(
  which: string,
  error: unknown,
  advice = "give dropRemainder: true to leave it out, or another batchSize",
): unknown {
  if (!(error instanceof RangeError)) return error;
  const [wrong] = error.message.split("; ");
  return new RangeError(
    `fit: a batch has one example alone, ${which}: ${wrong}; ${advice}`,
    { cause: error },
  );
}
