import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { UsageError } from "../../lib/cli/command.ts";
import { headPhase } from "../../lib/cli/head_phase.ts";
import { drawn } from "../../lib/cli/setup.ts";
import { settingsOf } from "../../lib/cli/training_settings.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { DataStream } from "../../lib/train/stream.ts";

const data = arrayDataset({
  inputs: Array.from({ length: 12 }, (_, i) => [i, 1]),
  targets: Array.from({ length: 12 }, (_, i) => i < 10 ? 0 : 1),
  classes: ["often", "seldom"],
});
const plain = settingsOf({}), balanced = settingsOf({ balanced: true });

Deno.test("--balanced draws all classes equally often; without it, examples stay as they are", async () => {
  assertStrictEquals(await drawn(data, plain), data);
  assertEquals(await (await drawn(data, balanced)).classCounts(), [6, 6]);
  await assertRejects(
    () => drawn(new DataStream(data, () => []), balanced),
    UsageError,
    "not for shards",
  );
});

Deno.test("--balanced draws for the new head alone too", async () => {
  const net = sequential([2]).dense(3).relu().dense(2), { signal } = new AbortController();
  for (const [settings, counts] of [[plain, [10, 2]], [balanced, [6, 6]]] as const) {
    const { train } = await headPhase(
      { settings, net, plain: data, validation: data, test: data },
      signal,
    );
    assertEquals(await train.classCounts(), [...counts]);
  }
});
