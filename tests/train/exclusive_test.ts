import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { tensor } from "../../lib/tensor/create.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import { assertSameWeights, bitsOf, corners, stateful, useCpu } from "./helpers.ts";

await useCpu();

const data = corners(40), options = { epochs: 2, batchSize: 10 };
const message = "is being trained already";

Deno.test("a second fit of a model that is being trained is an error, and the first goes on", async () => {
  const [net, alone] = [stateful(), stateful()];
  await alone.fit(data, options);
  const first = net.fit(data, options);
  await assertRejects(() => net.fit(data, options), TypeError, `fit: dense1.kernel ${message}`);
  await first;
  await assertSameWeights(net, alone);
  // And one after another is none.
  await net.fit(data, options);
});

Deno.test("trainOnBatch while a model is being trained is an error, and the other way round", async () => {
  const net = stateful(), x = tensor([[1, 2, 3], [4, 5, 6]]), y = tensor([0, 1], { dtype: "i32" });
  const fitting = net.fit(data, options);
  await assertRejects(
    () => net.trainOnBatch(x, y),
    TypeError,
    `trainOnBatch: dense1.kernel ${message}`,
  );
  await fitting;
  const step = net.trainOnBatch(x, y);
  await assertRejects(() => net.fit(data), TypeError, message);
  await assertRejects(() => net.trainOnBatch(x, y), TypeError, message);
  await step;
  await net.trainOnBatch(x, y);
});

Deno.test("models that share layers are not trained at once, unless those are frozen", async () => {
  const net = sequential([3]).dense(4, { name: "body" }).relu().dense(3, { name: "head" });
  const body = net.output("body");
  const other = model(net.inputs, body.tanh().dense(3, { name: "other" }));
  const first = net.fit(data, options);
  await assertRejects(() => other.fit(data, options), TypeError, `fit: body.kernel ${message}`);
  await first;
  net.freeze("body");
  const before = await bitsOf(net);
  await Promise.all([net.fit(data, options), other.fit(data, options)]);
  const after = await bitsOf(net);
  assertEquals(after["body.kernel"], before["body.kernel"]);
  assertNotEquals(after["head.kernel"], before["head.kernel"]);
});

Deno.test("a fit inside another's callback is an error; what failed or was stopped can be trained again", async () => {
  const net = stateful();
  await assertRejects(
    () => net.fit(data, { ...options, onEpoch: async () => void await net.fit(data) }),
    TypeError,
    message,
  );
  await net.fit(data, { ...options, signal: AbortSignal.abort() });
  await assertRejects(() => net.fit(data, { batchSize: 0 }), RangeError);
  await net.fit(data, options);
});

Deno.test("a model can be measured and used while it is trained, which changes nothing", async () => {
  const [net, alone] = [stateful(), stateful()];
  await alone.fit(data, options);
  const training = net.fit(data, options);
  await Promise.all([net.evaluate(data), net.predict(data), net.toBytes(), net.evaluate(data)]);
  await training;
  await assertSameWeights(net, alone);
});
