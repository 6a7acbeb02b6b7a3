/** The course covers what it is to cover. */
import { assertEquals } from "@std/assert";
import { basename } from "node:path";
import { notebooks } from "../../lib/cli/jupyter.ts";
import { listNotebooks } from "../../lib/cli/notebook_file.ts";
import { findTopics } from "./topics.ts";

Deno.test("each system of the course is shown by an executed cell of its notebook", async () => {
  const present = (await listNotebooks(notebooks)).map((path) => basename(path).slice(0, 2));
  const found = await findTopics();
  assertEquals(found.length, 42);
  const missing = found.filter(({ notebook, cell }) =>
    cell === undefined && present.includes(notebook)
  );
  assertEquals(missing.map(({ topic, notebook }) => `${notebook}: ${topic}`), []);
});
