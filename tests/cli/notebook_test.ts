import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { stopSignals } from "../../lib/cli/interrupt.ts";
import { Folder } from "../images/files.ts";
import { JupyterServer } from "../notebooks/server.ts";
import { notebook } from "../notebooks/small.ts";
import { needs } from "../setup/needs.ts";
import { command } from "./command.ts";

Deno.test({
  name: "deno task notebook starts Jupyter with the Deno kernel, and Ctrl-C ends it",
  ignore: !needs.chromium.met,
  async fn() {
    using folder = new Folder({ "a.ipynb": JSON.stringify(notebook("1")) });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      await using server = await JupyterServer.start(folder.at("a.ipynb"), folder.path);
      const { kernelspecs } = await (await fetch(`${server.url}api/kernelspecs`)).json();
      const { display_name, argv } = kernelspecs.deno.spec;
      assertEquals([display_name, argv[0]], ["Deno", Deno.execPath()]);
      const { content } = await (await fetch(`${server.url}api/contents`)).json();
      const names = content.map(({ name }: { name: string }) => name);
      assert(names.includes("a.ipynb"), "expected the notebook's folder to be served");
      assertEquals(await server.end(signal), 0);
      await assertRejects(() => fetch(server.url), TypeError);
    }
  },
});

Deno.test("only signals that the system knows are listened to", () => {
  assertEquals(stopSignals("windows"), ["SIGINT", "SIGBREAK"]);
  for (const signal of stopSignals(Deno.build.os)) {
    const listener = () => {};
    Deno.addSignalListener(signal, listener);
    Deno.removeSignalListener(signal, listener);
  }
});

Deno.test("deno task notebook tells what is missing, and knows its notebooks by name", async () => {
  const unknown = await command("notebook", "no-such-notebook");
  assertEquals(unknown.code, 2);
  assertStringIncludes(unknown.errors, '"no-such-notebook"');

  using folder = new Folder({ "a.ipynb": JSON.stringify(notebook("1")) });
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "lib/cli/notebook.ts", folder.at("a.ipynb")],
    cwd: new URL("../..", import.meta.url),
    env: { PATH: folder.path, STRIATE_PYTHON: "/bin/false" },
  }).output();
  assertEquals(code, 1);
  assertStringIncludes(new TextDecoder().decode(stderr), "pip install jupyterlab");

  const { lines } = await command("notebook", "--help");
  assertStringIncludes(lines.join("\n"), "deno jupyter --install");
});
