import { assertEquals, assertRejects } from "@std/assert";
import type { ImageEntry } from "../../lib/images/image_source.ts";
import { Folder } from "../images/files.ts";
import { evaluate, names, source } from "./small_network.ts";

Deno.test("a broken evaluation goes on where it ended, with the same result", async () => {
  using folder = new Folder();
  const [whole, broken] = [folder.at("whole.jsonl"), folder.at("broken.jsonl")];
  const expected = await evaluate({ journal: whole });
  const controller = new AbortController(), read: string[] = [];
  const first = await evaluate({
    journal: broken,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  assertEquals(first.complete, false);
  const done = first.images + first.corrupt;
  assertEquals(done > 0 && done < 18, true);
  const second = await evaluate({ journal: broken, resume: true }, source(read));
  assertEquals(read.length, 18 - done);
  assertEquals(await Deno.readTextFile(broken), await Deno.readTextFile(whole));
  assertEquals(
    [second.images, second.corrupt, second.top1Error, second.top5Error],
    [expected.images, expected.corrupt, expected.top1Error, expected.top5Error],
  );
  assertEquals(second.confusion.counts, expected.confusion.counts);
});

Deno.test("a journal fits only the evaluation that it is of", async () => {
  using folder = new Folder();
  const journal = folder.at("j.jsonl"), resume = true;
  await evaluate({ journal, limit: 5 });
  await assertRejects(() => evaluate({ journal, resume }), RangeError, "its limit is 5");
  await assertRejects(
    () => evaluate({ journal, resume, limit: 5, crops: 10 }),
    RangeError,
    "its crops is 1, this one's 10",
  );
  const changed = { ...source(), images: () => [...source().images() as []].reverse() };
  await assertRejects(
    () => evaluate({ journal, resume, limit: 5 }, changed),
    RangeError,
    "images or labels have changed",
  );
});

Deno.test("a journal fits only the labels and the images that it is of", async () => {
  using folder = new Folder();
  const journal = folder.at("j.jsonl"),
    resume = true,
    whole = [...source().images() as ImageEntry[]];
  const ofImages = (images: ImageEntry[]) => ({
    ...source(),
    length: images.length,
    images: () => images,
  });
  await evaluate({ journal });
  const relabelled = whole.map((entry, i) => i === 2 ? { ...entry, label: 6 } : entry);
  await assertRejects(
    () => evaluate({ journal, resume }, ofImages(relabelled)),
    RangeError,
    `expected ${names[2]} of class 2, as in the journal, found class 6`,
  );
  await assertRejects(
    () => evaluate({ journal, resume }, ofImages(whole.slice(0, 7))),
    RangeError,
    `expected ${whole[7]!.name}, as in the journal, found no more images`,
  );
});
