import { assertEquals, assertRejects } from "@std/assert";
import { DeviceError } from "../../lib/core/errors.ts";
import type { Device } from "../../lib/device/device.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { device } from "../../lib/tensor/runtime.ts";
import { assertSameWeights, corners, stateful, useCpu } from "./helpers.ts";

/** Has the device hold no more than `limit` programs at once until it is disposed of. */
async function crowded(limit: number): Promise<Disposable> {
  const target = await device() as Device;
  const load = target.load;
  let live = 0;
  target.load = (plan) => {
    if (live >= limit) throw new DeviceError("no room");
    const executable = load.call(target, plan), { release } = executable;
    live++;
    let isReleased = false;
    executable.release = () => {
      if (!isReleased) live--;
      isReleased = true;
      release.call(executable);
    };
    return executable;
  };
  return { [Symbol.dispose]: () => void (target.load = load) };
}

Deno.test("a program that does not fit beside those that are kept takes their place", async () => {
  await useCpu();
  const data = corners(30), options = { batchSize: 8, epochs: 2, validation: corners(9) };
  const expected = stateful(), net = stateful(), x = tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9]]);
  const { epochs } = await expected.fit(data, options);
  const logits = await (await expected.predict(x)).array();
  {
    using _ = await crowded(1);
    const history = await net.fit(data, options);
    assertEquals(history.epochs.map((e) => e.validation), epochs.map((e) => e.validation));
    assertEquals(await (await net.predict(x, { batchSize: 2 })).array(), logits);
  }
  await assertSameWeights(net, expected);
  using _ = await crowded(0);
  await assertRejects(() => stateful().fit(data, options), DeviceError, "no room (training with");
});
