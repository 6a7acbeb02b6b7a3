// The same training step on both devices in one program, compared.
import { digits, lenet5, openRuntime, sgd } from "../../mod.ts";

const batches = [...digits({ train: 32 }).train.tensors({ batchSize: 32 })], [batch] = batches;
const [a, b] = await Promise.all(["cpu", "webgpu"].map(async (name) => {
  await using runtime = await openRuntime(name);
  const net = await lenet5({ seed: 1 }).to(runtime);
  await net.trainOnBatch(batch!.x, batch!.y, { optimizer: sgd({ learningRate: 0.1 }) });
  return await net.weight("c1.kernel").read();
}));
export const difference = Math.max(...a!.map((w, i) => Math.abs(w - b![i]!)));
