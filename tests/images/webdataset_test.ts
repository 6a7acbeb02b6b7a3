import { assertEquals, assertRejects } from "@std/assert";
import { parseSynsets } from "../../lib/images/labels.ts";
import { shardsOf, webDataset } from "../../lib/images/webdataset.ts";
import { all, Folder, tar } from "./files.ts";

const synsets = parseSynsets("n01000000 a\nn02000000 b", "synsets.txt");

const read = async (shards: readonly string[]) =>
  (await all(webDataset(shards, synsets).images())).map(({ name, label }) => [name, label]);

Deno.test("files of one key are one example", async () => {
  using folder = new Folder({
    "a.tar": tar([
      ["0001.jpg", "x"],
      ["0001.cls", "3\n"],
      ["0002.cls", "n02000000"],
      ["0002.png", "y"],
      ["note.txt", "nothing"],
      ["d.x/0003.json", '{"label": 7, "caption": "?"}'],
      ["d.x/0003.webp", "z"],
    ]),
    "b.tar": tar([["0004.seg.png", "no image of this key"], ["0005.jpeg", "x"], ["0005.cls", "0"]]),
  });
  const shards = await shardsOf(folder.path);
  assertEquals(shards, [folder.at("a.tar"), folder.at("b.tar")]);
  assertEquals(await read(shards), [
    ["a.tar/0001", 3],
    ["a.tar/0002", 1],
    ["a.tar/d.x/0003", 7],
    ["b.tar/0005", 0],
  ]);
});

Deno.test("shards are streamed from a URL, plain or gzip", async () => {
  const bytes = tar([["k.jpg", "x"], ["k.cls", "1"]]);
  const gzip = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  const zipped = new Uint8Array(await new Response(gzip).arrayBuffer());
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/v.tar") return new Response(bytes);
    if (pathname === "/v.tar.gz") return new Response(zipped);
    if (pathname === "/cut.tar.gz") return new Response(zipped.slice(0, 40));
    return new Response("no", { status: 404 });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  assertEquals(await read([`${url}/v.tar`, `${url}/v.tar.gz`]), [["v.tar/k", 1], [
    "v.tar.gz/k",
    1,
  ]]);
  await assertRejects(() => read([`${url}/w.tar`]), Error, "found HTTP 404");
  await assertRejects(() => read([`${url}/cut.tar.gz`]), Error, `${url}/cut.tar.gz: broke off`);
  const nobody = "http://127.0.0.1:2/v.tar";
  await assertRejects(() => read([nobody]), Error, `${nobody}: cannot be reached`);
});

Deno.test("braces name many shards", async () => {
  assertEquals(await shardsOf("v-{008..011}.tar"), [
    "v-008.tar",
    "v-009.tar",
    "v-010.tar",
    "v-011.tar",
  ]);
  await assertRejects(() => shardsOf("v-{2..1}.tar"), RangeError, "{FIRST..LAST}");
  await assertRejects(() => shardsOf("v-{0..999999}.tar"), RangeError, "at most 100,000");
  using folder = new Folder({ "a.txt": "", "far/b.tar": "" });
  await assertRejects(() => shardsOf(folder.path), RangeError, "expected shards");
  Deno.symlinkSync(folder.at("far/b.tar"), folder.at("link.tar"));
  assertEquals(await shardsOf(folder.path), [folder.at("link.tar")]);
});

Deno.test("missing and bad labels, and shards without images, are refused", async () => {
  using folder = new Folder({
    "none.tar": tar([["k.jpg", "x"], ["l.jpg", "x"]]),
    "bad.tar": tar([["k.jpg", "x"], ["k.cls", "-1"]]),
    "list.tar": tar([["k.jpg", "x"], ["k.json", '{"cls": [1]}']]),
    "twice.tar": tar([["k.jpg", "x"], ["k.cls", "1"], ["k.JPG", "y"]]),
    "parts.tar": tar([["k.left.jpg", "x"], ["k.right.jpg", "x"], ["k.cls", "1"]]),
    "odd.tar": tar([["k.jpg", "x"], ["k.cls", "n09999999"]]),
    "json.tar": tar([["k.jpg", "x"], ["k.json", "{"]]),
    "empty.tar": tar([]),
  });
  const rejects = (name: string, message: string) =>
    assertRejects(() => read([folder.at(name)]), Error, message);
  await rejects(
    "none.tar",
    "expected a label for k (k.cls or k.json) beside its image, found none",
  );
  await rejects("bad.tar", "bad.tar/k.cls: expected a class: a number from 0, a name or a synset");
  await rejects("list.tar", "list.tar/k.json: expected a class: a number or a text, found [1]");
  await rejects("twice.tar", "twice.tar: expected each file of an example once, found k.jpg twice");
  await rejects("parts.tar", "found none; 1 examples without an image (.jpg, ");
  await rejects("odd.tar", "unknown synset n09999999");
  await rejects("json.tar", "json.tar/k.json: expected JSON");
  await rejects("empty.tar", "expected images with labels, found none");
  await rejects("nowhere.tar", `there is no shard ${folder.at("nowhere.tar")}`);
});

