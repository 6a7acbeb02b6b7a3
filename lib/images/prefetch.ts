/** A prepared image: its pixels, or the error that reading it gave. */
export type Prepared<T> =
  | { readonly item: T; readonly pixels: Uint8Array<ArrayBuffer> }
  | { readonly item: T; readonly error: Error };

/** Whether an error concerns one image alone: it is corrupt, or its file cannot be read. */
export function isOfOneImage(error: unknown): error is Error {
  const { NotFound, PermissionDenied, IsADirectory } = Deno.errors;
  return [SyntaxError, NotFound, PermissionDenied, IsADirectory].some((kind) =>
    error instanceof kind
  );
}

/**
 * Prepares items ahead of their use, in order: at most `ahead` are under way or waiting at a time,
 * which bounds the memory. An error of one image is handed on; with `strict`, and if it is another
 * error, it is thrown.
 */
export async function* prefetch<T>(
  items: AsyncIterable<T> | Iterable<T>,
  prepare: (item: T) => Promise<Uint8Array<ArrayBuffer>>,
  ahead: number,
  strict = false,
): AsyncGenerator<Prepared<T>> {
  const waiting: Promise<Prepared<T>>[] = [];
  const start = async (item: T): Promise<Prepared<T>> => {
    try {
      return { item, pixels: await prepare(item) };
    } catch (error) {
      if (!strict && isOfOneImage(error)) return { item, error };
      throw error;
    }
  };
  for await (const item of items) {
    const prepared = start(item);
    // It may fail while an earlier one is awaited; it is thrown when its turn comes.
    prepared.catch(() => {});
    waiting.push(prepared);
    if (waiting.length >= ahead) yield await waiting.shift()!;
  }
  while (waiting.length > 0) yield await waiting.shift()!;
}
