/**
 * Calls that fail when they are told to: after SQLite's tests, in which the n-th request for memory or
 * the n-th access to a file fails, for all n. See https://sqlite.org/testing.html, "Anomaly Testing".
 *
 * @module
 */

/** How calls fail: one alone, or from one on all. */
export const ways = ["once", "from then on"] as const;

/** Methods whose calls are counted, and fail where that is asked for. */
export class Calls {
  /** Calls so far. */
  count = 0;
  #failing: { readonly at: number; readonly way: typeof ways[number] } | undefined;
  readonly #restore: (() => void)[] = [];

  /** Has a method of `target` counted; `fault` makes the error that a call fails with. */
  watch<T extends object>(
    target: T,
    name: keyof T & string,
    fault: (...args: unknown[]) => Error,
  ): void {
    const own = Object.getOwnPropertyDescriptor(target, name);
    const method = target[name];
    if (typeof method !== "function") throw new TypeError(`${name} is no method`);
    const fails = () => this.#fails();
    Object.defineProperty(target, name, {
      configurable: true,
      writable: true,
      value(this: unknown, ...args: unknown[]) {
        if (fails()) {
          // As a method that returns a promise does.
          if (isAsync.has(name)) return Promise.reject(fault(...args));
          throw fault(...args);
        }
        return method.apply(this, args);
      },
    });
    this.#restore.push(() => {
      if (own === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, own);
    });
  }

  #fails(): boolean {
    const count = this.count++;
    if (this.#failing === undefined) return false;
    const { at, way } = this.#failing;
    return way === "once" ? count === at : count >= at;
  }

  /** How many calls `body` makes, where none fails. */
  async during(body: () => Promise<unknown>): Promise<number> {
    this.count = 0;
    await body();
    return this.count;
  }

  /** Does `body` while call `at` fails, or from it on all; returns what it threw. */
  async failing(at: number, way: typeof ways[number], body: () => Promise<unknown>) {
    this.count = 0;
    this.#failing = { at, way };
    try {
      await body();
      return undefined;
    } catch (error) {
      return error;
    } finally {
      this.#failing = undefined;
    }
  }

  /** Puts the methods back. */
  [Symbol.dispose](): void {
    for (const restore of this.#restore) restore();
  }
}

const isAsync = new Set<string>([
  ...["open", "rename", "mkdir", "remove", "readFile", "readTextFile", "stat"],
  ...["sync", "write", "read", "seek", "truncate"],
]);

/** The error of a disk that fails, as Deno words it: with the path where it knows one. */
const diskFault = (name: string) => (path?: unknown) =>
  new Error(
    "Input/output error (os error 5)" +
      (typeof path === "string" || path instanceof URL ? `: ${name} '${path}'` : ""),
  );

/** Every access to files that the library makes. */
export function fileCalls(): Calls {
  const calls = new Calls();
  for (
    const name of [
      ...["open", "rename", "mkdir", "remove", "readFile", "readTextFile", "stat"] as const,
      ...["openSync", "mkdirSync", "removeSync", "statSync", "writeFileSync"] as const,
    ]
  ) calls.watch(Deno, name, diskFault(name));
  for (
    const name of [
      ...["write", "sync", "read", "seek", "truncate", "stat"] as const,
      ...["writeSync", "readSync", "seekSync", "truncateSync", "statSync"] as const,
    ]
  ) calls.watch(Deno.FsFile.prototype, name, diskFault(name));
  return calls;
}
