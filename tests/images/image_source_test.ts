import { assertEquals, assertRejects } from "@std/assert";
import { parseSynsets } from "../../lib/images/labels.ts";
import { classFolders, labelledImages } from "../../lib/images/image_source.ts";
import { all, Folder } from "./files.ts";

const synsets = parseSynsets("n03000000 oven\nn01000000 tench\nn02000000 heron", "synsets.txt");

const namesAndLabels = async (source: Awaited<ReturnType<typeof classFolders>>) =>
  (await all(source.images())).map(({ name, label }) => [name, label]);

Deno.test("a folder for each class, numbered by name", async () => {
  using folder = new Folder({
    "dog/2.PNG": "",
    "dog/1.jpeg": "",
    "cat/x.webp": "",
    "cat/deep/y.jpg": "",
    "cat/notes.txt": "",
    ".hidden/z.jpg": "",
  });
  const source = await classFolders(folder.path);
  assertEquals(await namesAndLabels(source), [
    ["cat/x.webp", 0],
    ["cat/deep/y.jpg", 0],
    ["dog/1.jpeg", 1],
    ["dog/2.PNG", 1],
  ]);
  assertEquals([source.length, source.classes], [4, ["cat", "dog"]]);
});

Deno.test("folders named by synset or number keep their class when others are missing", async () => {
  using bySynset = new Folder({ "n03000000/a.jpg": "", "n02000000/b.jpg": "" });
  const source = await classFolders(bySynset.path, synsets);
  assertEquals(await namesAndLabels(source), [["n02000000/b.jpg", 1], ["n03000000/a.jpg", 2]]);
  assertEquals(source.classes, ["tench", "heron", "oven"]);
  using byNumber = new Folder({ "7/a.jpg": "", "10/b.jpg": "" });
  assertEquals(await namesAndLabels(await classFolders(byNumber.path)), [
    ["10/b.jpg", 10],
    ["7/a.jpg", 7],
  ]);
});

Deno.test("folders without images, labels or known synsets are refused", async () => {
  using empty = new Folder(), flat = new Folder({ "a.jpg": "" });
  using bare = new Folder({ "cat/readme.md": "" }), odd = new Folder({ "n09999999/a.jpg": "" });
  await assertRejects(() => classFolders(empty.path), RangeError, "found none");
  await assertRejects(() => classFolders(bare.path), RangeError, "found none");
  await assertRejects(() => classFolders(flat.path), RangeError, "found 1 images and no folders");
  await assertRejects(
    () => classFolders(odd.path, synsets),
    RangeError,
    "unknown synset n09999999",
  );
  await assertRejects(
    () => classFolders(empty.at("nowhere")),
    Deno.errors.NotFound,
    "there is no folder",
  );
});

Deno.test("links to folders and images are followed, links in a circle end", async () => {
  using folder = new Folder({
    "classes/cat/x.jpg": "",
    "classes/beside.jpg": "",
    "dogs/y.jpg": "",
  });
  const link = (to: string, at: string) => Deno.symlinkSync(folder.at(to), folder.at(at));
  link("dogs", "classes/dog");
  link("dogs/y.jpg", "classes/cat/z.jpg");
  link("classes", "dogs/around");
  link("nowhere", "classes/gone");
  const source = await classFolders(folder.at("classes"));
  assertEquals(await namesAndLabels(source), [
    ["cat/x.jpg", 0],
    ["cat/z.jpg", 0],
    ["dog/y.jpg", 1],
  ]);
  assertEquals(source.notes, ["1 images beside the folders of the classes are left out"]);
});

Deno.test("a file for a folder, and a folder for a file, are said to be that", async () => {
  using folder = new Folder({ "a.jpg": "", "labels/b.txt": "" });
  const file = folder.at("a.jpg"), labels = folder.at("labels");
  await assertRejects(() => classFolders(file), TypeError, `${file}: expected a folder of images`);
  await assertRejects(
    () => labelledImages(folder.path, labels),
    TypeError,
    `${labels}: expected a file with labels, found a folder`,
  );
});

