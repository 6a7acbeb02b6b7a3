import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { sequential } from "../../lib/train/make_model.ts";
import { imageDataset } from "../../lib/images/image_dataset.ts";
import { labelledImages } from "../../lib/images/image_source.ts";
import { parseSynsets } from "../../lib/images/labels.ts";
import { openImages } from "../../lib/images/open_images.ts";
import { imageStream } from "../../lib/images/image_stream.ts";
import { webDataset } from "../../lib/images/webdataset.ts";
import { datasetBundle } from "../../lib/show/dataset.ts";
import { useCpu } from "../train/helpers.ts";
import { Folder, images, tar } from "./files.ts";

await useCpu();

const files = [...images.values()], size = 4;
const folderOf = (names: readonly string[]) =>
  new Folder(Object.fromEntries(names.map((name, i) => [name, files[i % files.length]!])));

Deno.test("classes are those that have images, whatever the numbers of the source", async () => {
  using folder = folderOf(["7/a.png", "7/b.png", "12/c.png"]);
  const numbered = imageDataset(await openImages(folder.path), { size });
  assertEquals([numbered.classes, await numbered.classCounts()], [["7", "12"], [2, 1]]);
  assertEquals((await numbered.load([0, 1, 2])).targets[0]!.toString(), "1,0,0");

  const list = "n00000001 tench\nn00000002 crane\nn00000003 crane\nn00000004 cock\n";
  const synsets = parseSynsets(list, "list");
  using flat = new Folder({ "a.png": files[0]!, "b.png": files[1]!, "l.txt": "4\n1\n" });
  const some = imageDataset(await labelledImages(flat.path, flat.at("l.txt"), synsets), { size });
  assertEquals(some.classes, ["tench", "cock"]);
  using cranes = new Folder({ "a.png": files[0]!, "b.png": files[1]!, "l.txt": "3\n2\n" });
  const same = imageDataset(await labelledImages(cranes.path, cranes.at("l.txt"), synsets), {
    size,
  });
  assertEquals(same.classes, ["n00000002", "n00000003"]);
});

Deno.test("views and pictures take images in files", async () => {
  using folder = folderOf(["a/1.png", "a/2.png", "b/3.png", "b/4.png", "c/5.png"]);
  const data = imageDataset(await openImages(folder.path), { size });
  assertEquals([data.split(0.8, 1)[0].length, (await data.skip(4).load([0])).targets[0]![0]], [
    4,
    2,
  ]);
  const bundle = await datasetBundle(data);
  assertEquals(
    String(bundle["text/plain"]).includes("5 examples: u8 [4, 4, 3] -> 3 classes (a 2, b 2, c 1)"),
    true,
  );
  assertThrows(() => data.get(0), TypeError, "await load(indices)");
});

Deno.test("shards are a stream of images, in their order, without those that cannot be read", async () => {
  const entries = files.slice(0, 6).flatMap((bytes, i): [string, Uint8Array | string][] => [
    [`${i}.png`, i === 2 ? bytes.subarray(0, 20) : bytes],
    [`${i}.cls`, i % 2 === 0 ? "ant" : "1"],
  ]);
  using folder = new Folder({ "a.tar": tar(entries) });
  const open = () => webDataset([folder.at("a.tar")]), told: string[] = [];
  const read = async (threads: number) => {
    const stream = imageStream(open(), {
      size,
      classes: ["ant", "bee"],
      threads,
      onCorrupt: (image) => told.push(image),
    });
    assertEquals(stream.classes, ["ant", "bee"]);
    const [batch] = await Array.fromAsync(stream.batches({ batchSize: 8 }));
    return [batch!.size, [...batch!.targets[0]!], [...batch!.inputs[0]!]];
  };
  const first = await read(1);
  assertEquals(first.slice(0, 2), [5, [0, 1, 1, 0, 1]]);
  assertEquals(await read(3), first);
  assertEquals(told, ["a.tar/2", "a.tar/2"]);
  const net = sequential([4, 4, 3]).flatten().dense(2);
  const options = { size, classes: ["ant", "bee"] };
  const { epochs } = await net.fit(imageStream(open(), options).shuffle(4, 1), {
    epochs: 2,
    batchSize: 2,
  });
  assertEquals(epochs.length, 2);
  const strict = imageStream(open(), { ...options, strict: true });
  await assertRejects(() => strict.collect(), SyntaxError, "a.tar/2: expected");
  for (const classes of [["bee"], ["bee", "wasp"], undefined]) {
    const other = imageStream(open(), { size, ...classes && { classes } });
    await assertRejects(() => other.collect(), RangeError, "a.tar/0: expected a class");
  }
});
