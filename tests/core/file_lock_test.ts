import { assert, assertEquals, assertRejects } from "@std/assert";
import { FileLock } from "../../lib/core/file_lock.ts";
import { filesIn, inFolder } from "../folders.ts";

/** A process that takes the lock of a file, says so, and holds it until it is killed. */
async function holder(path: string): Promise<Deno.ChildProcess> {
  const module = new URL("../../lib/core/file_lock.ts", import.meta.url);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["eval", "--no-check"],
      `import { FileLock } from ${JSON.stringify(module)};
      const lock = await FileLock.take(${JSON.stringify(path)});
      console.log("taken");
      await new Promise(() => setInterval(() => lock, 1000));`,
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  return child;
}

Deno.test("a lock is had by one alone, and leaves nothing when it is given back", () =>
  inFolder(async (folder) => {
    const path = `${folder}/deep/model`;
    {
      using lock = await FileLock.take(path);
      assertEquals(lock.leftBy, undefined);
      assertEquals(filesIn(`${folder}/deep`), ["model.lock"]);
      await assertRejects(
        () => FileLock.take(path, "go elsewhere"),
        Error,
        `${path}: this process is writing it; wait for its end, or go elsewhere`,
      );
    }
    assertEquals(filesIn(folder), []); // nothing was written: the folder was for the lock alone
    await Deno.mkdir(`${folder}/deep`);
    (await FileLock.take(path))[Symbol.dispose]();
    assertEquals(filesIn(`${folder}/deep`), []); // that one was there
    using again = await FileLock.take(path);
    assertEquals(again.leftBy, undefined);
  }));

Deno.test("another process is named while it lives; a lock that it left by being killed is taken over", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a b 'c'`, child = await holder(path);
    const error = await assertRejects(
      () => FileLock.take(path),
      Error,
      `${path}: process ${child.pid} `,
    );
    assert(/ \(since \d{4}-.*Z\) is writing it; /.test(error.message), error.message);
    child.kill("SIGKILL");
    await child.status;
    {
      using lock = await FileLock.take(path);
      assert(lock.leftBy?.startsWith(`process ${child.pid} `), lock.leftBy);
    }
    assertEquals(filesIn(folder), []);
  }));

Deno.test("a lock's file that says nothing, or something else, is no hindrance", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model`;
    for (const text of ["", "\0\0\0", "null", '{"process":']) {
      await Deno.writeTextFile(`${path}.lock`, text);
      using lock = await FileLock.take(path);
      assertEquals(lock.leftBy, undefined);
    }
    await Deno.writeTextFile(path, "a file, not a folder");
    await assertRejects(
      () => FileLock.take(`${path}/x`),
      Deno.errors.PermissionDenied,
      `cannot write ${path}: `,
    );
  }));

Deno.test("of many who want a lock at the same moment, one has it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model`;
    for (let round = 0; round < 20; round++) {
      const taken = await Promise.allSettled(Array.from({ length: 8 }, () => FileLock.take(path)));
      const locks = taken.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
      assertEquals(locks.length, 1);
      locks[0]![Symbol.dispose]();
    }
  }));
