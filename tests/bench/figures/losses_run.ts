/**
 * `losses_run.ts DEVICE THREADS`: the first 50 losses of LeNet-5 from one seed.
 *
 * @module
 */
import { digits, lenet5, setDevice, sgd, tensor } from "../../../mod.ts";

const [name = "cpu", threads = "2"] = Deno.args;
await setDevice(name, name === "cpu" ? { threads: Number(threads) } : {});
const net = lenet5({ seed: 3 });
const { train } = digits({ train: 50 * 32 });
net.normalization = train.normalization;
const optimizer = sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 0.0005 });
const losses: number[] = [];
for (const { inputs: [x], targets: [y] } of train.batches({ batchSize: 32, shuffle: 1 })) {
  const images = tensor(x!, { shape: [32, 28, 28, 1] });
  losses.push((await net.trainOnBatch(images, tensor(y!, { shape: [32] }), { optimizer })).loss);
}
console.log(JSON.stringify({ losses }));
Deno.exit(0);
