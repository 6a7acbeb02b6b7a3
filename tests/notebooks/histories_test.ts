/** Runs that were recorded for the notebooks. */
import { assert, assertEquals } from "@std/assert";
import { recipes } from "../../lib/cli/recipes/recipes.ts";
import { recorded } from "../../notebooks/histories/recorded.ts";

const folder = new URL("../../notebooks/histories/", import.meta.url);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
  .filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));

Deno.test("recorded runs are of recipes that the command knows, with all epochs in order", async () => {
  assert(names.length > 0);
  for (const name of names) {
    assert(name in recipes, name);
    const { command, arms, test } = (await recorded(name))!;
    assert(command.startsWith(`deno task train --recipe ${name}`), command);
    assert(test > 0 && arms.length > 1);
    for (const { arm, epochs, train } of arms) {
      assertEquals(epochs.map(({ epoch }) => epoch), epochs.map((_, i) => i + 1), arm);
      assert(epochs.every(({ loss, top1 }) => loss >= 0 && top1 >= 0 && top1 <= 1), arm);
      assert(train.top1 > 0.2, arm);
    }
  }
});

Deno.test("of a recipe without a record there is nothing", async () => {
  assertEquals(await recorded("none"), undefined);
});
