/**
 * Loaded before each file of tests: counts what its tests leave behind. Afterwards no memory of the
 * default device, no file and no thread may be left that was not there before, but for what a file
 * keeps in constants, and what an adapter of WebGPU holds until it is collected.
 *
 * @module
 */
import { defaultRuntime } from "../../lib/tensor/runtime.ts";
import { collect } from "../tensor/collect.ts";

/**
 * What constants of a file of tests may hold; files on which the system itself works; threads that
 * decode and change images, which wait for the next who has some, and have ten files open each.
 */
const spare = { bytes: 2 ** 20, files: 70, threads: 6 };

/** Threads of Deno itself, of its timers and disk, and of the software adapter. */
const ofOthers = /^(tokio|deno|V8|llvmpipe|WGPU|libuv|libvips|rayon|async-io)/;

const list = (folder: string) => [...Deno.readDirSync(`/proc/self/${folder}`)];

/** Threads by name, other than those. */
function threads(): string[] {
  return list("task").flatMap(({ name }) => {
    try {
      const called = Deno.readTextFileSync(`/proc/self/task/${name}/comm`).trim();
      return ofOthers.test(called) ? [] : [called];
    } catch {
      return []; // it has just ended
    }
  });
}

/** Open files and threads now; undefined where the system does not tell. */
function count(): { readonly files: number; readonly threads: number } | undefined {
  try {
    return { files: list("fd").length, threads: threads().length };
  } catch {
    return undefined;
  }
}

const before = count();

Deno.test.afterAll(async () => {
  const runtime = defaultRuntime(), device = `${runtime}`;
  let bytes = 0;
  if (runtime.isOpen) {
    runtime.programs.clear();
    await collect();
    // A device that a test has lost gives nothing back.
    await runtime.device.finish().catch(() => {});
    bytes = runtime.device.allocatedBytes;
    await runtime.close().catch(() => {});
  }
  let after = count();
  const isMore = () =>
    before !== undefined && after !== undefined &&
    (after.files > before.files + spare.files || after.threads > before.threads + spare.threads);
  // What was told to end takes a few turns of the event loop to end.
  for (let turn = 0; isMore() && turn < 10; turn++) {
    await collect();
    after = count();
  }
  if (bytes > spare.bytes) {
    throw new Error(`the tests of this file leave ${bytes} bytes on the device: ${device}`);
  }
  if (isMore()) {
    throw new Error(
      `the tests of this file leave files or threads open: ${JSON.stringify(before)} before, ` +
        `${JSON.stringify(after)} after (${threads().join(", ")})`,
    );
  }
});
