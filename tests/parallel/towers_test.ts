/** AlexNet's two towers as two members of a group. */
import { assert, assertEquals } from "@std/assert";
import { randomUniform, tensor } from "../../mod.ts";
import { localGroups } from "./local_group.ts";
import { difference } from "./nets.ts";
import { tower, whole } from "../../notebooks/programs/towers.ts";

Deno.test("AlexNet's towers in two processes are the grouped net in one, and send what the paper says", async () => {
  const net = whole(), groups = localGroups(2), count = 3;
  const towers = await Promise.all(groups.map((group) => tower(net, group)));
  const images = tensor(await randomUniform([count, 67, 67, 3], { seed: 1 }).data(), {
    shape: [count, 67, 67, 3],
  });
  const expected = await (await net.predict(images)).data();
  const found = await Promise.all(
    towers.map(async (tower) => await (await tower.predict(images)).data()),
  );
  for (const output of found) assert(difference(expected, output) < 1e-5, `${output}`);
  const half = (layer: string) => net.layer(layer).outputShape.reduce((a, b) => a * b) / 2;
  const numbers = ["pool2", "pool5", "drop6", "drop7", "fc8"].map(half);
  assertEquals(groups[0]!.traffic.bytes, 4 * count * numbers.reduce((a, b) => a + b));
});
