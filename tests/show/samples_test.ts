import { assert, assertEquals } from "@std/assert";
import { pipeline } from "../../lib/augment/pipeline.ts";
import { sampleRows } from "../../lib/show/samples.ts";

Deno.test("each image of a grid of samples has random numbers of its own, as in training", () => {
  const image = { width: 9, height: 9, data: Uint8Array.from({ length: 81 }, (_, i) => 3 * i) };
  const shift = pipeline([{ type: "randomCrop", padding: 4 }]);
  const rows = sampleRows(shift, [image, image]), columns = rows.length / 2;
  assertEquals([rows[0], rows[columns]], [image, image]);
  assertEquals(rows.slice(1, columns), shift.samples([image], { count: columns - 1 }));
  assert(
    rows.slice(1, columns).some(({ data }, i) => `${data}` !== `${rows[columns + 1 + i]!.data}`),
  );
});
