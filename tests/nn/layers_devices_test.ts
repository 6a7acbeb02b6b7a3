import { gradients } from "../../lib/graph/gradient.ts";
import { leaf, type Node } from "../../lib/graph/node.ts";
import { multiply } from "../../lib/graph/ops/elementwise.ts";
import { reduceSum } from "../../lib/graph/ops/reduce.ts";
import { type Case, compositions, real } from "../cases/case.ts";
import { compareCase, difference, type Graph, runOn } from "../device/compare.ts";
import { errorsOnDevices, testOnDevices } from "../device/devices.ts";
import { callLayer, layerOf, type LayerRecord, nameOf } from "../fixtures/layers.ts";
import { type FixtureArray, fixtures, numbersOf } from "../fixtures/load.ts";
import { type LayerExample, layerExamples, nameOf as nameOfExample } from "./examples.ts";

/** The result, gradients and updates of a record, and what PyTorch has for each. */
function graphOf(record: LayerRecord): { graph: Graph; expected: FixtureArray[] } {
  const arrays = [...record.inputs, ...Object.values(record.weights)];
  const leaves = arrays.map(({ shape, dtype }) => leaf(shape, dtype));
  const { output, updates } = callLayer(record, leaves);
  const roots: Node[] = [output], expected: FixtureArray[] = [record.output];
  for (const [key, array] of Object.entries(record.updates ?? {})) {
    roots.push(updates.get(key)!);
    expected.push(array);
  }
  const data = new Map(leaves.map((node, i) => [node, numbersOf(arrays[i]!)]));
  const wanted = [...record.gradients ?? [], ...Object.values(record.weightGradients ?? {})];
  if (record.outputGradient !== undefined && output.op.gradient !== undefined) {
    const weights = leaf(output.shape, "f32");
    data.set(weights, numbersOf(record.outputGradient));
    leaves.push(weights);
    const found = gradients(reduceSum(multiply(output, weights)), leaves.slice(0, -1));
    wanted.forEach((array, i) => {
      if (array === null) return;
      roots.push(found[i]!);
      expected.push(array);
    });
  }
  return { graph: { roots, leaves, data }, expected };
}

const errors = errorsOnDevices("layers against PyTorch", 5e-5);

for (const record of fixtures("layers")) {
  const name = nameOf(record);
  testOnDevices(name, async (device) => {
    const { graph, expected } = graphOf(record);
    const results = await runOn(device, graph);
    results.forEach((found, i) => {
      const { dtype } = expected[i]!;
      const error = difference(found, numbersOf(expected[i]!), dtype !== "f32");
      errors(device).check(error, `${name}, result ${i}`);
    });
  });
}

/** An example of a layer as a case, its weights drawn too. */
function caseOf({ method, given, input }: LayerExample, name: string): Case {
  const call = { layer: method, arguments: given }, layer = layerOf(call);
  layer.infer([input], "");
  const { weights } = layer;
  const inputs = [
    real([2, ...input]),
    ...Object.values(weights).map(({ shape }) => real(shape, 0.5, 2)),
  ];
  return compositions([
    [name, inputs, (...nodes) => callLayer({ ...call, weights }, nodes).output],
  ])[0]!;
}

const differences = errorsOnDevices("layers against the reference", 3e-5);

for (const example of layerExamples) {
  const name = nameOfExample(example);
  testOnDevices(
    name,
    (device) => compareCase(device, caseOf(example, name), [{}], differences(device)),
  );
}
