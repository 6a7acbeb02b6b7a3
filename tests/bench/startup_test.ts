import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { scratch } from "../train/helpers.ts";
import { startUps } from "./figures/startup.ts";

/** A checkout whose task does this. */
async function checkout(folder: string, train: string): Promise<string> {
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ tasks: { train } }));
  return folder;
}

Deno.test("bench: two checkouts are started in turns, and ended at their first step", async () => {
  await using folder = await scratch();
  const say =
    `deno eval 'console.log("{\\"event\\":\\"first-step\\"}"); setInterval(() => {}, 1000)'`;
  const here = await checkout(`${folder.path}/here`, `${say} --`);
  const there = await checkout(`${folder.path}/there`, `deno eval 1 && ${say} --`);
  const rounds: string[] = [];
  const both = await startUps(here, there, 1, (text) => rounds.push(text));
  assertEquals(rounds, ["startup: round 0 of 1", "startup: round 1 of 1"]);
  assert(both.here.lowest > 0 && both.there!.lowest > 0);
  assertAlmostEquals(both.ratio!, both.here.median / both.there!.median, 0.1);
  const alone = await startUps(here, undefined, 1, () => {});
  assertEquals(Object.keys(alone), ["here"]);
  const broken = await checkout(`${folder.path}/broken`, "deno eval 'throw 3' --");
  await assertRejects(() => startUps(here, broken, 1, () => {}), Error, "broken: deno task train");
});
