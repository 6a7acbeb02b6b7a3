import { assertEquals } from "@std/assert";
import { formatEvaluation } from "../../lib/cli/evaluation_report.ts";
import { evaluateDataset } from "../../lib/evaluate/evaluate.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { useCpu } from "../train/helpers.ts";

await useCpu();

Deno.test("classes are listed where some have more than one image", async () => {
  const told = async (...targets: number[]) => {
    const data = arrayDataset({
      inputs: { data: new Uint8Array(4 * targets.length), shape: [2, 2, 1] },
      targets,
    });
    const model = sequential([2, 2, 1]).flatten().dense(3);
    return formatEvaluation(await evaluateDataset(model, data)).includes("Classes:");
  };
  assertEquals([await told(0, 1, 2), await told(0, 1, 1)], [false, true]);
});

Deno.test("a top-5 error is told of more than five classes, of which it can be one", async () => {
  const told = async (count: number) => {
    const model = sequential([2, 2, 1]).flatten().dense(count);
    model.classes = Array.from({ length: count }, (_, i) => `class ${i}`);
    const data = arrayDataset({
      inputs: { data: Uint8Array.from({ length: 16 }, (_, i) => 9 * i), shape: [2, 2, 1] },
      targets: [0, 1, 0, 1],
    });
    const lines = formatEvaluation(await evaluateDataset(model, data));
    return lines.filter((line) => /^top-\d/.test(line)).map((line) => line.slice(0, 11));
  };
  assertEquals([await told(5), await told(6)], [["top-1 error"], ["top-1 error", "top-5 error"]]);
});
