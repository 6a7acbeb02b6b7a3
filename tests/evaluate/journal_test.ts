import { assertEquals, assertRejects } from "@std/assert";
import { Journal } from "../../lib/evaluate/journal.ts";
import { Folder } from "../images/files.ts";

const right = { image: "a.jpg", label: 1, top: [1, 0], probability: 0.5 };
const corrupt = { image: "b.jpg", corrupt: "cut off" };

async function written(path: string): Promise<void> {
  using journal = await Journal.open(path, { model: "x", crops: 1 }, false);
  await journal.add([right]);
  await journal.add([corrupt]);
}

Deno.test("a journal is read back and goes on, without a line that was cut off", async () => {
  using folder = new Folder();
  const path = folder.at("runs/deep/j.jsonl");
  await written(path);
  await Deno.writeTextFile(path, '{"image":"c.jpg","la', { append: true });
  {
    using journal = await Journal.open(path, { model: "x", crops: 1 }, true);
    assertEquals(journal.results, [right, corrupt]);
    await journal.add([right]);
  }
  using journal = await Journal.open(path, { crops: 1 }, true);
  assertEquals(journal.results, [right, corrupt, right]);
});

Deno.test("without resume a journal begins anew", async () => {
  using folder = new Folder();
  const path = folder.at("j.jsonl");
  await written(path);
  (await Journal.open(path, { model: "x" }, false))[Symbol.dispose]();
  using journal = await Journal.open(path, { model: "x" }, true);
  assertEquals(journal.results, []);
});

Deno.test("a journal of another evaluation, or a damaged one, is refused", async () => {
  using folder = new Folder({
    "other.jsonl": '{"epoch":1}\n',
    "text.jsonl": "hello\n",
    "empty.jsonl": "",
    "damaged.jsonl": '{"format":"striate-evaluation"}\n{"image":"a","label":"?"}\n',
    "garbled.jsonl": '{"format":"striate-evaluation"}\n{"image\n',
  });
  const path = folder.at("j.jsonl");
  await written(path);
  const open = (path: string, about = {}) => Journal.open(path, about, true);
  await assertRejects(
    () => open(path, { model: "y" }),
    RangeError,
    'its model is "x", this one\'s "y"',
  );
  await assertRejects(() => open(folder.at("no.jsonl")), Deno.errors.NotFound, "without --resume");
  await assertRejects(() => open(folder.at("other.jsonl")), SyntaxError, "found another file");
  await assertRejects(() => open(folder.at("text.jsonl")), SyntaxError, "line 1");
  await assertRejects(() => open(folder.at("empty.jsonl")), SyntaxError, "line 1");
  await assertRejects(() => open(folder.at("damaged.jsonl")), SyntaxError, "line 2");
  await assertRejects(() => open(folder.at("garbled.jsonl")), SyntaxError, "line 2");
});

Deno.test("another file, such as the labels, is never written over", async () => {
  using folder = new Folder({ "labels.tsv": "file\tclass\na.jpg\t1\n", "empty.jsonl": "" });
  const path = folder.at("labels.tsv");
  await assertRejects(
    () => Journal.open(path, {}, false),
    SyntaxError,
    "another file, which is",
  );
  assertEquals(await Deno.readTextFile(path), "file\tclass\na.jpg\t1\n");
  using empty = await Journal.open(folder.at("empty.jsonl"), {}, false);
  assertEquals(empty.results, []);
});

Deno.test("a journal has one writer at a time", async () => {
  using folder = new Folder();
  const path = folder.at("j.jsonl");
  const open = (resume: boolean) => Journal.open(path, { model: "x" }, resume);
  {
    using journal = await open(false);
    await journal.add([right]);
    for (const resume of [false, true]) {
      await assertRejects(() => open(resume), Error, `${path}: this process is writing it`);
    }
  }
  // One that was refused for another reason does not keep it either.
  await assertRejects(() => Journal.open(path, { model: "y" }, true), RangeError);
  using journal = await open(true);
  assertEquals(journal.results, [right]);
});
