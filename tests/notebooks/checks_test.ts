/** The checks of the notebooks find what is wrong. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { tidyNotebook } from "../../lib/cli/notebook_file.ts";
import type { Cell, Output } from "../../lib/cli/notebook_format.ts";
import { Folder } from "../images/files.ts";
import { checkCells } from "./cells.ts";
import { type Figure, figureProblems, figuresOf } from "./figures.ts";
import { code, markdown, notebook } from "./small.ts";
import { outputProblems, structureProblems } from "./structure.ts";

const printed = (text: string): Output => ({ output_type: "stream", name: "stdout", text });
const shown = (...types: string[]): Output => ({
  output_type: "display_data",
  data: Object.fromEntries(types.map((type) => [type, "x"])),
  metadata: {},
});
const withOutputs = (source: string, ...outputs: Output[]): Cell => ({ ...code(source), outputs });

const exercise = (number: number) =>
  `### Exercise ${number}\nWhy?\n<details><summary>Solution</summary>\n\nSo.\n\n</details>\n`;
const whole = [
  markdown("# Convolution\n\nAfter this notebook you will be able to\n- convolve"),
  withOutputs(
    '// elsewhere: from "https://example.com/striate/mod.ts"\nimport { tensor } from "../mod.ts";',
    shown("image/png", "text/plain"),
  ),
  markdown(`## Exercises\n${exercise(1)}`),
  markdown(exercise(2) + exercise(3)),
];
const structure = (...cells: Cell[]) => {
  const tidied = tidyNotebook(notebook(...cells));
  return structureProblems(tidied, JSON.stringify(tidied)).join("\n");
};

Deno.test("what a notebook of the course lacks is told", () => {
  assertEquals(structure(...whole), "");
  const [opening, first, one, rest] = whole as [Cell, Cell, Cell, Cell];
  const short = "**1. Why?** <details><summary>Solution</summary> So. </details>";
  const three = [1, 2, 3].map((n) => short.replace("1", String(n))).join("\n");
  assertEquals(structure(opening, first, markdown(`## Exercises\n${three}`)), "");
  assertMatch(structure(first, one, rest), /^the first cell: .* # heading\n.*be able to/);
  assertMatch(structure(opening, code("1"), one, rest), /"..\/mod.ts"\n.*URL of mod.ts\n.*picture/);
  assertMatch(structure(opening, first, one), /found 1 at the end/);
  assertMatch(structure(opening, first, markdown(exercise(1)), rest), /found 0 at the end/);
  const open = markdown(`### Exercise 2\nWhy?\nSo.\n${exercise(3)}`);
  assertMatch(structure(opening, first, one, open), /^exercise 2: expected a solution/);
  const error: Output = { output_type: "error", ename: "E", evalue: "", traceback: [] };
  assertMatch(structure(...whole, withOutputs("1", error)), /expected none that is an error/);
  assertMatch(structure(...whole, withOutputs("1", printed("/home/me/a.ts"))), /found \/home\/me/);
  assertMatch(structure(...whole, withOutputs("1", printed("x".repeat(2e6)))), /found 2.0 MB/);
  const unexecuted = structureProblems(notebook(...whole), "");
  assertMatch(unexecuted.join("\n"), /expected every code cell executed/);
});

Deno.test("outputs that a fresh run does not have are told", () => {
  const before = tidyNotebook(notebook(
    withOutputs("a", printed("1"), shown("image/png", "text/plain")),
    withOutputs("b", printed("2")),
  ));
  assertEquals(outputProblems(before, before), []);
  const after = tidyNotebook(notebook(withOutputs("a", printed("3"), shown("text/plain")), "b"));
  assertEquals(outputProblems(before, after), [
    "cell cell-1: expected an output of image/png, found stream stdout, text/plain",
    "cell cell-2: expected an output of stream stdout, found none",
  ]);
});

Deno.test("figures are found in texts, with a tolerance, in one cell or any", () => {
  const tested = { ...withOutputs("b", printed("top-1: 0.98\n")), id: "test" };
  const tagged = { ...withOutputs("c", printed("top-1: 0.5\n")), metadata: { tags: ["other"] } };
  const table = { ...shown(), data: { "text/plain": ["conv1  ", "34,944\n"] } };
  const found = (row: Omit<Figure, "figure">) =>
    figureProblems(
      [{ figure: "it", ...row }],
      notebook(withOutputs("a", printed("no"), table), tested, tagged),
    ).join();
  assertEquals(found({ pattern: /conv1\s+34,944/ }), "");
  assertEquals(found({ pattern: /conv1\s+([\d,]+)/, value: 34944 }), "");
  assertEquals(found({ pattern: /top-1: (\S+)/, range: [0.9, 1] }), "");
  assertEquals(found({ pattern: /top-1: (\S+)/, cell: "other", value: 0.51, tolerance: 0.02 }), "");
  assertEquals(found({ pattern: /34,848/ }), "it: expected /34,848/ in the outputs");
  assertEquals(found({ pattern: /34,944/, cell: "test" }), "it: expected /34,944/ in the outputs");
  assertEquals(found({ pattern: /./, cell: "none" }), 'it: there is no cell "none"');
  const low = found({ pattern: /top-1: (\S+)/, cell: "other", range: [0.9, 1] });
  assertEquals(low, 'it: expected 0.9 to 1, found "0.5" in top-1: 0.5');
  assertStringIncludes(found({ pattern: /conv1/, value: 1 }), "expected 1 ± 0, found null");
  assertStringIncludes(found({ pattern: /(conv1)/, value: 1 }), 'found "conv1"');
});

Deno.test("a notebook without a file of figures has none", async () => {
  assertEquals(await figuresOf("99"), []);
});

Deno.test("the cells of a notebook are checked as one module, errors with cell and line", async () => {
  const mod = new URL("../../lib/core/shape.ts", import.meta.url).href;
  const imports = `import { sizeOf } from "./shape.ts";\nconst size: number = sizeOf([2, 3]);`;
  const solution = (text: string) =>
    markdown(`### Exercise 1\n<details>\n\n\`\`\`ts\n${text}\n\`\`\`\n</details>`);
  const file = (...cells: (Cell | string)[]) =>
    JSON.stringify(tidyNotebook(notebook(markdown("# A"), ...cells)));
  using folder = new Folder({
    "shape.ts": `export { type Shape, sizeOf } from ${JSON.stringify(mod)};`,
    "good.ipynb": file(
      imports,
      "[size].map((n) => n + 1)",
      "(size)",
      solution(
        'import { sizeOf as other, type Shape } from "./shape.ts";\nconst size: Shape = [1];\nother(size)',
      ),
    ),
    "wrong.ipynb": file(imports, "1;\n\nconst text: string = size;"),
    "twice.ipynb": file("const a = 1;", "const a = 2;"),
    "solution.ipynb": file(solution("const text: string = 1;")),
  });
  assertEquals(await checkCells([folder.at("good.ipynb")]), "");
  const names = ["good", "wrong", "twice", "solution"];
  const told = await checkCells(names.map((name) => folder.at(`${name}.ipynb`)));
  assertStringIncludes(told, "at wrong.ipynb, code cell 2 (cell-3), line 3:7");
  assertStringIncludes(told, "Cannot redeclare block-scoped variable 'a'");
  assertStringIncludes(told, "at twice.ipynb, code cell 2 (cell-3), line 1:7");
  assertStringIncludes(told, "at solution.ipynb, the text cell-2, line 5:7");
  assertEquals(told.includes("good.ipynb"), false);
  assertEquals(told.includes("file://"), false);
});
