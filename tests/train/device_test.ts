/** A device that goes away in training. */
import { assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { needs } from "../setup/needs.ts";
import { DeviceError } from "../../lib/core/errors.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { device, setDevice } from "../../lib/tensor/runtime.ts";
import { loadWeights } from "../../lib/weights/load.ts";
import { bitsOf, corners, stateful } from "./helpers.ts";
import { lose } from "./lose_device.ts";

Deno.test("threads that end in training: a clear error, and the last checkpoint goes on", async () => {
  await lose("cpu", (device) => void device.close());
});

Deno.test({
  name: "a WebGPU device lost in training: a clear error, and the last checkpoint goes on",
  ignore: !needs.webgpu.met,
  async fn() {
    const script = fileURLToPath(new URL("./lose_device.ts", import.meta.url));
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--no-check", script],
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertStringIncludes(text(stdout), "trained on", text(stderr));
  },
});

Deno.test("the best weights come back though the device went away", async () => {
  await setDevice("cpu");
  const net = stateful(), data = corners(40), lost = await device();
  const epochs: Record<string, number[]>[] = [];
  await assertRejects(
    () =>
      net.fit(data, {
        epochs: 5,
        batchSize: 10,
        earlyStopping: { monitor: "loss", minimumChange: 100, patience: 9, restoreBest: true },
        onEpoch: async () => void epochs.push(await bitsOf(net)),
        onStep: ({ step }) => step === 11 && void lost.close(),
      }),
    DeviceError,
  );
  await setDevice("cpu");
  // The first epoch is the best where nothing improves enough.
  assertNotEquals(epochs[0], epochs[1]);
  assertEquals(await bitsOf(net), epochs[0]);
});

Deno.test("after the device went away trainOnBatch fails once, and goes on with weights that were loaded", async () => {
  await setDevice("cpu");
  const net = stateful(), saved = await net.toBytes(), lost = await device();
  const x = tensor([[1, 2, 3], [3, 2, 1]]), y = tensor([0, 1], { dtype: "i32" });
  await net.trainOnBatch(x, y);
  await lost.close();
  await setDevice("cpu");
  await loadWeights(net, saved);
  await assertRejects(() => net.trainOnBatch(x, y), DeviceError);
  const { loss } = await net.trainOnBatch(x, y);
  assertEquals(loss, (await stateful().trainOnBatch(x, y)).loss);
});
