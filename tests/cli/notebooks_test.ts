import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { executeNotebook } from "../../lib/cli/execute_notebook.ts";
import { joined, readNotebook } from "../../lib/cli/notebook_file.ts";
import type { Cell } from "../../lib/cli/notebook_format.ts";
import { Folder } from "../images/files.ts";
import { markdown, notebook } from "../notebooks/small.ts";
import { needs } from "../setup/needs.ts";
import { command } from "./command.ts";

const file = (...cells: readonly (Cell | string)[]) => JSON.stringify(notebook(...cells));
const ignore = !needs.jupyter.met;

/** Cells whose outputs come after the kernel says that it is idle, or change an earlier output. */
const outputs = [
  markdown("# Outputs"),
  `for (let i = 0; i < 100; i++) console.log("line", i);
console.error("warning");
({ a: 1 });`,
  `const display = (text: string, update: boolean) => Deno.jupyter.broadcast(
  update ? "update_display_data" : "display_data",
  { data: { "text/plain": text }, metadata: {}, transient: { display_id: "one" } },
);
display("before", false);
for (let i = 0; i < 200; i++) {
  Deno.jupyter.broadcast("display_data", {
    data: { "text/plain": String(i), "text/html": "<b>" + "x".repeat(5000) + "</b>\\n" },
    metadata: {},
    transient: {},
  });
}
"last"`,
  `await display('after', true)`, // written as "after" and with a semicolon
  `console.log("is cleared");
Deno.jupyter.broadcast("clear_output", { wait: true });
console.log(Deno.cwd().split("/").at(-1), import("./x.ts") instanceof Promise);`,
];

