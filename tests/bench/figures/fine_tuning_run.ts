/**
 * `fine_tuning_run.ts`: GoogLeNet and SqueezeNet on ants and bees, from scratch, with a frozen trunk
 * (a new head on its features), and fine-tuned from there. It prints a line for each run as it goes, on
 * stderr, and the accuracies on the validation part as JSON at its end.
 *
 *     deno run -A tests/bench/figures/fine_tuning_run.ts [--nets googlenet,squeezenet1.1]
 *       [--ways scratch,frozen,tuned] [--seeds 3] [--scratch-epochs 30] [--head-epochs 60]
 *       [--tune-epochs 10] [--batch-size 16] [--device cpu] [--choose] [--rates 3e-4,1e-4]
 *
 * The learning rates below were chosen by `--choose`, which trains with each candidate (or those of
 * `--rates`) on 70 % of the training part and measures on the rest of it: the validation part has no
 * say.
 *
 * @module
 */
import { parseArgs } from "node:util";
import {
  adam,
  type Dataset,
  extractFeatures,
  imageFolder,
  type Model,
  openNetwork,
  setDevice,
  zooEntry,
} from "../../../mod.ts";

const ways = ["scratch", "frozen", "tuned"] as const;
type Way = typeof ways[number];

/** The files of weights, in the mirror. */
const files: Readonly<Record<string, string>> = {
  googlenet: "imagenet-nets/googlenet.safetensors",
  "squeezenet1.1": "imagenet-nets/squeezenet_v1.1.safetensors",
};

/**
 * Learning rates of Adam that are tried, and those that were chosen: by the least loss on what was held
 * out, of one seed. (From scratch at 1e-3, SqueezeNet's last ReLU dies, and nothing is learnt.)
 */
const candidates: Readonly<Record<Way, readonly number[]>> = {
  scratch: [1e-3, 3e-4, 1e-4, 3e-5],
  frozen: [1e-2, 3e-3, 1e-3],
  tuned: [1e-4, 3e-5, 1e-5],
};
const chosen: Readonly<Record<string, Readonly<Record<Way, number>>>> = {
  googlenet: { scratch: 3e-4, frozen: 3e-3, tuned: 1e-4 },
  "squeezenet1.1": { scratch: 3e-5, frozen: 1e-2, tuned: 1e-5 },
};

const { values: given } = parseArgs({
  options: {
    nets: { type: "string", default: Object.keys(files).join() },
    ways: { type: "string", default: ways.join() },
    seeds: { type: "string", default: "3" },
    "scratch-epochs": { type: "string", default: "30" },
    "head-epochs": { type: "string", default: "60" },
    "tune-epochs": { type: "string", default: "10" },
    "batch-size": { type: "string", default: "16" },
    device: { type: "string", default: "cpu" },
    choose: { type: "boolean", default: false },
    rates: { type: "string" },
  },
});
const epochs: Readonly<Record<Way, number>> = {
  scratch: Number(given["scratch-epochs"]),
  frozen: Number(given["head-epochs"]),
  tuned: Number(given["tune-epochs"]),
};
const batchSize = Number(given["batch-size"]);
const mirror = Deno.env.get("STRIATE_MIRROR");
if (mirror === undefined) {
  throw new Error(
    "STRIATE_MIRROR: expected the folder with ants-bees and imagenet-nets, found none",
  );
}
const photos = `${mirror}/ants-bees`;

/** What a run needs: images changed at random and as they are, to train on, and those to measure by. */
interface Images {
  readonly augmented: Dataset;
  readonly train: Dataset;
  readonly test: Dataset;
}

/** What came of a run: how well it does on the images to measure by, and the time of training. */
interface Outcome {
  readonly model: Model;
  readonly top1: number;
  readonly loss: number;
  readonly seconds: number;
}

/** A network and how its images are prepared: of the file, with a new head, or as it begins. */
async function networkFor(name: string, way: Way, seed: number) {
  if (way !== "scratch") {
    return await openNetwork(name, `${mirror}/${files[name]}`, { classes: 2, seed });
  }
  const entry = zooEntry(name), form = entry.caffe ?? entry;
  const { normalization, ...rest } = form.preprocessing;
  const model = form.build({ classes: 2, inputShape: [rest.crop!, rest.crop!, 3], seed });
  // First weights are made for numbers of about 1; those of the file want them from -123 to 151.
  const standardDeviation = [0.25, 0.25, 0.25];
  model.preprocessing = { ...rest, normalization: { ...normalization, standardDeviation } };
  return { model, preprocessing: { ...rest, normalization } };
}

