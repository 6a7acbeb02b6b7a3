import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Random } from "../../lib/core/random.ts";
import { LayerMethods } from "../../lib/nn/fluent.ts";
import { fansOf, initialize } from "../../lib/nn/initializer.ts";
import { compareFixture } from "../fixtures/compare.ts";
import { callLayer, layerOf, nameOf } from "../fixtures/layers.ts";
import { fixtures } from "../fixtures/load.ts";
import { adviseOnMissing } from "../fixtures/missing.ts";
import { Largest } from "../largest.ts";

const errors = new Largest("layers against PyTorch", 1e-5);
const records = fixtures("layers");

for (const record of records) {
  const name = `${nameOf(record)}: PyTorch's`;
  Deno.test(name, () => {
    const all = {
      ...record,
      inputs: [...record.inputs, ...Object.values(record.weights)],
      ...record.gradients && {
        gradients: [...record.gradients, ...Object.values(record.weightGradients!)],
      },
    };
    compareFixture(name, all, errors, (nodes) => callLayer(record, nodes).output);
    for (const [weight, output] of Object.entries(record.updates ?? {})) {
      const fixture = { inputs: all.inputs, output };
      compareFixture(
        `${name}, ${weight}`,
        fixture,
        errors,
        (nodes) => callLayer(record, nodes).updates.get(weight)!,
      );
    }
  });
  Deno.test(`${nameOf(record)}: its weights are PyTorch's`, () => {
    const layer = layerOf(record);
    layer.infer(record.inputs.map((x) => x.shape.slice(1)), "");
    const expected = Object.entries(record.weights).map(([name, { shape }]) => [name, shape]);
    const found = Object.entries(layer.weights).map(([name, { shape }]) => [name, shape]);
    assertEquals(found, expected);
  });
}

// But for what is random.
const methods = new Set(Object.getOwnPropertyNames(LayerMethods.prototype));
const wanted = methods.difference(new Set(["constructor", "dropout", "stochasticDepth"]));
adviseOnMissing(wanted, records.map(({ layer }) => layer), "layer_records");

for (const { initializer, shape, fanIn, fanOut, ...spread } of fixtures("initializers")) {
  Deno.test(`${initializer} [${shape}]: the spread of its paper`, () => {
    assertEquals(fansOf(shape), { fanIn, fanOut });
    const size = shape.reduce((product, d) => product * d, 1);
    const data = initialize({ name: initializer }, shape, new Random(1));
    const largest = data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const squares = data.reduce((sum, x) => sum + x * x, 0);
    const found = spread.bound === undefined ? Math.sqrt(squares / size) : largest;
    const expected = (spread.bound ?? spread.standardDeviation)!;
    assertAlmostEquals(found, expected, expected * 4 / Math.sqrt(size));
    if (spread.bound !== undefined) assert(largest <= spread.bound);
  });
}
