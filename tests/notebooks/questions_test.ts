/** The questions within the notebooks. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { notebooks } from "../../lib/cli/jupyter.ts";
import { joined, listNotebooks, readNotebook } from "../../lib/cli/notebook_file.ts";
import { verdict } from "../../notebooks/check.ts";
import { questions } from "../../notebooks/questions/questions.ts";

Deno.test("each question has an answer that is right, and others get its hint", async () => {
  for (const [id, { ask, answer, hint, why }] of Object.entries(questions)) {
    assertMatch(ask, /\?/, id);
    const right = await answer();
    assertEquals(await verdict(id, right), `${id} right. ${why}`);
    const wrong = typeof right === "number" ? right * 1.1 + 1 : `not ${right}`;
    assertEquals(await verdict(id, wrong), `${id} not yet. ${hint}`);
    assertMatch(await verdict(id, undefined), /in place of undefined/, id);
    const other = typeof right === "number" ? "a text" : 1;
    assertStringIncludes(await verdict(id, other), `the answer is a ${typeof right}`);
  }
  await assertRejects(() => verdict("99.9", 1), RangeError, "no question 99.9");
});

Deno.test("each question is asked once, in the notebook of its number", async () => {
  const asked: string[] = [];
  for (const path of await listNotebooks(notebooks)) {
    const number = /(\d\d)-[^/]*$/.exec(path)?.[1];
    const { cells } = await readNotebook(path);
    const source = cells.filter(({ cell_type }) => cell_type === "code")
      .map((cell) => joined(cell.source)).join("\n");
    for (const [, id] of source.matchAll(/\bcheck\("([\d.]+)"/g)) {
      assert(id!.startsWith(`${number}.`), `${path}: question ${id}`);
      asked.push(id!);
    }
  }
  assertEquals(asked.toSorted(), Object.keys(questions).toSorted());
});