Deno.test("examples without an image are counted, and said at the end", async () => {
  using folder = new Folder({
    "a.tar": tar([
      ["README.md", "no example"],
      ["p/1.jpg", "x"],
      ["p/1.cls", "0"],
      ["p/2.v1.jpg", "x"],
      ["p/2.txt", "1"],
      ["p/3.HEIC", "x"],
      ["p/3.cls", "1"],
      ["p/4.JPeG", "x"],
      ["p/4.CLS", "1"],
    ]),
    "b.tar": tar([["5.mask.png", "m"], ["5.png", "m"], ["5.jpg", "x"], ["5.cls", "2"]]),
  });
  const source = webDataset([folder.at("a.tar"), folder.at("b.tar")]);
  const found = await all(source.images());
  assertEquals(found.map(({ name, label }) => [name, label]), [
    ["a.tar/p/1", 0],
    ["a.tar/p/4", 1],
    ["b.tar/5", 2],
  ]);
  // The first in the order of endings is the image, the other a mask.
  assertEquals(await found[2]!.read(), new TextEncoder().encode("x"));
  const note = source.notes!.join();
  assertEquals(note.startsWith("2 examples without an image (.jpg, .jpeg, .jp"), true);
  assertEquals(note.includes("a.tar/p/2.v1.jpg"), true);
});

Deno.test("dots belong to the names of examples where no file has the name before them", async () => {
  using folder = new Folder({
    "a.tar": tar([
      ["n01.B1.jpg", "x"],
      ["n01.B1.cls", "0"],
      ["n01.B2.x.y.cls", "1"],
      ["n01.B2.x.y.PNG", "x"],
      ["n01.3.json", '{"label": 2}'],
      ["n01.3.webp", "x"],
      ["k.mask.png", "m"],
      ["k.jpg", "x"],
      ["k.cls", "3"],
    ]),
    "b.tar": tar([["v.1.jpg", "x"], ["v.2.jpg", "x"], ["v.2.cls", "1"], ["v.1.cls", "0"]]),
    "c.tar": tar([["v.1.jpg", "x"], ["v.2.jpg", "x"], ["v.2.cls", "1"]]),
  });
  assertEquals(await read([folder.at("a.tar")]), [
    ["a.tar/n01.B1", 0],
    ["a.tar/n01.B2.x.y", 1],
    ["a.tar/n01.3", 2],
    ["a.tar/k", 3],
  ]);
  assertEquals(await read([folder.at("b.tar")]), [["b.tar/v.1", 0], ["b.tar/v.2", 1]]);
  const some = webDataset([folder.at("c.tar")]);
  assertEquals((await all(some.images())).map(({ name }) => name), ["c.tar/v.2"]);
  assertEquals(some.notes!.join().endsWith("the first with the file c.tar/v.1.jpg"), true);
});

Deno.test("shards are unpacked whatever their names say", async () => {
  const bytes = tar([["k.jpg", "x"], ["k.cls", "1"]]);
  const gzip = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  const zipped = new Uint8Array(await new Response(gzip).arrayBuffer());
  using folder = new Folder({ "a.tar": zipped, "b.tgz": bytes });
  assertEquals(await read([folder.at("a.tar"), folder.at("b.tgz")]), [
    ["a.tar/k", 1],
    ["b.tgz/k", 1],
  ]);
  for await (const { name } of webDataset([folder.at("a.tar")]).images()) {
    assertEquals(name, "a.tar/k");
    break; // No file stays open.
  }
});
