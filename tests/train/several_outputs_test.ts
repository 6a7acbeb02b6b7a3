import { assertEquals } from "@std/assert";
import { input } from "../../lib/nn/symbolic.ts";
import { ones } from "../../lib/tensor/create.ts";
import { Tensor } from "../../lib/tensor/tensor.ts";
import { model, type ModelOf, sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { googlenet } from "../../lib/zoo/googlenet.ts";
import { useCpu } from "./helpers.ts";

await useCpu();

/** Holds only where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
function checkType<_ extends true>(): void {}

Deno.test("predict and apply of several outputs give what their types say: a list, in order", async () => {
  const x = input([4]), hidden = x.dense(5, { name: "hidden" }).relu();
  const two = model(x, [hidden.dense(3, { name: "a" }), hidden.dense(1, { name: "b" })]);
  const found = await two.predict(ones([2, 4]));
  checkType<Same<typeof found, Tensor[]>>();
  const [a, b] = found;
  assertEquals([a!.shape, b!.shape], [[2, 3], [2, 1]]);
  const applied = two.apply(ones([2, 4]));
  checkType<Same<typeof applied, Tensor[]>>();
  assertEquals(applied.map(({ shape }) => shape), [[2, 3], [2, 1]]);

  const one = await two.predict(ones([2, 4]), { outputs: ["hidden"] });
  checkType<Same<typeof one, Tensor>>();
  assertEquals(one.shape, [2, 5]);
  const both = await two.predict(ones([2, 4]), { outputs: ["b", "hidden"] });
  checkType<Same<typeof both, Tensor[]>>();
  assertEquals(both.map(({ shape }) => shape), [[2, 1], [2, 5]]);
  // It is a model as any other.
  const asModel: Model = two;
  assertEquals(asModel.outputs.length, 2);
});

Deno.test("one output gives a tensor, also from a list of one; a list of unknown length says either", async () => {
  const x = input([4]);
  const single = await model(x, x.dense(2)).predict(ones([1, 4]));
  const listed = await model(x, [x.dense(2)]).predict(ones([1, 4]));
  const grown = await sequential([4]).dense(2).predict([ones([1, 4])]);
  checkType<Same<typeof single, Tensor>>();
  checkType<Same<typeof listed, Tensor>>();
  checkType<Same<typeof grown, Tensor>>();
  assertEquals([single.shape, listed.shape, grown.shape], [[1, 2], [1, 2], [1, 2]]);
  for (const count of [1, 3]) {
    const made = model(x, Array.from({ length: count }, () => x.dense(2)));
    const found = await made.predict(ones([1, 4]));
    checkType<Same<typeof found, Tensor | Tensor[]>>();
    assertEquals(found instanceof Tensor, count === 1);
  }
});

Deno.test("a network with auxiliary classifiers is of several outputs by its type", () => {
  const options = { inputShape: [64, 64, 3], classes: 5, width: 0.125 } as const;
  const plain = googlenet(options), withHeads = googlenet({ ...options, auxiliary: true });
  checkType<Same<typeof plain, Model>>();
  checkType<Same<typeof withHeads, ModelOf<Tensor[]>>>();
  assertEquals([plain.outputs.length, withHeads.outputs.length], [1, 3]);
});
