import { assertEquals } from "@std/assert";

/** Whether a program that starts a worker, and says of it what these letters do, comes to its end. */
async function ends(says: string): Promise<boolean> {
  const { href } = new URL("../../lib/core/worker.ts", import.meta.url);
  const program = `
    import { keepsProcessAlive } from "${href}";
    const worker = new Worker("data:text/javascript,onmessage = ({ data }) => postMessage(data)", {
      type: "module",
    });
    for (const letter of "${says}") keepsProcessAlive(worker, letter === "y");
  `;
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--allow-read",
      `data:text/typescript,${encodeURIComponent(program)}`,
    ],
    signal: AbortSignal.timeout(20_000),
  }).output();
  return code === 0;
}

Deno.test("keepsProcessAlive: the last word counts, however often it was said", async () => {
  const said = ["n", "yn", "nn", "yyn", "nynyn"];
  assertEquals(await Promise.all(said.map(ends)), said.map(() => true));
});