Deno.test("ILSVRC's layout: a label for each image by sorted name", async () => {
  using folder = new Folder({ "val_2.JPEG": "", "val_1.JPEG": "", "val_3.JPEG": "" });
  using labels = new Folder({ "truth.txt": "1\n2\n3\n", "short.txt": "1\n2\n" });
  const source = await labelledImages(folder.path, labels.at("truth.txt"), synsets);
  assertEquals(await namesAndLabels(source), [
    ["val_1.JPEG", 2],
    ["val_2.JPEG", 0],
    ["val_3.JPEG", 1],
  ]);
  await assertRejects(
    () => labelledImages(folder.path, labels.at("short.txt"), synsets),
    RangeError,
    "expected a label for each of the 3 images",
  );
  await assertRejects(
    () => labelledImages(folder.path, labels.at("none.txt"), synsets),
    Deno.errors.NotFound,
    "none.txt",
  );
});

Deno.test("numbers of a sorted list of synsets may not be the devkit's, which is said", async () => {
  using folder = new Folder({ "val_1.JPEG": "", "val_2.JPEG": "" });
  using labels = new Folder({ "numbers.txt": "1\n3\n", "ids.txt": "n01000000\nn03000000\n" });
  const sorted = parseSynsets("n01000000\nn02000000\nn03000000", "sorted.txt");
  const notes = async (file: string, list = sorted) =>
    (await labelledImages(folder.path, labels.at(file), list)).notes;
  assertEquals(
    (await notes("numbers.txt"))?.[0]?.includes("devkit has them in another order"),
    true,
  );
  assertEquals([await notes("numbers.txt", synsets), await notes("ids.txt")], [
    undefined,
    undefined,
  ]);
});

Deno.test("label files may be UTF-16, as Windows' redirection writes them", async () => {
  const text = "\ufefffile\tclass\r\n猫.jpg\t4\r\n";
  using folder = new Folder({
    "猫.jpg": "",
    "labels.tsv": new Uint8Array(Uint16Array.from(text, (c) => c.charCodeAt(0)).buffer),
  });
  const source = await labelledImages(folder.path, folder.at("labels.tsv"));
  assertEquals(await namesAndLabels(source), [["猫.jpg", 4]]);
});

Deno.test("a table: its order counts, and what it leaves out is said", async () => {
  using folder = new Folder({ "a.jpg": "", "b.jpg": "", "c.jpg": "" });
  using labels = new Folder({
    "good.tsv": "file\tclass\nc.jpg\t5\na.jpg\t0\n",
    "missing.tsv": "file\tclass\n../a.jpg\t5\n",
    "twice.tsv": "file\tclass\na.jpg\t5\na.jpg\t5\n",
    "torn.tsv": "file\tclass\na.jpg\t5\n./a.jpg\t6\n",
  });
  const source = await labelledImages(folder.path, labels.at("good.tsv"));
  assertEquals(await namesAndLabels(source), [["c.jpg", 5], ["a.jpg", 0]]);
  assertEquals(source.notes?.[0]?.startsWith("1 images of"), true);
  await assertRejects(
    () => labelledImages(folder.path, labels.at("missing.tsv")),
    Deno.errors.NotFound,
    "../a.jpg is not an image in",
  );
  const twice = await labelledImages(folder.path, labels.at("twice.tsv"));
  assertEquals(await namesAndLabels(twice), [["a.jpg", 5]]);
  assertEquals(twice.notes?.[1]?.startsWith("1 rows of"), true);
  await assertRejects(
    () => labelledImages(folder.path, labels.at("torn.tsv")),
    RangeError,
    "expected one class for each file, found 5 and 6 for a.jpg",
  );
});

