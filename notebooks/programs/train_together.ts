/**
 * Trains LeNet-5 on drawn digits in as many processes as mpirun starts, and prints what came of it:
 *
 *     mpirun -n 2 deno run -A notebooks/programs/train_together.ts
 *
 * @module
 */
import { digits, joinProcesses, lenet5, setDevice, sgd } from "../../mod.ts";

await setDevice("cpu", { threads: 1 });
const group = await joinProcesses(); // of one, where mpirun has not started it
const { train, test } = digits({ train: 1200, test: 400, seed: 17 });
const net = lenet5({ seed: 17 });
const { steps, epochs } = await net.fit(train, {
  epochs: 12,
  batchSize: 120, // of all processes together
  optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
  seed: 17,
  group,
  progress: false,
});
const { bytes } = group.traffic;
const { top1 } = await net.evaluate(test, { group });
if (group.rank === 0) {
  const losses = epochs.map(({ loss }) => loss);
  console.log(JSON.stringify({ processes: group.size, steps, bytes, top1, losses }));
}