Deno.test({
  name: "deno task notebooks keeps every output, and writes the same bytes each time",
  ignore,
  async fn() {
    using folder = new Folder({ "a.ipynb": file(...outputs), "x.ts": "export {};" });
    const path = folder.at("a.ipynb"), before = await Deno.readTextFile(path);

    const checked = await command("notebooks", path, "--check");
    assertEquals([checked.code, checked.errors], [0, ""]);
    assertEquals(checked.lines.length, 1);
    assertMatch(checked.lines[0]!, /^ok {5}a\.ipynb \(\d+\.\d s, 206 outputs\)$/);
    assertEquals(await Deno.readTextFile(path), before);

    assertEquals((await command("notebooks", path, "--out", folder.at("out"))).code, 0);
    assertEquals(await Deno.readTextFile(path), before);
    assertEquals((await command("notebooks", path)).code, 0);
    const after = await Deno.readTextFile(path);
    assertEquals(await Deno.readTextFile(folder.at("out/a.ipynb")), after);

    const { cells } = await readNotebook(path);
    assertEquals(cells.map((cell) => cell.execution_count), [undefined, 1, 2, 3, 4]);
    const [logs, errors, result] = cells[1]!.outputs!;
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i}\n`);
    assertEquals([logs?.name, logs?.text], ["stdout", lines]);
    assertEquals([errors?.name, joined(errors?.text)], ["stderr", "warning\n"]);
    assertEquals([result?.execution_count, result?.data], [1, { "text/plain": ["{ a: 1 }"] }]);
    const displays = cells[2]!.outputs!.map(({ data }) => joined(data?.["text/plain"] as string[]));
    const numbers = Array.from({ length: 200 }, (_, i) => String(i));
    assertEquals(displays, ["after", ...numbers, '"last"']);
    assertEquals(cells[3]!.outputs, []);
    assertEquals(joined(cells[3]!.source), 'await display("after", true);');
    const name = folder.path.split("/").at(-1);
    assertEquals(cells[4]!.outputs!.map(({ text }) => joined(text)), [`${name} true\n`]);
    assertEquals(after.includes("display_id") && after.includes("transient"), true); // in a source
    assertEquals(JSON.stringify(cells.map((cell) => cell.outputs)).includes("display_id"), false);
  },
});

Deno.test({
  name: "deno task notebooks tells which cell failed, and leaves its notebook as it is",
  ignore,
  async fn() {
    const first = 'console.log("runs")';
    const broken: Record<string, [string, RegExp]> = {
      "error.ipynb": ['throw new TypeError("wrong\\nin two lines")', /TypeError: wrong\n.*in two/],
      "syntax.ipynb": ["const a = 1;\nlet b = ;", /SyntaxError: Expression expected\n.*\n +2 \|/],
      "display.ipynb": [
        '({ [Symbol.for("Jupyter.display")]() { throw new Error("no show"); } })',
        /Error: no show/,
      ],
      "time.ipynb": ["await new Promise(() => setTimeout(() => {}, 1e6))", /after 5 s, the limit/],
      "forgotten.ipynb": [
        `import "${new URL("../../mod.ts", import.meta.url).href}";
(async () => { throw new RangeError("forgotten"); })();`,
        /Error of a promise that nothing awaits: RangeError: forgotten/,
      ],
      "name.ipynb": ['await import("@striate/striate")', /"imports":\{"@striate\/striate":"file:/],
      "dead.ipynb": ["Deno.exit(3)", /the kernel died/],
    };
    const files = Object.entries(broken).map(([name, [source]]) =>
      [name, file(markdown("#"), first, source, 'console.log("not reached")')] as const
    );
    using folder = new Folder(Object.fromEntries(files));
    const paths = files.map(([name]) => folder.at(name));
    const { code, lines, errors } = await command("notebooks", ...paths, "--timeout", "5");
    assertEquals(code, 1);
    assertEquals(errors, "error: 7 of 7 notebooks failed\n");
    const told = lines.join("\n").split(/^FAILED /m).slice(1);
    assertEquals(told.length, 7);
    for (const [i, [name, [source, message]]] of Object.entries(broken).entries()) {
      assert(told[i]!.startsWith(`${name} (`));
      const start = source.split("\n")[0];
      assertStringIncludes(told[i]!, `code cell 2 (cell-3), which starts with: ${start}`);
      assertMatch(told[i]!, message);
      assertEquals(await Deno.readTextFile(folder.at(name)), files[i]![1]);
    }
  },
});

Deno.test({
  name: "the kernel ends when the process that executes a notebook is killed",
  ignore,
  async fn() {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    using folder = new Folder({
      "a.ipynb": file(
        `await Deno.connect({ port: ${listener.addr.port} });
await new Promise((resolve) => setTimeout(resolve, 1e6));`,
      ),
    });
    const runner = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "lib/cli/notebooks.ts", folder.at("a.ipynb")],
      cwd: new URL("../..", import.meta.url),
      stdout: "null",
      stderr: "null",
    }).spawn();
    using connection = await listener.accept();
    runner.kill("SIGKILL");
    await runner.status;
    // The kernel's end closes its side.
    const late = setTimeout(() => connection.close(), 60_000);
    assertEquals(await connection.read(new Uint8Array(1)), null);
    clearTimeout(late);
    listener.close();
  },
});

Deno.test("an unknown notebook or option, and nothing to run notebooks with, are told", async () => {
  const mistakes: [string[], string][] = [
    [["no-such-notebook"], '"no-such-notebook"'],
    [["--chek"], 'error: unknown option "--chek"; did you mean "--check"?'],
    [["--check", "--out", "x"], "error: --check writes nothing"],
    [["--timeout", "0"], "error: --timeout: expected an integer of at least 1"],
  ];
  for (const [args, message] of mistakes) {
    const { code, errors } = await command("notebooks", ...args);
    assertEquals(code, 2);
    assertStringIncludes(errors, message);
    assertEquals(errors.trimEnd().includes("\n"), false);
  }
});

Deno.test("without nbclient it is told what to install", async () => {
  using folder = new Folder({ "a.ipynb": file("1") });
  Deno.env.set("STRIATE_PYTHON", "/bin/false");
  try {
    await executeNotebook(folder.at("a.ipynb"));
    throw new Error("was executed");
  } catch (error) {
    assertStringIncludes((error as Error).message, "apt-get install -y python3-nbclient");
  } finally {
    Deno.env.delete("STRIATE_PYTHON");
  }
});
