/** Workers that do not keep the process alive now. */
const released = new WeakSet<Worker>();

/**
 * Lets a process end although a worker lives, or not. Deno offers this for Node's workers alone;
 * its own have the same method under a private symbol without a name. Where it is missing, a process
 * ends when its device is closed.
 */
export function keepsProcessAlive(worker: Worker, does: boolean): void {
  // Deno counts: what is said twice would have to be taken back twice (2.9.6).
  if (does !== released.has(worker)) return;
  const symbol = Object.getOwnPropertySymbols(Worker.prototype).find((s) => !s.description);
  if (symbol === undefined) return;
  const method: unknown = Reflect.get(worker, symbol);
  if (typeof method === "function") method.call(worker, does);
  if (does) released.delete(worker);
  else released.add(worker);
}

/**
 * The folder that workers load modules from, if they may not: each would say so by itself, or ask.
 * Undefined where they may.
 */
export function unreadable(folder: URL): string | undefined {
  // What a compiled program brings along may be read.
  if (folder.protocol !== "file:" || Deno.build.standalone) return undefined;
  const { state } = Deno.permissions.querySync({ name: "read", path: folder });
  return state === "granted" ? undefined : decodeURIComponent(folder.pathname);
}
