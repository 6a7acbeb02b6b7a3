/** ONNX's conformance cases on both devices, at ONNX's tolerance. */
import { assert, assertEquals } from "@std/assert";
import { setDevice, type Tensor } from "../../mod.ts";
import { needs } from "../setup/needs.ts";
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

/** Runs a case: what is wrong with it, if anything is. */
async function failure(name: string, folder: string): Promise<string> {
  try {
    const { node, inputs, outputs } = await readCase(folder);
    const operator = operators[node.operator];
    if (operator === undefined) return `no operator ${node.operator}`;
    const given = inputs.map((input) => input && new Argument(input));
    const settings = new Settings({ ...node.attributes, ...missingSettings[name] });
    const found = await operator(given, settings, outputs.length);
    for (const [i, expected] of outputs.entries()) {
      const wrong = await difference(found[i], expected);
      if (wrong !== "") return `output ${i}: ${wrong}`;
    }
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

/** The folders of all cases, by name. */
async function folders(): Promise<Map<string, string>> {
  const root = `${Deno.env.get("STRIATE_MIRROR")}/onnx-node-tests`;
  const { tests } = JSON.parse(await Deno.readTextFile(`${root}/index.json`));
  return new Map(
    Object.entries(tests as Record<string, string[]>).flatMap(([family, names]) =>
      names.map((name): [string, string] => [
        name.replace(/^test_/, ""),
        `${root}/${family === "pytorch-converted" ? family : "node"}/${name}`,
      ])
    ),
  );
}

for (const device of ["cpu", "webgpu"] as const) {
  Deno.test({
    name: `ONNX's operator cases (${device})`,
    ignore: !needs.mirror.met || (device === "webgpu" && !needs.webgpu.met),
    async fn() {
      await setDevice(device);
      const cases = await folders();
      assertEquals([...listed.keys()].filter((name) => !cases.has(name)), [], "unknown cases");
      const failures: string[] = [];
      let passed = 0;
      for (const [name, folder] of cases) {
        if (listed.has(name)) continue;
        const wrong = await failure(name, folder);
        if (wrong === "") passed++;
        else failures.push(`${name}: ${wrong}`);
      }
      console.log(`${passed} cases pass, ${listed.size} listed with a reason`);
      assert(failures.length === 0, failures.join("\n"));
      assertEquals(passed + listed.size, cases.size);
      await setDevice("cpu");
    },
  });
}
