import { assertEquals } from "@std/assert";
import { lanes } from "../../lib/vision/lanes.ts";

Deno.test("no more tasks are under way than there are lanes", async () => {
  const run = lanes(2), ends = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const started: number[] = [];
  ends.forEach(({ promise }, i) => {
    run(() => {
      started.push(i);
      return promise;
    });
  });
  const afterEnd = async (...ended: number[]) => {
    for (const i of ended) ends[i]!.resolve();
    for (let turn = 0; turn < 9; turn++) await Promise.resolve();
    return [...started];
  };
  assertEquals(await afterEnd(), [0, 1]);
  assertEquals(await afterEnd(1), [0, 1, 3]);
  assertEquals(await afterEnd(0, 3), [0, 1, 3, 2]);
  assertEquals(await afterEnd(2), [0, 1, 3, 2, 4]);
});
