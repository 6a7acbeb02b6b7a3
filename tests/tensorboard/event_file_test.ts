import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { findPython } from "../../lib/cli/jupyter.ts";
import { encodePng } from "../../lib/plotly_svg/mod.ts";
import { crc32c } from "../../lib/tensorboard/crc32c.ts";
import { EventFile } from "../../lib/tensorboard/event_file.ts";
import { filesIn, inFolder } from "../folders.ts";
import { needs } from "../setup/needs.ts";
import { runQuietly } from "../setup/process.ts";
import { fieldsOf, recordsIn } from "./read_events.ts";

/** A file with a number, a histogram and a picture, at steps that need one byte and several. */
async function write(folder: string, resumedAt?: number): Promise<void> {
  using file = await EventFile.begin(folder, resumedAt);
  for (const step of [1, 300, 2 ** 40]) await file.show(step, [["loss", 1 / step], ["top1", 0.5]]);
  await file.show(7, [
    ["weights/first", { low: -1, high: 3, counts: [1, 2, 3, 4] }],
    ["filters", {
      width: 2,
      height: 1,
      channels: 1,
      bytes: encodePng(Uint8Array.of(0, 255), 2, 1, 1),
    }],
  ]);
}

Deno.test("CRC-32C: the examples of RFC 3720, appendix B.4", () => {
  const bytes = (of: (i: number) => number) => Uint8Array.from({ length: 32 }, (_, i) => of(i));
  assertEquals(crc32c(bytes(() => 0)), 0x8a9136aa);
  assertEquals(crc32c(bytes(() => 255)), 0x62a8ab43);
  assertEquals(crc32c(bytes((i) => i)), 0x46dd794e);
  assertEquals(crc32c(bytes((i) => 31 - i)), 0x113fdb5c);
});

Deno.test("event files have records with checksums, and in them events", () =>
  inFolder(async (folder) => {
    await write(folder, 250);
    const [name] = filesIn(folder);
    assert(/^events\.out\.tfevents\.\d{10}\./.test(name!), name);
    const events = recordsIn(await Deno.readFile(`${folder}/${name}`)).map(fieldsOf);
    const text = (value: unknown) => new TextDecoder().decode(value as Uint8Array);
    assertEquals(text(events[0]!.get(3)![0]), "brain.Event:2");
    assertAlmostEquals(Number(events[0]!.get(1)![0]), Date.now() / 1000, 60);
    assertEquals([events[1]!.get(2), fieldsOf(events[1]!.get(7)![0] as Uint8Array).get(1)], [
      [250],
      [1],
    ]);
    const values = events.slice(2).map((event) =>
      fieldsOf(event.get(5)![0] as Uint8Array).get(1)!.map((value) => fieldsOf(value as Uint8Array))
    );
    assertEquals(events.slice(2).map((event) => event.get(2)![0]), [1, 300, 2 ** 40, 7]);
    assertEquals(values[1]!.map((value) => text(value.get(1)![0])), ["loss", "top1"]);
    assertEquals(values[1]![0]!.get(2), [Math.fround(1 / 300)]);
    const histogram = fieldsOf(values[3]![0]!.get(5)![0] as Uint8Array);
    // The middles are -0.5, 0.5, 1.5 and 2.5.
    assertEquals([1, 2, 3, 4, 5].map((field) => histogram.get(field)![0]), [-1, 3, 10, 15, 32.5]);
    const doubles = (field: number) =>
      Array.from(new Float64Array((histogram.get(field)![0] as Uint8Array).slice().buffer));
    assertEquals([doubles(6), doubles(7)], [[0, 1, 2, 3], [1, 2, 3, 4]]);
    const picture = fieldsOf(values[3]![1]!.get(4)![0] as Uint8Array);
    assertEquals([1, 2, 3].map((field) => picture.get(field)![0]), [1, 2, 1]);
  }));

Deno.test({
  name: "TensorBoard itself reads them",
  ignore: !needs.tensorboard.met,
  fn: () =>
    inFolder(async (folder) => {
      await write(folder);
      const script = fileURLToPath(new URL("read_events.py", import.meta.url));
      const python = await findPython("tensorboard");
      const { ok, output } = await runQuietly([python!, script, folder]);
      assert(ok, output);
      const { scalars, histograms, images } = JSON.parse(
        output.slice(output.lastIndexOf("\n{") + 1),
      );
      assertEquals(scalars.loss.map(([step]: [number]) => step), [1, 300, 2 ** 40]);
      assertAlmostEquals(scalars.loss[1][1], 1 / 300, 1e-9);
      assertEquals(histograms["weights/first"], [[7, [0, 1, 2, 3], [1, 2, 3, 4]]]);
      assertEquals(images.filters, [[7, 2, 1]]);
    }),
});
