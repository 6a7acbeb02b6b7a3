/** The help of every command: its options, in lines that a terminal has room for. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { command } from "./command.ts";

const widest = 110;
const tasks =
  JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url))).tasks;

Deno.test("deno task lists every task with what it does", () => {
  for (const [name, task] of Object.entries<{ description?: string }>(tasks)) {
    assert(task.description, name);
  }
});

for (const name of ["train", "evaluate", "predict", "explain", "dashboard", "sweep", "docs"]) {
  Deno.test(`${name} --help lists its options, in lines that are not too long`, async () => {
    const { code, lines, errors } = await command(name, "--help");
    assertEquals(code, 0, errors);
    assertStringIncludes(lines.join("\n"), "\n  --help ");
    assertEquals(lines.filter((line) => line.length > widest), []);
  });
}
