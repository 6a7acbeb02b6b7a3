import { assert, assertEquals } from "@std/assert";
import { readRun, RunRecord } from "../../lib/cli/run_record.ts";
import { Journal } from "../../lib/evaluate/journal.ts";
import { readCheckpoint } from "../../lib/train/checkpoint.ts";
import { checkpointName } from "../../lib/train/checkpoint_names.ts";
import { loadModel } from "../../lib/train/load_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { ema } from "../../lib/train/weight_average.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import { loadWeights } from "../../lib/weights/load.ts";
import { bitsOf, corners, scratch, stateful, useCpu } from "../train/helpers.ts";
import { type Calls, fileCalls, ways } from "./calls.ts";

const train = corners(40);
const options: FitOptions = { batchSize: 20, epochs: 2, seed: 3, progress: false };

/** One that keeps more beside the weights: the gradients of a step under way, averages. */
const runs: readonly FitOptions[] = [
  options,
  { ...options, epochs: 1, accumulate: 2, average: ema(0.9) },
];

/** A folder for one go, empty. */
interface Place {
  readonly folder: string;
}

/**
 * For each access to a file that `work` makes, does it in a new folder with that access failing: the
 * error has to name what was worked on, and `check` looks at what there is afterwards.
 */
async function failEach(
  { prepare = () => Promise.resolve(), work, check }: {
    readonly prepare?: (place: Place) => Promise<void>;
    readonly work: (place: Place) => Promise<unknown>;
    readonly check: (place: Place, error: unknown) => Promise<void>;
  },
): Promise<void> {
  await useCpu(1);
  await using root = await scratch();
  using calls: Calls = fileCalls();
  let number = 0;
  const begin = async (): Promise<Place> => {
    const folder = `${root.path}/go${number++}`;
    await Deno.mkdir(folder);
    await prepare({ folder });
    return { folder };
  };
  const first = await begin();
  const count = await calls.during(() => work(first));
  assert(count > 0, `${count} accesses`);
  await check(first, undefined);
  let failures = 0;
  for (const way of ways) {
    for (let at = 0; at < count; at++) {
      const place = await begin();
      const error = await calls.failing(at, way, () => work(place));
      if (error !== undefined) {
        failures++;
        const text = `${error}`;
        assert(error instanceof Error && text.includes(place.folder), `access ${at}: ${text}`);
      }
      await check(place, error).catch((cause) => {
        throw new Error(`after access ${at} failed ${way} (${error}): ${cause}`, { cause });
      });
    }
  }
  assert(failures > 0);
}

const faultTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, sanitizeResources: false, sanitizeOps: false, fn });

faultTest(
  "a disk fails while a model is saved: the old or the new one is there, whole",
  async () => {
    const [old, next] = [stateful(1), stateful(2)];
    const bits = [await bitsOf(old), await bitsOf(next)];
    const path = ({ folder }: Place) => `${folder}/model.safetensors`;
    await failEach({
      prepare: (place) => old.save(path(place)),
      work: (place) => next.save(path(place)),
      async check(place, error) {
        const found = await bitsOf(await loadModel(path(place)));
        // What was said to be written is there.
        if (error === undefined) assertEquals(found, bits[1]);
        else assert(bits.some((bits) => JSON.stringify(bits) === JSON.stringify(found)));
        await next.save(path(place));
        assertEquals(await bitsOf(await loadModel(path(place))), bits[1]);
      },
    });
  },
);

/** Trains with a checkpoint at every step, and between the batches of one. */
async function fit(net: Model, { folder }: Place, more: FitOptions = {}) {
  const checkpoint = { directory: `${folder}/run`, everySeconds: 1e-9 };
  return await net.fit(train, { ...options, checkpoint, ...more });
}

