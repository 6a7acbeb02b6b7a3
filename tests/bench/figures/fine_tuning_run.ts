/**
 * `fine_tuning_run.ts`: GoogLeNet and SqueezeNet on ants and bees, from scratch, with a frozen trunk
 * (a new head on its features), and fine-tuned from there. It prints a line for each run as it goes, on
 * stderr, and the accuracies on the validation part as JSON at its end.
 *
 *     deno run -A tests/bench/figures/fine_tuning_run.ts [--nets googlenet,squeezenet1.1]
 *       [--ways scratch,frozen,tuned] [--seeds 1,2,3] [--scratch-epochs 30] [--frozen-epochs 60]
 *       [--tuned-epochs 10] [--batch-size 16] [--device cpu] [--choose] [--rules "sgd 1e-3 0.1,…"]
 *
 * The rules below were chosen by cross-validation within the training part: the validation part has no
 * say. `--choose` trains with each candidate (or those of `--rules`) on three quarters of it and measures
 * on the rest, for four such splits.
 *
 * @module
 */
import { parseArgs } from "node:util";
import {
  adam,
  cosineDecay,
  type Dataset,
  extractFeatures,
  imageFolder,
  type Model,
  oneCycle,
  openNetwork,
  type Optimizer,
  setDevice,
  sgd,
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
 * A rule of the steps: the optimizer, the learning rate, how that changes (it stays as it is, unless this
 * says "cosine" or "one-cycle"), and the share of it that the layers before the head take.
 */
type Rule = string;

/**
 * Those that are tried, and those that were chosen: by the least loss on what was held out, of one seed.
 * (From scratch with Adam at 1e-3, SqueezeNet's last ReLU dies, and nothing is learnt.)
 */
const candidates: Readonly<Record<Way, readonly Rule[]>> = {
  scratch: ["adam 1e-3", "adam 3e-4", "adam 1e-4", "adam 3e-5"],
  frozen: ["adam 1e-2", "adam 3e-3", "adam 1e-3", "adam 3e-4"],
  tuned: ["sgd 1e-3 cosine 0.1", "adam 1e-3 one-cycle 0.01", "adam 1e-5 cosine 1", "adam 1e-4"],
};
const chosen: Readonly<Record<string, Readonly<Record<Way, Rule>>>> = {
  googlenet: { scratch: "adam 3e-4", frozen: "adam 3e-3", tuned: "adam 1e-3 one-cycle 0.01" },
  "squeezenet1.1": { scratch: "adam 3e-5", frozen: "adam 3e-4", tuned: "sgd 1e-3 cosine 0.1" },
};

const { values: given } = parseArgs({
  options: {
    nets: { type: "string", default: Object.keys(files).join() },
    ways: { type: "string", default: ways.join() },
    seeds: { type: "string", default: "1,2,3" },
    "scratch-epochs": { type: "string", default: "30" },
    "frozen-epochs": { type: "string", default: "60" },
    "tuned-epochs": { type: "string" },
    "batch-size": { type: "string", default: "16" },
    device: { type: "string", default: "cpu" },
    choose: { type: "boolean", default: false },
    rules: { type: "string" },
  },
});
/** Epochs of fine-tuning, of which GoogLeNet, with three times as much to compute, has fewer. */
const tuneEpochs: Readonly<Record<string, number>> = { googlenet: 5, "squeezenet1.1": 10 };
const epochsOf = (way: Way, name: string): number =>
  Number(given[`${way}-epochs`] ?? tuneEpochs[name]);
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

/** The optimizer of a rule for so many epochs of a model, whose head has the weights `head`. */
function optimizerOf(rule: Rule, count: number, head: readonly string[]): Optimizer {
  const [name, rate, ...more] = rule.split(" "), share = Number(more.at(-1) ?? 1);
  const schedules: Readonly<Record<string, typeof cosineDecay>> = {
    cosine: cosineDecay,
    "one-cycle": oneCycle,
  };
  const make = schedules[more[0] ?? ""], all = { epochs: count };
  const learningRate = make ? make(Number(rate), all) : Number(rate);
  const factors = Object.fromEntries([...head.map((layer) => [layer, 1]), ["*", share]]);
  const settings = { learningRate, ...share < 1 && { rateFactors: factors } };
  return name === "sgd" ? sgd({ ...settings, momentum: 0.9, weightDecay: 1e-4 }) : adam(settings);
}

/** The images of the training and the validation part. */
async function imagesFor(name: string): Promise<Images> {
  const { preprocessing } = await networkFor(name, "scratch", 0);
  const { train: augmented } = await imageFolder(photos, { preprocessing, augment: "crop-flip" });
  return { augmented, ...await imageFolder(photos, { preprocessing }) };
}

/** Splits of the training part, each with a quarter to measure by. */
const splitsOf = ({ augmented, train }: Images): Images[] =>
  [1, 2, 3, 4].map((seed) => {
    const part = { seed, stratify: true };
    const [learned, test] = train.split(0.75, part);
    return { augmented: augmented.split(0.75, part)[0], train: learned, test };
  });

/** One run of one way. The tuned net goes on from that with a frozen trunk, `start`. */
async function run(
  way: Way,
  name: string,
  images: Images,
  rule: Rule,
  seed: number,
  start?: Outcome,
): Promise<Outcome> {
  const model = start?.model ?? (await networkFor(name, way, seed)).model;
  const head = model.head(), epochs = epochsOf(way, name);
  const optimizer = optimizerOf(rule, epochs, [...head.namedWeights.keys()]);
  const settings = { epochs, batchSize, optimizer, seed, progress: false };
  const began = performance.now();
  if (way === "frozen") {
    const features = await extractFeatures(model.features(), images.train, { batchSize });
    await head.fit(features, settings);
  } else await model.fit(images.augmented, settings);
  const seconds = (performance.now() - began) / 1000 + (start?.seconds ?? 0);
  const { top1, loss } = await model.evaluate(images.test, { batchSize });
  const outcome = { top1: top1!, loss, seconds: Math.round(seconds * 10) / 10 };
  console.error(JSON.stringify({ net: name, way, rule, seed, epochs, ...outcome }));
  return { model, ...outcome };
}

const wanted = given.ways.split(",");
const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;

/** The accuracies of all seeds of a net. */
async function measure(name: string) {
  const images = await imagesFor(name), rules = chosen[name]!;
  const found = new Map<Way, Outcome[]>();
  for (const seed of given.seeds.split(",").map(Number)) {
    let start: Outcome | undefined;
    for (const way of ways) {
      const isNeeded = wanted.includes(way) || way === "frozen" && wanted.includes("tuned");
      if (!isNeeded) continue;
      const from = way === "tuned" ? start : undefined;
      const outcome = await run(way, name, images, rules[way], seed, from);
      if (way === "frozen") start = outcome;
      found.getOrInsertComputed(way, () => []).push(outcome);
    }
  }
  const short = (x: number) => Number(x.toPrecision(4));
  return Object.fromEntries(Array.from(found, ([way, outcomes]) => [way, {
    accuracy: short(mean(outcomes.map(({ top1 }) => top1))),
    accuracies: outcomes.map(({ top1 }) => short(top1)),
    loss: short(mean(outcomes.map(({ loss }) => loss))),
    seconds: short(mean(outcomes.map(({ seconds }) => seconds))),
    rule: rules[way],
    epochs: epochsOf(way, name),
  }]));
}

/** For each way the candidate whose loss on what is held out of the training part is least. */
async function choose(name: string) {
  const splits = splitsOf(await imagesFor(name)), best: Partial<Record<Way, Rule>> = {};
  for (const way of ways) {
    if (!wanted.includes(way)) continue;
    const rules = given.rules?.split(",") ?? candidates[way], losses: number[] = [];
    for (const rule of rules) {
      const each: number[] = [];
      for (const images of splits) {
        const start = way === "tuned"
          ? await run("frozen", name, images, best.frozen ?? chosen[name]!.frozen, 1)
          : undefined;
        each.push((await run(way, name, images, rule, 1, start)).loss);
      }
      losses.push(mean(each));
    }
    best[way] = rules[losses.indexOf(Math.min(...losses))]!;
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