/** The images, for choosing those of the training part alone. */
async function imagesFor(name: string): Promise<Images> {
  const { preprocessing } = await networkFor(name, "scratch", 0);
  const read = (augment: { readonly augment?: "crop-flip" }) =>
    given.choose
      ? imageFolder(`${photos}/train`, { preprocessing, split: 0.3, seed: 1, ...augment })
      : imageFolder(photos, { preprocessing, ...augment });
  const [{ train: augmented }, plain] = [await read({ augment: "crop-flip" }), await read({})];
  return { augmented, ...plain };
}

/** One run of one way. The tuned net goes on from that with a frozen trunk, `start`. */
async function run(
  way: Way,
  name: string,
  images: Images,
  rate: number,
  seed: number,
  start?: Outcome,
): Promise<Outcome> {
  const model = start?.model ?? (await networkFor(name, way, seed)).model;
  const began = performance.now(), optimizer = adam({ learningRate: rate });
  const settings = { epochs: epochs[way], batchSize, optimizer, seed, progress: false };
  if (way === "frozen") {
    const features = await extractFeatures(model.features(), images.train, { batchSize });
    await model.head().fit(features, settings);
  } else await model.fit(images.augmented, settings);
  const seconds = (performance.now() - began) / 1000 + (start?.seconds ?? 0);
  const { top1, loss } = await model.evaluate(images.test, { batchSize });
  const outcome = { top1: top1!, loss, seconds: Math.round(seconds * 10) / 10 };
  console.error(JSON.stringify({ net: name, way, rate, seed, epochs: epochs[way], ...outcome }));
  return { model, ...outcome };
}

/** The accuracies of all seeds of a net. */
async function measure(name: string) {
  const images = await imagesFor(name), rates = chosen[name]!;
  const wanted = given.ways.split(",");
  const found = new Map<Way, Outcome[]>();
  for (let seed = 1; seed <= Number(given.seeds); seed++) {
    let start: Outcome | undefined;
    for (const way of ways) {
      const isNeeded = wanted.includes(way) || way === "frozen" && wanted.includes("tuned");
      if (!isNeeded) continue;
      const outcome = await run(
        way,
        name,
        images,
        rates[way],
        seed,
        way === "tuned" ? start : undefined,
      );
      if (way === "frozen") start = outcome;
      found.getOrInsertComputed(way, () => []).push(outcome);
    }
  }
  const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  const short = (x: number) => Number(x.toPrecision(4));
  return Object.fromEntries(Array.from(found, ([way, outcomes]) => [way, {
    accuracy: short(mean(outcomes.map(({ top1 }) => top1))),
    accuracies: outcomes.map(({ top1 }) => short(top1)),
    loss: short(mean(outcomes.map(({ loss }) => loss))),
    seconds: short(mean(outcomes.map(({ seconds }) => seconds))),
    learningRate: rates[way],
    epochs: epochs[way],
  }]));
}

/** For each way the candidate whose loss on what is held out of the training part is least. */
async function choose(name: string) {
  const images = await imagesFor(name), best: Partial<Record<Way, number>> = {};
  const wanted = given.ways.split(",");
  for (const way of ways) {
    if (!wanted.includes(way)) continue;
    const losses: number[] = [];
    const rates = given.rates?.split(",").map(Number) ?? candidates[way];
    for (const rate of rates) {
      const start = way === "tuned"
        ? await run("frozen", name, images, best.frozen ?? chosen[name]!.frozen, 1)
        : undefined;
      losses.push((await run(way, name, images, rate, 1, start)).loss);
    }
    best[way] = rates[losses.indexOf(Math.min(...losses))]!;
  }
  return best;
}

const nets = given.nets.split(",");
const unknown = nets.find((name) => files[name] === undefined) ??
  given.ways.split(",").find((way) => !ways.includes(way as Way));
if (unknown !== undefined) {
  throw new RangeError(`expected of ${Object.keys(files)} and ${ways}, found ${unknown}`);
}
await setDevice(given.device);
const results: Record<string, unknown> = {};
for (const name of nets) results[name] = await (given.choose ? choose(name) : measure(name));
console.log(JSON.stringify(results));
Deno.exit(0);
