import { assert, assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../lib/cli/command.ts";
import {
  findNotebook,
  formatNotebook,
  listNotebooks,
  readNotebook,
  tidyNotebook,
} from "../../lib/cli/notebook_file.ts";
import type { Output } from "../../lib/cli/notebook_format.ts";
import { Folder } from "../images/files.ts";
import { code, markdown, notebook } from "../notebooks/small.ts";

Deno.test("a notebook is written as Jupyter would write it, without what differs between runs", () => {
  const executed = {
    ...code("1;\n\n2"),
    id: "two",
    metadata: { tags: ["figure"], execution: { "iopub.status.busy": "2026-01-01" } },
    execution_count: 17,
    outputs: [
      { output_type: "stream", name: "stdout", text: "\x1b[33m1\x1b[39m\n" },
      { output_type: "stream", name: "stdout", text: ["2\n", "3"] },
      { output_type: "stream", name: "stderr", text: "4" },
      {
        output_type: "execute_result",
        data: {
          "text/plain": "\x1b[32ma\x1b[39m",
          "image/png": "iVBO",
          "text/html": "<p>\n</p>",
          "application/vnd.plotly.v1+json": { layout: {}, data: [{ y: [1.5], type: "bar" }] },
        },
        metadata: {},
        execution_count: 17,
      },
    ] satisfies Output[],
  };
  const tidied = tidyNotebook(notebook(markdown("# A\ntext"), executed));
  assertEquals(
    formatNotebook(tidied),
    `{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "cell-1",
   "metadata": {},
   "source": [
    "# A\\n",
    "text"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 1,
   "id": "two",
   "metadata": {
    "tags": [
     "figure"
    ]
   },
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "1\\n",
      "2\\n",
      "3"
     ]
    },
    {
     "name": "stderr",
     "output_type": "stream",
     "text": [
      "4"
     ]
    },
    {
     "data": {
      "application/vnd.plotly.v1+json": {"data":[{"type":"bar","y":[1.5]}],"layout":{}},
      "image/png": "iVBO",
      "text/html": [
       "<p>\\n",
       "</p>"
      ],
      "text/plain": [
       "a"
      ]
     },
     "execution_count": 1,
     "metadata": {},
     "output_type": "execute_result"
    }
   ],
   "source": [
    "1;\\n",
    "\\n",
    "2"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "Deno",
   "language": "typescript",
   "name": "deno"
  },
  "language_info": {
   "codemirror_mode": "typescript",
   "file_extension": ".ts",
   "mimetype": "text/x.typescript",
   "name": "typescript",
   "nbconvert_exporter": "script",
   "pygments_lexer": "typescript"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`,
  );
  assertEquals(tidyNotebook(tidied), tidied);
});

Deno.test("cells keep their ids; a missing or repeated one is replaced, the same way each time", () => {
  const ids = (...given: (string | undefined)[]) =>
    tidyNotebook(notebook(...given.map((id) => id === undefined ? code("") : { ...code(""), id })))
      .cells.map(({ id }) => id);
  assertEquals(ids("a", undefined, "b", undefined), ["a", "cell-1", "b", "cell-2"]);
  assertEquals(ids(undefined, "cell-1", "a", "a"), ["cell-2", "cell-1", "a", "cell-3"]);
});

Deno.test("cells are counted by what is executed", () => {
  const { cells } = tidyNotebook(notebook("1", " ", markdown("#"), "2"));
  assertEquals(cells.map((cell) => cell.execution_count), [1, null, undefined, 2]);
});

Deno.test("a notebook is found by path, name and number; for a wrong name the nearest is told", async () => {
  using folder = new Folder({
    "03-convolution.ipynb": "{}",
    "10-senet.ipynb": "{}",
    "1-other.ipynb": "{}",
    "data.json": "{}",
  });
  const { path } = folder, third = folder.at("03-convolution.ipynb");
  assertEquals(await listNotebooks(path), [
    third,
    folder.at("1-other.ipynb"),
    folder.at("10-senet.ipynb"),
  ]);
  for (const name of ["03", "03-convolution", "03-convolution.ipynb"]) {
    assertEquals(await findNotebook(name, path), third);
  }
  assertEquals(await findNotebook(third, "/nowhere"), await Deno.realPath(third));
  await assertRejects(
    () => findNotebook("03-convolutions", path),
    UsageError,
    'unknown notebook "03-convolutions"; did you mean "03-convolution"?',
  );
  await assertRejects(() => findNotebook("03", folder.at("none")), UsageError, "and none in");
});

Deno.test("a file that is no notebook is refused", async () => {
  using folder = new Folder({ "a.ipynb": "{", "b.ipynb": '{"nbformat":3,"worksheets":[]}' });
  await assertRejects(() => readNotebook(folder.at("a.ipynb")), SyntaxError, "a.ipynb: expected");
  await assertRejects(() => readNotebook(folder.at("b.ipynb")), SyntaxError, '"nbformat": 4');
});

Deno.test("the JSON of a chart stands on one line, and nothing of it is lost", () => {
  const chart = { layout: { title: '$& "\\u00000" \n' }, data: [{ y: [1, 2], type: "bar" }] };
  const cell = {
    ...code("1"),
    outputs: [{
      output_type: "display_data" as const,
      data: { "application/vnd.plotly.v1+json": chart, "text/plain": "chart" },
      metadata: {},
    }],
  };
  const text = formatNotebook(tidyNotebook(notebook(cell)));
  const line = text.split("\n").find((line) => line.includes("plotly")) ?? "";
  assert(line.endsWith(`"y":[1,2]}],"layout":{"title":${JSON.stringify(chart.layout.title)}}},`));
  assertEquals(JSON.parse(text).cells[0].outputs[0].data["application/vnd.plotly.v1+json"], chart);
});

/** Writes a notebook's file and reads it, with other cells or fields than a notebook has. */
async function readOdd(content: unknown) {
  using folder = new Folder({ "odd.ipynb": JSON.stringify(content) });
  return await readNotebook(folder.at("odd.ipynb"));
}

Deno.test("a text of a notebook's that looks like a place for a chart stays a text", async () => {
  const chart = { "application/vnd.plotly.v1+json": { data: [{ y: [1] }] } };
  const outputs: Output[] = [
    { output_type: "display_data", data: chart, metadata: {} },
    { output_type: "stream", name: "stdout", text: ["\u00000", "\u0000 1"] },
  ];
  for (const source of ["\u00000", "\u000012 0", "\\u00000", '"\u00000"', "0"]) {
    const book = tidyNotebook(notebook({ ...code(source), outputs }));
    const { cells: [cell] } = await readOdd(JSON.parse(formatNotebook(book)));
    assertEquals(cell!.source, [source]);
    assertEquals(cell!.outputs![0]!.data, chart);
    assertEquals(cell!.outputs![1]!.text, ["\u00000\u0000 1"]);
  }
});

Deno.test("tidying a tidy notebook changes nothing", () => {
  const odd = code("1");
  const outputs: Output[] = [
    { output_type: "stream", text: "a\x1b[\x1b[0m1mb" },
    { output_type: "stream", name: "stdout", text: "c" },
  ];
  const once = tidyNotebook(
    notebook({ ...odd, outputs }, { ...odd, id: "x" }, { ...odd, id: "x" }),
  );
  assertEquals(once.cells[0]!.outputs, [{ output_type: "stream", name: "stdout", text: ["abc"] }]);
  assertEquals(formatNotebook(tidyNotebook(once)), formatNotebook(once));
});

Deno.test("a file whose cells are none says which, and what was expected", async () => {
  const good = notebook(markdown("# A"), code("1"));
  const withCell = (cell: unknown) => ({ ...good, cells: [...good.cells, cell] });
  const withOutput = (output: unknown) =>
    withCell({
      ...code("1"),
      outputs: [{
        output_type: "stream",
        text: "",
      }, output],
    });
  const deep = (depth: number): unknown => depth === 0 ? 1 : [deep(depth - 1)];
  const cases: [unknown, string][] = [
    [null, 'expected a notebook with "nbformat": 4 and cells'],
    [[], 'expected a notebook with "nbformat": 4 and cells'],
    [{ ...good, cells: { length: 1 } }, 'expected a notebook with "nbformat": 4 and cells'],
    [withCell(null), "cell 3: expected an object, found null"],
    [withCell("text"), 'cell 3: expected an object, found "text"'],
    [withCell({ ...code("1"), cell_type: "cake" }), "cell 3: cell_type: expected"],
    [withCell({ ...code("1"), source: 7 }), "cell 3: source: expected a text or a list of texts"],
    [withCell({ ...code("1"), source: ["1", 2] }), "cell 3: source: expected a text or a list"],
    [withCell({ ...code("1"), source: undefined }), "cell 3: source: expected"],
    [withCell({ ...code("1"), id: 1 }), "cell 3: id: expected a text, found 1"],
    [withCell({ ...code("1"), metadata: [] }), "cell 3: metadata: expected an object"],
    [withCell({ ...code("1"), outputs: "none" }), "cell 3: outputs: expected a list"],
    [withOutput(null), "cell 3: output 2: expected an object, found null"],
    [withOutput({ output_type: "toString" }), "cell 3: output 2: output_type: expected"],
    [withOutput({ output_type: "stream", text: 1 }), "cell 3: output 2: text: expected"],
    [withOutput({ output_type: "display_data" }), "cell 3: output 2: data: expected an object"],
    [withOutput({ output_type: "error", traceback: "x" }), "cell 3: output 2: traceback: expected"],
    [withCell({ ...code("1"), metadata: { x: deep(300) } }), "expected at most 200 lists"],
  ];
  for (const [content, message] of cases) {
    const error = await assertRejects(() => readOdd(content), SyntaxError);
    assert(error.message.includes(`/odd.ipynb: ${message}`), error.message);
  }
  assertEquals((await readOdd(good)).cells.length, 2);
});
