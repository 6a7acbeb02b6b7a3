/** The command: processes that train, halve, go on, and are compared. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readRun } from "../../../lib/cli/run_record.ts";
import { inFolder } from "../../folders.ts";
import { command } from "../command.ts";

const recipe = {
  method: "halving",
  fixed: { model: "mlp", "batch-size": 300, epochs: 2 },
  vary: { "learning-rate": [0.0001, 0.05] },
  trials: 2,
  factor: 2,
};

Deno.test("sweep: halving trains all for an epoch and the best to the end; called again, it does what is missing", () =>
  inFolder(async (folder) => {
    const file = `${folder}/recipe.json`, out = `${folder}/out`;
    await Deno.writeTextFile(file, JSON.stringify(recipe));
    const sweep = (...more: string[]) =>
      command("sweep", file, "--out", out, "--jobs", "2", "--device", "cpu", ...more);
    const events = async () => {
      const { code, lines, errors } = await sweep("--json");
      assertEquals([code, errors], [0, ""]);
      return lines.map((line) => JSON.parse(line));
    };
    const first = await events();
    assertEquals(first.map(({ event }) => event), [
      "rung",
      "reached",
      "reached",
      "rung",
      "reached",
      "done",
    ]);
    assertEquals([first[0].until, first[0].trials, first[3].trials], [1, 2, 1]);
    const { trial: best, options, values: [value] } = first.at(-1).trials[0];
    assertEquals(options, { "learning-rate": 0.05 });
    const other = best === "trial-1" ? "trial-2" : "trial-1";
    const [won, lost] = await Promise.all(
      [best, other].map((name) => readRun(`${out}/${name}/seed-0`)),
    );
    assertEquals([won!.status, (won!.result as { test: { top1: number } }).test.top1], [
      "done",
      value,
    ]);
    // It was stopped as soon as it had been measured; on a busy machine it may have come to the end.
    assert(["interrupted", "done"].includes(lost!.status));
    const kept = JSON.parse(await Deno.readTextFile(`${out}/sweep.json`));
    assertEquals([kept.status, kept.best.trial, kept.best.values], ["done", best, [value]]);

    await Deno.remove(`${out}/${best}`, { recursive: true });
    const again = await events();
    assertEquals(again.at(-1), first.at(-1));
    assertEquals((await readRun(`${out}/${other}/seed-0`))!.ended, lost!.ended);

    const { lines } = await sweep();
    assertStringIncludes(lines.join("\n"), `best: ${best}, top1 ${(100 * value).toFixed(2)} %`);
    await Deno.writeTextFile(file, JSON.stringify({ ...recipe, factor: 3 }));
    const refused = await sweep();
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.errors, "has another sweep (its sweep.json)");
  }));

Deno.test("sweep: mistakes are one line on stderr, and exit with 2", () =>
  inFolder(async (folder) => {
    const file = `${folder}/recipe.json`;
    const fails = async (
      content: string | undefined,
      message: string,
      ...options: readonly string[]
    ) => {
      if (content !== undefined) await Deno.writeTextFile(file, content);
      const files = content === undefined ? [] : [file];
      const { code, errors } = await command("sweep", ...files, ...options);
      assertEquals([code, errors.trimEnd().split("\n").length], [2, 1]);
      assertStringIncludes(errors, message);
    };
    await fails(undefined, "expected a recipe");
    await fails("{", "is no JSON");
    await fails('{"vary":{"optimizer":["adam"]},"fixed":{"momentum":0.9}}', "trial-1");
    const right = '{"vary":{"optimizer":["adam"]}}';
    await fails(right, "--threads: is for the CPU", "--threads", "2", "--device", "webgpu");
  }));
