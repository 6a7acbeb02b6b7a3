import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import { DeviceError } from "../../../lib/core/errors.ts";
import { control } from "../../../lib/device/cpu/control.ts";
import { Pool } from "../../../lib/device/cpu/pool.ts";
import { SharedMemory } from "../../../lib/device/cpu/shared_memory.ts";

const limits = { starting: 300, working: 500 };

/** A pool of threads none of which does anything. */
function dead(working = limits.working): { pool: Pool; memory: SharedMemory } {
  const { Worker } = globalThis;
  class Dead extends EventTarget {
    postMessage(): void {}
    terminate(): void {}
  }
  Object.defineProperty(globalThis, "Worker", { value: Dead, configurable: true });
  try {
    const memory = new SharedMemory();
    return { pool: new Pool(memory, 2, { limits: { ...limits, working } }), memory };
  } finally {
    Object.defineProperty(globalThis, "Worker", { value: Worker, configurable: true });
  }
}

Deno.test("cpu threads: draining ends where they do not start, or stand still", () => {
  for (
    const [started, message] of [[0, "2 of 2 threads did not start"], [1, "1 of 2"], [
      2,
      "stand still",
    ]] as const
  ) {
    const { pool, memory } = dead();
    Atomics.store(memory.words, control.started, started);
    pool.enqueue("forget", [0]);
    const begin = performance.now();
    const error = assertThrows(() => pool.drain(), DeviceError, message) as DeviceError;
    assertStringIncludes(error.message, 'setDevice("cpu") opens another');
    const limit = started === 2 ? limits.working : limits.starting;
    const milliseconds = performance.now() - begin;
    assert(milliseconds >= limit, `${milliseconds} ms`);
    assert(!pool.isOpen);
    assertThrows(() => pool.enqueue("forget", [0]), DeviceError, message);
  }
});

Deno.test("cpu threads: draining goes on as long as any thread does something", async () => {
  // A pause is a small part of the time that a thread may stand still, also where it is held up.
  const { pool, memory } = dead(2000);
  const number = pool.enqueue("forget", [0]);
  // Another thread takes a task now and then, for longer than it may stand still, and is done.
  const script = `onmessage = ({ data: words }) => {
    postMessage("begun");
    for (let tasks = 0; tasks < 22; tasks++) {
      Atomics.wait(words, 255, 0, 100);
      Atomics.add(words, ${control.task}, 1);
    }
    Atomics.store(words, ${control.done}, ${number});
    Atomics.notify(words, ${control.done});
    close();
  }`;
  const url = `data:text/javascript,${encodeURIComponent(script)}`;
  const worker = new Worker(url, { type: "module" });
  const begun = new Promise((resolve) => worker.onmessage = resolve);
  worker.postMessage(memory.words);
  await begun;
  pool.drain();
  assertEquals(pool.done, number);
  worker.terminate();
});

Deno.test("cpu threads: what may not be read is said once, and nobody is asked", async () => {
  const at = (path: string) => JSON.stringify(new URL(`../../../${path}`, import.meta.url).href);
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    script,
    `import { setDevice } from ${at("lib/tensor/runtime.ts")};
    await setDevice("cpu").catch((error) => console.log(error.name, error.message));`,
  );
  const args = ["run", "--no-check", "--config=deno.json", script];
  const cwd = new URL("../../..", import.meta.url);
  const output = await new Deno.Command(Deno.execPath(), { args, cwd, stdin: "null" }).output();
  await Deno.remove(script);
  const [out, error] = [output.stdout, output.stderr].map((b) => new TextDecoder().decode(b));
  const path = fileURLToPath(new URL("lib/device/cpu/", cwd));
  const message = `cpu: its threads may not read ${path}; run with --allow-read=${path}`;
  assertEquals([out, error, output.code], [`DeviceError ${message}\n`, "", 0]);
});
