import { assert } from "@std/assert";
import type { Node } from "../../lib/graph/node.ts";
import { LayerMethods } from "../../lib/nn/fluent.ts";
import type { CallContext, Layer } from "../../lib/nn/layer.ts";
import { fansOf, initialize } from "../../lib/nn/initializer.ts";
import { Random } from "../../lib/core/random.ts";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { compareFixture } from "../fixtures/compare.ts";
import { type Fixtures, fixtures } from "../fixtures/load.ts";

/** The fluent methods, each of which yields its layer. */
class Layers extends LayerMethods<Layer> {
  apply(layer: Layer): Layer {
    return layer;
  }
}

/** The layer that a record is about. */
function layerOf({ layer, arguments: given }: Fixtures["layers"]): Layer {
  const methods = new Layers() as unknown as Record<string, (...given: unknown[]) => Layer>;
  return methods[layer]!(...given);
}

/** What a layer computes from an input and then its weights; updates of weights are kept. */
function call(record: Fixtures["layers"], nodes: Node[], updates = new Map<string, Node>()): Node {
  const layer = layerOf(record);
  const [x, ...weights] = nodes as [Node, ...Node[]];
  const context: CallContext = {
    training: record.training ?? false,
    random: () => {
      throw new Error("no fixture is random");
    },
    update: (weight, value) => updates.set(weight, value),
  };
  const names = Object.keys(record.weights);
  const byName = Object.fromEntries(names.map((name, i) => [name, weights[i]!]));
  return layer.type.call([x], byName, layer.config, context);
}

Deno.test("every layer and its gradients are those of PyTorch", () => {
  let largest = 0;
  const records = fixtures("layers");
  for (const record of records) {
    const name = `${record.layer}(${JSON.stringify(record.arguments).slice(1, -1)})`;
    const all = {
      ...record,
      inputs: [...record.inputs, ...Object.values(record.weights)],
      ...record.gradients && {
        gradients: [...record.gradients, ...Object.values(record.weightGradients!)],
      },
    };
    largest = Math.max(largest, compareFixture(name, all, (nodes) => call(record, nodes)));
    for (const [weight, output] of Object.entries(record.updates ?? {})) {
      const fixture = { inputs: all.inputs, output };
      const error = compareFixture(`${name}: ${weight}`, fixture, (nodes) => {
        const updates = new Map<string, Node>();
        call(record, nodes, updates);
        return updates.get(weight)!;
      });
      largest = Math.max(largest, error);
    }
  }
  console.log(
    `layers against PyTorch: ${records.length} records, largest error ${largest.toExponential(1)}`,
  );
});

Deno.test("layers take the weights that PyTorch's fixtures hold", () => {
  for (const record of fixtures("layers")) {
    const layer = layerOf(record);
    layer.infer(record.inputs.map((x) => x.shape.slice(1)), "");
    const expected = Object.entries(record.weights).map(([name, { shape }]) => [name, shape]);
    const found = Object.entries(layer.weights).map(([name, { shape }]) => [name, shape]);
    assertEquals(found, expected, record.layer);
  }
});

Deno.test("initializers have the spread of the papers", () => {
  for (const { initializer: name, shape, fanIn, fanOut, ...spread } of fixtures("initializers")) {
    assertEquals(fansOf(shape), { fanIn, fanOut });
    const size = shape.reduce((product, d) => product * d, 1);
    const data = initialize({ name }, shape, new Random(1));
    const largest = data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const squares = data.reduce((sum, x) => sum + x * x, 0);
    const found = spread.bound === undefined ? Math.sqrt(squares / size) : largest;
    const expected = (spread.bound ?? spread.standardDeviation)!;
    assertAlmostEquals(found, expected, expected * 4 / Math.sqrt(size), `${name} [${shape}]`);
    if (spread.bound !== undefined) assert(largest <= spread.bound);
  }
});
