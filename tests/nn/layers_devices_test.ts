import { assert } from "@std/assert";
import { openDevice } from "../../lib/device/registry.ts";
import { gradients } from "../../lib/graph/gradient.ts";
import { leaf, type Node } from "../../lib/graph/node.ts";
import { multiply } from "../../lib/graph/ops/elementwise.ts";
import { reduceSum } from "../../lib/graph/ops/reduce.ts";
import { LayerMethods } from "../../lib/nn/fluent.ts";
import type { Layer } from "../../lib/nn/layer.ts";
import { difference, runOn } from "../device/compare.ts";
import { type FixtureArray, fixtures, numbersOf } from "../fixtures/load.ts";
import { needs } from "../setup/needs.ts";

/** The fluent methods, each of which yields its layer. */
class Layers extends LayerMethods<Layer> {
  apply(layer: Layer): Layer {
    return layer;
  }
}

/** The results, gradients and updates of every record, and what PyTorch has for each. */
function* graphs() {
  for (const record of fixtures("layers")) {
    const methods = new Layers() as unknown as Record<string, (...given: unknown[]) => Layer>;
    const layer = methods[record.layer]!(...record.arguments);
    const arrays = [...record.inputs, ...Object.values(record.weights)];
    const leaves = arrays.map(({ shape, dtype }) => leaf(shape, dtype));
    const updates = new Map<string, Node>();
    const count = record.inputs.length;
    const output = layer.type.call(
      leaves.slice(0, count),
      Object.fromEntries(Object.keys(record.weights).map((key, i) => [key, leaves[count + i]!])),
      layer.config,
      {
        training: record.training ?? false,
        random: () => {
          throw new Error("no fixture is random");
        },
        update: (key, node) => updates.set(key, node),
      },
    );
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
    const name = `${record.layer}(${JSON.stringify(record.arguments).slice(1, -1)})`;
    yield { name, graph: { roots, leaves, data }, expected };
  }
}

for (const name of ["cpu", "webgpu"] as const) {
  Deno.test({
    name: `every layer, its gradients and its updates are those of PyTorch on ${name}`,
    ignore: name === "webgpu" && !needs.webgpu.met,
    fn: async () => {
      const device = await openDevice(name);
      let largest = 0, count = 0;
      for (const { name, graph, expected } of graphs()) {
        const results = await runOn(device, graph);
        results.forEach((found, i) => {
          const exact = expected[i]!.dtype !== "f32";
          const error = difference(found, numbersOf(expected[i]!), exact);
          assert(error <= 5e-5, `${name}, result ${i}: error ${error}`);
          [largest, count] = [Math.max(largest, error), count + 1];
        });
      }
      await device.close();
      console.log(
        `layers on ${name} against PyTorch: ${count} results, largest error ${
          largest.toExponential(1)
        }`,
      );
    },
  });
}
