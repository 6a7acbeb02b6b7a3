import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { defineLayer, Layer, type LayerType } from "../../lib/nn/layer.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { randomKey } from "../../lib/tensor/random_key.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { sequential } from "../../lib/train/make_model.ts";

await setDevice("cpu", { threads: 1 });

const apply = (row: Partial<LayerType>) =>
  sequential([4]).apply(new Layer(defineLayer({ type: "own", call: ([x]) => x!, ...row }), {}));

Deno.test("a layer of one's own that gives no tensor, or none with a batch, is an error at its line", () => {
  const calls: [unknown, string][] = [
    [undefined, "expected a tensor, found undefined"],
    [3, "expected a tensor, found 3"],
    [Promise.resolve(), "expected a tensor, found an object of Promise"],
    [zeros([]), "expected a result with the batch in front, found [] for a batch of one"],
  ];
  for (const [result, message] of calls) {
    const call = (() => result) as LayerType["call"];
    assertThrows(() => apply({ call }), TypeError, `own "own1": ${message}`);
  }
  const weights = () => ({ kernel: { shape: [-2], initializer: "zeros" } as const });
  assertThrows(() => apply({ weights }), RangeError, "weight kernel: expected sizes");
});

Deno.test("a layer's integers are for other layers and for apply, not for predict", async () => {
  const net = apply({ call: ([x]) => x!.argmax().expandDims(1) }), x = tensor([[1, 2, 5, 3]]);
  assertEquals(await net.apply(x).array(), [[2]]);
  await assertRejects(
    () => net.predict(x),
    TypeError,
    "results of type f32, found i32; see apply()",
  );
});

Deno.test("a layer that draws without training is for apply, which may be given a key", async () => {
  const net = apply({ call: ([x], _, __, { random }) => x!.add(random(x!.shape)) });
  const x = zeros([1, 4]), key = randomKey(1);
  assertEquals(await net.apply(x, { key }).array(), await net.apply(x, { key }).array());
  await assertRejects(() => net.predict(x), TypeError, 'own "own1" draws random numbers');
});
