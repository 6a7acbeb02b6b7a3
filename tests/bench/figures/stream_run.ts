/**
 * `stream_run.ts SHARDS JOURNAL [resume]`: evaluates a small network on all images of WebDataset
 * shards, through the whole pipeline. It prints how many are done as it goes, and at its end counts,
 * speed, and the peak of the process's memory.
 *
 * @module
 */
import { evaluateImages, sequential, setDevice, shardsOf, webDataset } from "../../../mod.ts";

const [shards = "", journal = "", resume] = Deno.args;
await setDevice("cpu");
const net = sequential([32, 32, 3], { seed: 1 })
  .conv2d(8, 3, { stride: 2 }).relu().conv2d(16, 3, { stride: 2 }).relu()
  .globalAveragePool2d().dense(10);

/** The peak so far at each number of images. */
const peaks = new Map<number, number>();
let peak = 0, next = 1000;
const result = await evaluateImages(net, webDataset(await shardsOf(shards)), {
  preprocessing: {
    channels: "rgb",
    resize: 36,
    crop: 32,
    normalization: { mean: [0.5, 0.5, 0.5], standardDeviation: [0.25, 0.25, 0.25] },
  },
  journal,
  resume: resume === "resume",
  onProgress({ done }) {
    peak = Math.max(peak, Deno.memoryUsage().rss);
    if (done < next) return;
    console.log(JSON.stringify({ done }));
    peaks.set(next, peak);
    while (next <= done) next += 1000;
  },
});
const { images, corrupt, top1Error, top5Error, imagesPerSecond } = result;
const megabytes = (bytes = NaN) => Math.round(bytes / 1e6);
console.log(JSON.stringify({
  counts: { images, corrupt, top1Error, top5Error },
  imagesPerSecond: Math.round(imagesPerSecond),
  peakMegabytes: Object.fromEntries(
    [10_000, 20_000, 30_000, 40_000, 50_000].map((done) => [done, megabytes(peaks.get(done))]),
  ),
}));
Deno.exit(0);
