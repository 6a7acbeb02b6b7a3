import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { scratch } from "../train/helpers.ts";

const root = new URL("../..", import.meta.url);

/** Runs a file with one test, whose leaks are counted; what it prints. */
async function run(body: string): Promise<{ readonly ok: boolean; readonly text: string }> {
  await using folder = await scratch();
  const path = `${folder.path}/some_test.ts`;
  await Deno.writeTextFile(
    path,
    `import { ones, openRuntime, setDevice } from "${new URL("mod.ts", root)}";
    const kept: unknown[] = [];
    await setDevice("cpu", { threads: 1 });
    Deno.test({ name: "a", sanitizeResources: false, sanitizeOps: false, async fn() { ${body} } });
    void [ones, openRuntime, kept];`,
  );
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...[
        "test",
        "--no-check",
        "--allow-all",
        "--config",
        fileURLToPath(new URL("deno.json", root)),
      ],
      ...["--preload", fileURLToPath(new URL("tests/setup/leaks.ts", root)), path],
    ],
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { ok: success, text: decode(stdout) + decode(stderr) };
}

Deno.test("tests that leave nothing behind pass", async () => {
  const { ok, text } = await run("await ones([1000, 1000]).data();");
  assertEquals([ok, text.includes("1 passed")], [true, true], text);
});

Deno.test("memory that a test leaves on the device is an error", async () => {
  const { ok, text } = await run(
    "const t = ones([1000, 1000]).mul(2); await t.data(); kept.push(t);",
  );
  assert(!ok && text.includes("leave 4000000 bytes"), text);
});

Deno.test("threads that a test leaves are an error", async () => {
  const { ok, text } = await run('kept.push(await openRuntime("cpu", { threads: 8 }));');
  assert(!ok && text.includes("leave files or threads open"), text);
});
