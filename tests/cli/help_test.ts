/** The help of every command: its options, in lines that a terminal has room for. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { command, type Ran } from "./command.ts";

const widest = 110;
const tasks =
  JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url))).tasks;

Deno.test("deno task lists every task with what it does", () => {
  for (const [name, task] of Object.entries<{ description?: string }>(tasks)) {
    assert(task.description, name);
  }
});

/** Runs a task's script, with all permissions. */
async function helpOf(name: string): Promise<Ran> {
  const script = tasks[name].command.split(" ").at(-1);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", script, "--help"],
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, lines: text(stdout).trimEnd().split("\n"), errors: text(stderr) };
}

for (const name of ["test", "bench", "graphs", "fuzz"]) {
  Deno.test(`deno task ${name} --help says what it does, in lines that are not too long`, async () => {
    const { code, lines, errors } = await helpOf(name);
    assertEquals(code, 0, errors);
    assertStringIncludes(lines.join("\n"), `deno task ${name} `);
    assertEquals(lines.filter((line) => line.length > widest), []);
  });
}

for (const name of ["train", "evaluate", "predict", "explain", "dashboard", "sweep", "docs"]) {
  Deno.test(`${name} --help lists its options, in lines that are not too long`, async () => {
    const { code, lines, errors } = await command(name, "--help");
    assertEquals(code, 0, errors);
    assertStringIncludes(lines.join("\n"), "\n  --help ");
    assertEquals(lines.filter((line) => line.length > widest), []);
  });
}
