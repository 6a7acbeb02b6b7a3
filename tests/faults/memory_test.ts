import { assert, assertEquals } from "@std/assert";
import { DeviceError } from "../../lib/core/errors.ts";
import { SharedMemory } from "../../lib/device/cpu/shared_memory.ts";
import { valueAndGradient } from "../../lib/tensor/gradient.ts";
import { jit } from "../../lib/tensor/jit.ts";
import { defaultRuntime, device } from "../../lib/tensor/runtime.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { checkpointName } from "../../lib/train/checkpoint_names.ts";
import { loadModel } from "../../lib/train/load_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { adam } from "../../lib/train/optimizers.ts";
import { swa } from "../../lib/train/weight_average.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import { collect } from "../tensor/collect.ts";
import { bitsOf, corners, scratch, stateful, useCpu } from "../train/helpers.ts";
import { Calls, ways } from "./calls.ts";

const train = corners(60), test = corners(30, 1);
const options: FitOptions = {
  batchSize: 20,
  epochs: 2,
  seed: 3,
  optimizer: adam(),
  progress: false,
};
const x = tensor([[1, 0, 0], [0, 1, 0]]);

/** Memory on the device that nothing should hold any more. */
async function bytesLeft(): Promise<number> {
  defaultRuntime().programs.clear();
  await collect();
  const target = await device();
  await target.finish();
  return target.allocatedBytes;
}

/**
 * For each request for memory that `work` makes, does it with that request refused, and then again
 * with none refused: that must give what it gives when nothing went wrong before.
 *
 * @param start what `work` is done with, made anew each time and used for the second go too
 */
async function refuseEach<T, R>(
  start: () => Promise<T> | T,
  work: (start: T) => Promise<R>,
  again: (start: T) => Promise<R> = work,
): Promise<void> {
  await useCpu(1);
  using calls = new Calls();
  calls.watch(SharedMemory.prototype, "allocate", () => new DeviceError("cpu: refused"));
  const expected = await work(await start());
  // Without the programs that are kept, so that what making one asks for is refused as well.
  const fresh = async () => {
    const given = await start();
    defaultRuntime().programs.clear();
    return given;
  };
  const given = await fresh();
  const count = await calls.during(() => work(given));
  assert(count > 3, `${count} requests`);
  let refusals = 0;
  const round = async (at: number, way: typeof ways[number]) => {
    const given = await fresh();
    const error = await calls.failing(at, way, () => work(given));
    if (error !== undefined) {
      assert(error instanceof DeviceError, `request ${at}, ${way}: ${error}`);
      refusals++;
    }
    assertEquals(await again(given), expected, `after request ${at} was refused ${way}`);
  };
  await round(Infinity, "once");
  const before = await bytesLeft();
  for (const way of ways) for (let at = 0; at < count; at++) await round(at, way);
  await round(Infinity, "once");
  assert(refusals > 0);
  const after = await bytesLeft();
  assert(after <= before, `${before} bytes before, ${after} after ${refusals} refusals`);
}

/** A test that shares the device with the others here. */
const faultTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, sanitizeResources: false, sanitizeOps: false, fn });

const trained = async (): Promise<Model> => {
  const net = stateful();
  await net.fit(train, options);
  return net;
};

faultTest(
  "memory is refused in predict: nothing is lost, and predict works afterwards",
  async () => {
    const net = await trained();
    await refuseEach(() => net, async (net) => [...await (await net.predict(x)).data()]);
  },
);

faultTest(
  "memory is refused in evaluate: nothing is lost, and evaluate works afterwards",
  async () => {
    const net = await trained();
    await refuseEach(() => net, (net) => net.evaluate(test));
  },
);

faultTest("memory is refused in a loop of one's own", async () => {
  const loss = (w: { a: ReturnType<typeof tensor> }) => x.matmul(w.a).tanh().square().mean();
  const step = jit(valueAndGradient(loss));
  await refuseEach(() => {}, async () => {
    let w = { a: tensor([[0.1], [0.2], [0.3]]) };
    for (let i = 0; i < 3; i++) {
      const { value, gradient } = step(w);
      w = { a: w.a.sub(gradient.a.mul(0.1)).add(value) };
    }
    return [...await w.a.data()];
  });
});

faultTest("memory is refused while a model is written or read", async () => {
  const net = await trained();
  await refuseEach(() => net, async (net) => {
    const loaded = await loadModel(await net.toBytes());
    return [...await (await loaded.predict(x)).data()];
  });
});

/** Runs, one of which keeps more beside the weights, and counts statistics anew. */
const runs: readonly FitOptions[] = [options, {
  ...options,
  batchSize: 30,
  epochs: 1,
  accumulate: 2,
  average: swa({ start: 1 }),
}];

for (const [i, options] of runs.entries()) {
  const how = i === 0 ? "" : ", with averages and steps of several batches";
  faultTest(`memory is refused in fit${how}: the run goes on from a whole checkpoint`, async () => {
    await using folder = await scratch();
    let number = 0;
    const start = () => ({ net: stateful(), directory: `${folder.path}/${number++}` });
    const fit = async (
      { net, directory }: ReturnType<typeof start>,
      more: FitOptions = {},
    ): Promise<unknown> => {
      const checkpoint = { directory, everySteps: 2 };
      const { epochs } = await net.fit(train, {
        ...options,
        validation: test,
        checkpoint,
        ...more,
      });
      return [epochs.map(({ loss, top1 }) => [loss, top1]), await bitsOf(net)];
    };
    await refuseEach(start, fit, async ({ directory }) => {
      const net = stateful();
      const exists = await Deno.stat(`${directory}/${checkpointName}`).catch(() => undefined);
      return await fit({ net, directory }, exists && { resume: directory });
    });
  });
}
