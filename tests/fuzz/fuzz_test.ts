import { assert, assertEquals } from "@std/assert";
import { Random } from "../../lib/core/random.ts";
import { useCpu } from "../train/helpers.ts";
import { kept } from "./corpus.ts";
import { fuzz, tryInput } from "./fuzz.ts";
import { mutateJson } from "./mutate.ts";
import { targets } from "./targets.ts";
import type { Target } from "./target.ts";

/** Inputs of each target in a run of the tests; more are tried by `tests/fuzz/main.ts`. */
const counts: Readonly<Record<string, number>> = {
  ...{ safetensors: 400, pth: 300, "legacy-pth": 300, caffemodel: 400, h5: 16, keras: 16 },
  ...{ idx: 2000, cifar: 300, compressed: 100, tar: 500, webdataset: 300, labels: 2000 },
  ...{ model: 150, checkpoint: 60, images: 150, notebook: 200, dashboard: 300 },
};

/** Milliseconds: a hang, however busy the machine is. What an input takes is measured by hand. */
const patience = 60_000;

for (const [name, make] of Object.entries(targets)) {
  Deno.test({
    name: `fuzz: ${name}: damaged inputs are read, or refused in the library's words`,
    sanitizeResources: false,
    sanitizeOps: false,
    async fn() {
      await useCpu(1);
      const target = await make();
      for (const [file, input] of await kept(name)) {
        const { wrong } = await tryInput(target, input, patience);
        assertEquals(wrong, undefined, `corpus/${name}/${file}`);
      }
      const count = counts[name];
      assert(count !== undefined, "say how many inputs a run of the tests tries");
      const { findings } = await fuzz(target, 1, count, patience);
      assertEquals(findings.map(({ what }) => what), []);
    },
  });
}

Deno.test("fuzz: what goes wrong is found", async () => {
  const input = new Uint8Array(1);
  const target = (read: () => unknown): Target => ({
    make: () => input,
    read: async () => void await read(),
  });
  const wrongOf = async (read: () => unknown) => (await tryInput(target(read), input)).wrong;
  const thrown = (error: unknown) => () => {
    throw error;
  };
  assertEquals(await wrongOf(() => {}), undefined);
  assertEquals(await wrongOf(thrown(new SyntaxError("x: expected y, found z"))), undefined);
  assert((await wrongOf(thrown(new WebAssembly.RuntimeError("unreachable"))))?.includes("class"));
  assert((await wrongOf(() => (undefined as unknown as string).length))?.includes("engine"));
  assert((await wrongOf(thrown("text")))?.includes("no Error"));
  assertEquals((await fuzz(target(thrown("text")), 1, 3)).findings.length, 3);
});

Deno.test("fuzz: the same seed makes the same inputs", () => {
  const good = { cells: [{ source: ["a", "b"], outputs: [] }], n: 4 };
  const made = () =>
    Array.from({ length: 20 }, (_, i) => JSON.stringify(mutateJson(new Random(3, i), good)));
  assertEquals(made(), made());
  assert(new Set(made()).size > 10);
});