Deno.test("tables name files in folders below, through the folder, without endings", async () => {
  using folder = new Folder({
    "set/val/cats/a.png": "",
    "set/val/cats/b c.PNG": "",
    "set/val/dogs/a.png": "",
    "set/val/dogs/é.jpeg": "",
  });
  const expected = [["cats/a.png", 1], ["cats/b c.PNG", 2], ["dogs/a.png", 3], ["dogs/é.jpeg", 4]];
  const table = async (...names: string[]) => {
    const text = names.map((name, i) => `${name},${i + 1}\n`).join("");
    await Deno.writeTextFile(folder.at("set/l.csv"), `file,class\n${text}`);
    return await namesAndLabels(await labelledImages(folder.at("set/val"), folder.at("set/l.csv")));
  };
  for (
    const names of [
      ["cats/a.png", "cats/b c.PNG", "dogs/a.png", "dogs/é.jpeg"],
      ["./cats/a.png", "/cats/b c.PNG", ".//dogs/a.png", "dogs/e\u0301.jpeg"],
      ["val/cats/a.png", "./val/cats/b c.PNG", "set/val/dogs/a.png", "val/dogs/é"],
      ["cats\\a.png", "cats\\b%20c.PNG", "C:\\set\\val\\dogs\\a.png", "dogs/%C3%A9.jpeg"],
      ["cats/a", "cats/b c", "dogs/a", "é"],
      [folder.at("set/val/cats/a.png"), "Cats/b c.png", "dogs/A.PNG", "e\u0301.jpeg"],
    ]
  ) assertEquals(await table(...names), expected);
  await assertRejects(() => table("a.png"), RangeError, "a.png may be cats/a.png or dogs/a.png");
  await assertRejects(() => table("birds/a.png"), Deno.errors.NotFound, "birds/a.png is not an");
  await Deno.writeTextFile(folder.at("l.txt"), "n01000000\n");
  await assertRejects(
    () => labelledImages(folder.at("set/val"), folder.at("l.txt"), synsets),
    RangeError,
    "in this very folder",
  );
});

Deno.test("what is left out of folders is said, by endings; what systems put there is not", async () => {
  using folder = new Folder({
    "a/1.jpg": "",
    "a/2.jpf": "",
    "a/deep/3.JPF": "",
    "a/4.svg": "",
    "a/5": "",
    "a/Thumbs.db": "",
    "a/.DS_Store": "",
    "a/@eaDir/1.jpg": "",
    "b/note.txt": "",
    "c/.ipynb_checkpoints/7.jpg": "",
    "c/6.jpg": "",
    "__MACOSX/8.jpg": "",
  });
  const source = await classFolders(folder.path);
  assertEquals(await namesAndLabels(source), [["a/1.jpg", 0], ["c/6.jpg", 1]]);
  assertEquals(source.classes, ["a", "c"]);
  const [files, folders, ...more] = source.notes!;
  assertEquals(files!.startsWith("5 files are left out"), true);
  assertEquals(files!.endsWith("2 .jpf, 1 .svg, 1 without ending, 1 .txt"), true);
  assertEquals(folders, "folders without images, which are no classes: b");
  assertEquals(more, []);
  using numbers = new Folder({ "7/a.jpg": "", "07/b.jpg": "" });
  await assertRejects(
    () => classFolders(numbers.path),
    RangeError,
    "found 07 and 7, which are the",
  );
});

Deno.test("label files may be UTF-8 with a mark, UTF-16 of either order, or of an older Windows", async () => {
  const text = "file\tclass\r\nGöttin.jpg\t4\r\n";
  const utf16 = (little: boolean, content: string) => {
    const view = new DataView(new ArrayBuffer(content.length * 2));
    [...content].forEach((c, i) => view.setUint16(i * 2, c.charCodeAt(0), little));
    return new Uint8Array(view.buffer);
  };
  for (
    const bytes of [
      new TextEncoder().encode(`\ufeff${text}`),
      utf16(true, `\ufeff${text}`),
      utf16(false, `\ufeff${text}`),
      utf16(true, text),
      utf16(false, text),
      Uint8Array.from(text, (c) => c.charCodeAt(0)),
    ]
  ) {
    using folder = new Folder({ "images/Göttin.jpg": "", "l.tsv": bytes });
    const source = await labelledImages(folder.at("images"), folder.at("l.tsv"));
    assertEquals(await namesAndLabels(source), [["Göttin.jpg", 4]]);
  }
});
