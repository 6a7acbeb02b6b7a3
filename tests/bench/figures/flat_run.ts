/**
 * `flat_run.ts DEVICE BATCH`: 5,000 training steps of LeNet-5; device bytes and process memory after
 * the first 1,000, garbage collected.
 *
 * @module
 */
import { device, digits, lenet5, setDevice, sgd } from "../../../mod.ts";

const [name = "cpu", batch = "32"] = Deno.args;
const steps = 5000, warmUp = 1000, batchSize = Number(batch);
await setDevice(name);
const opened = await device();
const { train } = digits({ train: 50 * batchSize });
const bytes: number[] = [], resident: number[] = [];
await lenet5().fit(train.map((example) => example), {
  epochs: steps / 50,
  batchSize,
  optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }),
  progress: false,
  onStep({ step }) {
    if (step <= warmUp || step % 50 !== 0) return;
    // What is only garbage is no growth.
    (globalThis as unknown as { gc(): void }).gc();
    bytes.push(opened.allocatedBytes);
    resident.push(Deno.memoryUsage().rss);
  },
});

/** The mean of the first and of the last fifth: noise goes out, growth stays. */
function growth(values: readonly number[]) {
  const fifth = Math.floor(values.length / 5);
  const mean = (part: readonly number[]) => part.reduce((sum, x) => sum + x, 0) / part.length;
  const [first, last] = [mean(values.slice(0, fifth)), mean(values.slice(-fifth))];
  const round = (x: number) => Number(x.toPrecision(4));
  const middle = mean(values);
  return {
    megabytes: round(middle / 1e6),
    changePercent: round(100 * (last / first - 1)),
    lowestPercent: round(100 * (Math.min(...values) / middle - 1)),
    highestPercent: round(100 * (Math.max(...values) / middle - 1)),
  };
}

console.log(JSON.stringify({ steps, device: growth(bytes), process: growth(resident) }));
Deno.exit(0);
