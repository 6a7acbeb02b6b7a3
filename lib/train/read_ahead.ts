/** What comes one after another in time; when one is handed out, `ahead` more are asked for. */
export async function* askAhead<T>(source: AsyncIterable<T>, ahead: number): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator](), waiting: Promise<IteratorResult<T>>[] = [];
  try {
    while (true) {
      while (waiting.length <= ahead) {
        const next = iterator.next();
        // It may fail while an earlier one is awaited; that is thrown when its turn comes.
        next.catch(() => {});
        waiting.push(next);
      }
      const { done, value } = await waiting.shift()!;
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

/**
 * What is started, in its order: when one is handed out, `ahead` more are under way. What is there at
 * once is handed out before the next is started.
 */
export async function* readAhead<T>(
  starts: Iterable<T | Promise<T>>,
  ahead: number,
): AsyncGenerator<T> {
  const waiting: Promise<T>[] = [];
  for (const started of starts) {
    if (waiting.length === 0 && !(started instanceof Promise)) {
      yield started;
      continue;
    }
    const promise = Promise.resolve(started);
    // It may fail while an earlier one is awaited; that is thrown when its turn comes.
    promise.catch(() => {});
    waiting.push(promise);
    if (waiting.length > ahead) yield await waiting.shift()!;
  }
  while (waiting.length > 0) yield await waiting.shift()!;
}
