/** ONNX's conformance cases on both devices, at ONNX's tolerance. */
import { assert, assertEquals } from "@std/assert";
import type { Tensor } from "../../mod.ts";
import { needs } from "../setup/needs.ts";
import { testEachOnDevices } from "../tensor/devices.ts";
import { onnxCases } from "./cases.ts";
import { imageOperators } from "./images.ts";
import { layoutOperators } from "./layout.ts";
import { listed, missingSettings } from "./listed.ts";
import { mathematicalOperators } from "./mathematics.ts";
import { Argument, type Operator, Settings } from "./operator.ts";
import { type OnnxTensor, readCase } from "./reader.ts";
import { trainingOperators } from "./training.ts";

const operators: Readonly<Record<string, Operator>> = {
  ...imageOperators,
  ...layoutOperators,
  ...mathematicalOperators,
  ...trainingOperators,
};

const relative = 1e-3, absolute = 1e-7;

/** Says what is wrong with an output, if anything is. */
async function difference(found: Tensor | undefined, expected: OnnxTensor): Promise<string> {
  if (found === undefined) return "missing";
  if (String(found.shape) !== String(expected.shape)) {
    return `shape [${found.shape}], expected [${expected.shape}]`;
  }
  const data = await found.data();
  const wrong = expected.data.findIndex((x, i) =>
    // Written so that NaN is wrong; infinities are equal to themselves.
    !(data[i] === x || Math.abs(data[i]! - x) <= absolute + relative * Math.abs(x))
  );
  return wrong < 0 ? "" : `element ${wrong}: ${data[wrong]}, expected ${expected.data[wrong]}`;
}

/** Runs a case and compares its outputs. */
async function check(name: string, folder: string): Promise<void> {
  const { node, inputs, outputs } = await readCase(folder);
  const operator = operators[node.operator];
  assert(operator !== undefined, `no operator ${node.operator}`);
  const given = inputs.map((input) => input && new Argument(input));
  const settings = new Settings({ ...node.attributes, ...missingSettings[name] });
  const found = await operator(given, settings, outputs.length);
  for (const [i, expected] of outputs.entries()) {
    assertEquals(await difference(found[i], expected), "", `output ${i}`);
  }
}

if (needs.mirror.met) {
  const cases = await onnxCases();
  Deno.test("ONNX's cases that are listed as not run are there", () => {
    assertEquals([...listed.keys()].filter((name) => !cases.has(name)), []);
  });
  testEachOnDevices(
    [...cases].filter(([name]) => !listed.has(name)),
    ([name]) => `ONNX ${name}`,
    async ([name, folder]) => await check(name, folder),
  );
} else Deno.test.ignore("ONNX's operator cases", () => {});
