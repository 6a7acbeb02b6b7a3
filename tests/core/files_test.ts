import { assert, assertEquals, assertRejects } from "@std/assert";
import { filesIn, inFolder, smallDiskTest } from "../folders.ts";
import { checkWritable, makeFolder, writeFileAtomic } from "../../lib/core/files.ts";

Deno.test("a file is written whole, over an older one, and nothing else stays", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/model.safetensors`;
    await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
    assertEquals(await Deno.readFile(path), Uint8Array.of(1, 2, 3));
    const large = new Uint8Array(3_000_000).fill(7);
    await writeFileAtomic(path, large);
    assertEquals((await Deno.readFile(path)).length, large.length);
    await writeFileAtomic(path, "ø");
    assertEquals(await Deno.readTextFile(path), "ø");
    await writeFileAtomic(path, new Uint8Array());
    assertEquals((await Deno.readFile(path)).length, 0);
    assertEquals(filesIn(folder), ["model.safetensors"]);
  });
});

Deno.test("two writes of one file at once are both whole", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/model.safetensors`;
    const contents = [1, 2, 3, 4].map((value) => new Uint8Array(2_000_000).fill(value));
    await Promise.all(contents.map((bytes) => writeFileAtomic(path, bytes)));
    const found = await Deno.readFile(path);
    assert(contents.some((bytes) => bytes.every((value, i) => value === found[i])));
    assertEquals(filesIn(folder), ["model.safetensors"]);
  });
});

Deno.test("what a killed process left of its file goes with the next write, and nothing else", async () => {
  await inFolder(async (folder) => {
    const { pid, status } = new Deno.Command(Deno.execPath(), {
      args: ["--version"],
      stdout: "null",
    }).spawn();
    await status;
    const locked = `x.${Deno.ppid}-1.part`;
    const kept = [
      locked,
      `y.${pid}-1.part`,
      "x.part",
      `x.${pid}.part`,
      `x.${pid}a-1.part`,
      "x.try",
    ];
    const left = [`x.${pid}-1.part`, `x.${pid}.try`, `x.${pid}.try.${pid}-1.part`];
    for (const name of [...left, ...kept]) {
      await Deno.writeTextFile(`${folder}/${name}`, "");
    }
    // As a process has it that is writing.
    using file = await Deno.open(`${folder}/${locked}`, { write: true });
    await file.lock(true);
    await writeFileAtomic(`${folder}/x`, Uint8Array.of(1));
    assertEquals(filesIn(folder), ["x", ...kept].sort());
  });
});

Deno.test("a file that is being written is left alone by another write of it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/x`;
    async function* slowly() {
      yield Uint8Array.of(1);
      // Another process, which looks for what was left.
      const { success } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["eval", "--no-check"],
          `import { writeFileAtomic } from "${new URL("../../lib/core/files.ts", import.meta.url)}";
          await writeFileAtomic(${JSON.stringify(path)}, "other");`,
        ],
      }).output();
      assert(success);
      yield Uint8Array.of(2);
    }
    await writeFileAtomic(path, slowly());
    assertEquals(await Deno.readFile(path), Uint8Array.of(1, 2));
    assertEquals(filesIn(folder), ["x"]);
  }));

Deno.test({
  name: "a missing permission to write is called so, and the flag named",
  permissions: { read: true, write: [] },
  async fn() {
    for (const write of [() => makeFolder("none/such"), () => writeFileAtomic("none", "x")]) {
      await assertRejects(
        write,
        Deno.errors.PermissionDenied,
        "the program lacks a permission (Requires write access to",
      );
    }
  },
});

Deno.test("trying to write leaves nothing, and takes what killed processes left", async () => {
  await inFolder(async (folder) => {
    const { pid, status } = new Deno.Command(Deno.execPath(), {
      args: ["--version"],
      stdout: "null",
    }).spawn();
    await status;
    await Deno.writeTextFile(`${folder}/z.${pid}.try`, "");
    await checkWritable(`${folder}/z`);
    assertEquals(filesIn(folder), []);
    await assertRejects(() => checkWritable(`${folder}/none/z`), Error, "cannot write");
  });
});

Deno.test("a file that cannot be written leaves no trace", async () => {
  await inFolder(async (folder) => {
    const missing = `${folder}/missing/x`;
    await assertRejects(() => writeFileAtomic(missing, Uint8Array.of(1)), Error, missing);
    await Deno.mkdir(`${folder}/taken`);
    await assertRejects(
      () => writeFileAtomic(`${folder}/taken`, Uint8Array.of(1)),
      Error,
      `cannot write ${folder}/taken`,
    );
    assertEquals(filesIn(folder), ["taken"]);
    await assertRejects(() => makeFolder(`${folder}/taken/\0`), Error, "cannot write");
    await Deno.writeTextFile(`${folder}/file`, "");
    for (const path of [`${folder}/file`, `${folder}/file/deeper`]) {
      await assertRejects(
        () => makeFolder(path),
        Deno.errors.PermissionDenied,
        `cannot write ${path}: a file stands where a folder should; choose another folder`,
      );
    }
  });
});

Deno.test("without Deno's permission to write, the error says so", async () => {
  await inFolder(async (folder) => {
    const script = `${folder}/write.ts`;
    const module = JSON.stringify(import.meta.resolve("../../lib/core/files.ts"));
    await Deno.writeTextFile(
      script,
      `import { writeFileAtomic } from ${module};
      await writeFileAtomic("x", new Uint8Array(1)).catch((e) => console.log(e.message));`,
    );
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--allow-read", script],
      cwd: folder,
    }).output();
    const message = new TextDecoder().decode(stdout);
    assert(
      message.startsWith(
        "cannot write x: the program lacks a permission (Requires write access to",
      ),
      message,
    );
  });
});

const isRoot = Deno.build.os !== "windows" && Deno.uid() === 0;

Deno.test({
  name: "a folder that may not be written to is named",
  ignore: isRoot || Deno.build.os === "windows",
  fn: async () => {
    await inFolder(async (folder) => {
      await Deno.chmod(folder, 0o500);
      await assertRejects(
        () => writeFileAtomic(`${folder}/x`, Uint8Array.of(1)),
        Error,
        "writing there is not permitted; choose another folder",
      );
    });
  },
});

smallDiskTest("a full disk is named, and the old file stays", async (folder) => {
  const path = `${folder}/model`;
  await writeFileAtomic(path, new Uint8Array(1000).fill(1));
  await assertRejects(
    () => writeFileAtomic(path, new Uint8Array(200_000)),
    Error,
    "there is no space left on the disk",
  );
  assertEquals(await Deno.readFile(path), new Uint8Array(1000).fill(1));
  assertEquals(filesIn(folder), ["model"]);
});
