/** The two largest networks as they are published: full width, 224 x 224, on the CPU device. */
import { assert, assertEquals } from "@std/assert";
import { randomNormal, setDevice, sgd, tensor, zooEntry } from "../../mod.ts";

for (const name of ["vgg16", "senet154"]) {
  Deno.test(`${name} at its full size: forward, and one step of training (cpu)`, async () => {
    await setDevice("cpu");
    const net = zooEntry(name).build();
    assertEquals(net.inputShape, [224, 224, 3]);
    const x = randomNormal([1, ...net.inputShape], { seed: 1 });
    const logits = await (await net.predict(x)).data();
    assertEquals(logits.length, 1000);
    assert(logits.every(Number.isFinite), "expected finite logits");
    const last = net.weights.at(-1)!, before = await last.read();
    const { loss } = await net.trainOnBatch(x, tensor([3], { dtype: "i32" }), {
      optimizer: sgd({ learningRate: 0.001 }),
    });
    assert(Number.isFinite(loss), `expected a finite loss, found ${loss}`);
    const after = await last.read();
    // The step goes against the gradient of the label's own logit, and of no other so much.
    const moves = Array.from(after, (value, i) => value - before[i]!);
    assertEquals(moves.indexOf(Math.max(...moves)), 3);
    // Gives the memory of the large weights back.
    await setDevice("cpu");
  });
}