faultTest("a disk fails in training: the run goes on from the last whole checkpoint", async () => {
  for (const options of runs) {
    const whole = stateful();
    await whole.fit(train, options);
    const expected = await bitsOf(whole);
    await failEach({
      work: (place) => fit(stateful(), place, options),
      async check(place) {
        const run = `${place.folder}/run`;
        const isThere = await Deno.stat(`${run}/${checkpointName}`).then(() => true, () => false);
        if (isThere) await readCheckpoint(run);
        const net = stateful();
        await fit(net, place, { ...options, ...isThere ? { resume: run } : {} });
        assertEquals(await bitsOf(net), expected);
      },
    });
  }
});

faultTest("a disk fails while a run is resumed: the model stays as it was", async () => {
  const whole = stateful();
  await whole.fit(train, options);
  const expected = await bitsOf(whole);
  const nets = new Map<string, Model>();
  const untouched = await bitsOf(stateful(9));
  await failEach({
    async prepare(place) {
      await fit(stateful(), place, { epochs: 1 });
      nets.set(place.folder, stateful(9));
    },
    work: (place) =>
      nets.get(place.folder)!.fit(train, { ...options, resume: `${place.folder}/run` }),
    async check({ folder }, error) {
      assertEquals(await bitsOf(nets.get(folder)!), error === undefined ? expected : untouched);
    },
  });
});

faultTest("a disk fails while weights are read: the model stays as it was", async () => {
  const source = stateful(2), expected = await bitsOf(source);
  const untouched = await bitsOf(stateful(9));
  const nets = new Map<string, Model>();
  await failEach({
    async prepare({ folder }) {
      await source.save(`${folder}/weights.safetensors`);
      nets.set(folder, stateful(9));
    },
    work: ({ folder }) => loadWeights(nets.get(folder)!, `${folder}/weights.safetensors`),
    async check({ folder }, error) {
      assertEquals(await bitsOf(nets.get(folder)!), error === undefined ? expected : untouched);
    },
  });
});

faultTest("a disk fails while a run is recorded: what stands there is whole", async () => {
  const about = {
    settings: {},
    device: { kind: "cpu", description: "" },
    data: { train: 1, test: 1, classes: undefined, fingerprint: "" },
  };
  const epochs = [1, 2].map((epoch) => ({
    ...{ epoch, step: epoch, loss: 1, learningRate: 1, seconds: 1, imagesPerSecond: 1 },
  }));
  await failEach({
    async work({ folder }) {
      using record = await RunRecord.begin(folder, about);
      for (const epoch of epochs) await record.epoch(epoch);
      await record.end("done");
    },
    async check({ folder }, error) {
      const run = await readRun(folder);
      if (error === undefined) assertEquals(run?.status, "done");
      const text = await Deno.readTextFile(`${folder}/metrics.jsonl`).catch(() => "");
      const lines = text.split("\n").slice(0, -1).map((line) => JSON.parse(line).epoch);
      assertEquals(lines, [1, 2].slice(0, lines.length));
      // A run that goes on keeps what there is.
      const resumed = { folder, position: { step: 2, records: epochs } };
      (await RunRecord.begin(folder, about, resumed))[Symbol.dispose]();
      const kept = (await Deno.readTextFile(`${folder}/metrics.jsonl`)).trimEnd().split("\n");
      assertEquals(kept.map((line) => JSON.parse(line).epoch), [1, 2]);
    },
  });
});

faultTest(
  "a disk fails in an evaluation: its journal goes on from the last whole line",
  async () => {
    const results = [0, 1, 2].map((label) => ({
      image: `${label}.png`,
      label,
      top: [label],
      probability: 0.5,
    }));
    await failEach({
      async work({ folder }) {
        using journal = await Journal.open(`${folder}/j.jsonl`, { model: "x" }, false);
        for (const result of results) await journal.add([result]);
      },
      async check({ folder }, error) {
        const path = `${folder}/j.jsonl`;
        const isBegun = await Deno.stat(path).then(({ size }) => size > 0, () => false);
        using journal = await Journal.open(path, { model: "x" }, isBegun);
        const kept = journal.results.length;
        assertEquals(journal.results, results.slice(0, kept));
        if (error === undefined) assertEquals(kept, results.length);
      },
    });
  },
);
