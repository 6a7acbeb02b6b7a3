/** Data whose classes stand in another order than the model's. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { DataStream } from "../../lib/train/stream.ts";

const points = { data: Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * i)), shape: [2] };
const labels = Int32Array.from({ length: 12 }, (_, i) => (i * 7) % 3);
const straight = arrayDataset({ inputs: points, targets: labels, classes: ["ant", "bee", "cow"] });
/** The same examples; their labels count the classes otherwise. */
const turned = arrayDataset({
  inputs: points,
  targets: labels.map((label) => [2, 0, 1][label]!),
  classes: ["Bee", "COW", "ant"],
});
const options = { epochs: 3, batchSize: 4, seed: 1, progress: false } as const;

async function trained() {
  const net = sequential([2], { seed: 3 }).dense(5).tanh().dense(3);
  await net.fit(straight, options);
  return net;
}

Deno.test("evaluate and fit go by the names of classes, not by their order in the data", async () => {
  const net = await trained(), expected = await net.evaluate(straight);
  assertEquals(await net.evaluate(turned), expected);
  assertEquals(net.classes, ["ant", "bee", "cow"]);
  const { inputs, targets, classes } = turned;
  const examples = Array.from({ length: turned.length }, (_, i) => turned.get(i));
  const stream = new DataStream({ inputs, targets, classes: classes! }, () => examples);
  assertEquals(await net.evaluate(stream), expected);
  const again = await trained();
  await net.fit(straight, options);
  await again.fit(turned, { ...options, validation: turned });
  assertEquals(await again.evaluate(straight), await net.evaluate(straight));
});

Deno.test("names of which only some are the model's are refused; of others numbers are what counts", async () => {
  const net = await trained();
  const of = (classes: string[]) => arrayDataset({ inputs: points, targets: labels, classes });
  await assertRejects(
    () => net.evaluate(of(["ant", "been", "cow"])),
    RangeError,
    'evaluate: unknown class "been"; did you mean "bee"? Known: ant, bee, cow',
  );
  await assertRejects(() => net.fit(of(["ant", "x", "y"]), options), RangeError, "fit: unknown");
  assertEquals(await net.evaluate(of(["x", "y", "z"])), await net.evaluate(straight));
});

Deno.test("data sets with classes in another order are not concatenated", () => {
  assertThrows(
    () => straight.concatenate(turned),
    RangeError,
    "the same classes in the same order (ant,bee,cow), found Bee,COW,ant",
  );
  assertEquals(straight.concatenate(straight).length, 24);
});
