import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";

async function graphs(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const script = join(import.meta.dirname!, "graphs.ts");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", script, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  return { code, out: out!, error: error! };
}

Deno.test("graphs: a figure for so many seeds, and a failure with its seed", async () => {
  const right = await graphs("--graphs", "edge", "--first", "7", "--count", "3");
  assertEquals(right.code, 0, right.error);
  assertMatch(
    right.out,
    /^cpu \(.+\): edge graphs, seeds 7 to 9: \d+ results, largest error \S+, 0 wrong/,
  );
  const wrong = await graphs("--first", "3", "--count", "1", "--tolerance", "1e-12");
  assertEquals(wrong.code, 1);
  assertMatch(wrong.out, /^random graph 3, root .*: error .*; element \d+ of \d+: expected/);
});

Deno.test("graphs: options that make no sense", async () => {
  const { code, error } = await graphs("--device", "tpu");
  assertEquals([code, error.split("\n")[0]], [1, "--device: expected cpu or webgpu, found tpu"]);
});
