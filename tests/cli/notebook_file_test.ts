import { assert, assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../lib/cli/command.ts";
import {
  findNotebook,
  formatNotebook,
  listNotebooks,
  type Output,
  readNotebook,
  tidyNotebook,
} from "../../lib/cli/notebook_file.ts";
import { Folder } from "../evaluate/files.ts";
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
