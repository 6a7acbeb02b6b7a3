import { csvOf } from "../../../lib/dashboard/export_csv.ts";
import type { RunSummary } from "../../../lib/dashboard/page/types.ts";
import { RunView } from "../../../lib/dashboard/run_view.ts";
import { sweepIn } from "../../../lib/dashboard/sweep_view.ts";
import { mutate, mutateJson, pick } from "../mutate.ts";
import { type Targets, Wrong } from "../target.ts";

const histogram = { low: -1, high: 1, counts: [1, 2, 1] };
const time = "2026-11-30T12:00:00.000Z";

/** The files of a run, as values that JSON holds: lines of JSON where there are several. */
const files: Readonly<Record<string, readonly unknown[]>> = {
  "run.json": [{
    format: "striate-run",
    status: "done",
    settings: { model: "lenet5", epochs: 2, optimizer: { name: "sgd" } },
    device: { kind: "cpu", description: "AVX2, 2 threads" },
    data: { train: 100, test: 10, classes: ["a", "b"], fingerprint: "0" },
    versions: { striate: "1.0.0", deno: "2.9.6" },
    began: time,
    resumed: [{ at: time, step: 3 }],
    ended: time,
    result: { steps: 4, test: { loss: 0.5, top1: 0.9 }, error: "none" },
  }],
  "tags.json": [{ tags: ["good", "bad"] }],
  "metrics.jsonl": [
    { event: "progress", time, epoch: 1, epochs: 2, batch: 1, batches: 2, step: 1, loss: 2 },
    {
      ...{ event: "epoch", time, epoch: 1, step: 2, loss: 1, validation: { loss: 1, top1: 0.5 } },
      ...{ imagesPerSecond: 100, seconds: 2, processes: [1, 1.5] },
    },
    { event: "epoch", time, epoch: 2, step: 4, loss: null, phase: "head" },
  ],
  "probes.jsonl": [1, 2].map((epoch) => ({
    ...{ time, epoch, step: 2 * epoch },
    weights: { "conv.kernel": { norm: 1, gradient: 0.1, histogram } },
    activations: { conv: { mean: 0, zeros: 0.5, deviation: 1, histogram } },
    filters: { name: "conv", shape: [3, 3, 1, 2], range: 1, pixels: "AAAA" },
  })),
  "mistakes/index.json": [[{ file: "0.png", label: 0, predicted: 1, probability: 0.9 }]],
  "mistakes/confusion.json": [{ classes: ["a", "b"], counts: [[4, 1], [0, 5]] }],
  "sweep.json": [{
    format: "striate-sweep",
    recipe: { method: "grid", vary: { momentum: [0, 0.9] }, metric: "top1", goal: "max" },
    trials: [{ name: "trial-1", options: { momentum: 0 }, seeds: [0, 1] }],
  }],
};

const encode = (text: string) => new TextEncoder().encode(text);
const write = (values: readonly unknown[]) =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");

export const targets: Targets = {
  /** An input is the name of a file, a line of its own, and what stands in it. */
  async dashboard() {
    const root = await Deno.makeTempDir({ prefix: "striate-fuzz-" }), folder = `${root}/run`;
    await Deno.mkdir(`${folder}/mistakes`, { recursive: true });
    for (const [name, values] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, write(values));
    }
    return {
      make(random) {
        const [name, values] = pick(random, Object.entries(files));
        const content = random.integer(4) === 0
          ? mutate(random, encode(write(values)))
          : encode(write(values.map((value) => mutateJson(random, value))));
        return Uint8Array.from([...encode(`${name}\n`), ...content]);
      },
      async read(bytes) {
        const end = bytes.indexOf(10), name = new TextDecoder().decode(bytes.subarray(0, end));
        const values = files[name];
        if (values === undefined) return;
        await Deno.writeFile(`${folder}/${name}`, bytes.subarray(end + 1));
        try {
          await look(root);
        } finally {
          await Deno.writeTextFile(`${folder}/${name}`, write(values));
        }
      },
    };
  },
};

/** Asks for all that the page shows of a run. */
async function look(root: string): Promise<void> {
  const run = new RunView(root, "run");
  if (!await run.refresh()) throw new Wrong("a run is not read");
  const { summary, metrics, probes } = run;
  const shown = [
    summary,
    metrics.series(100),
    await probes.norms(),
    await probes.histograms("weights"),
    await probes.histograms("activations"),
    await probes.filters(),
    await run.mistakes(),
    await sweepIn(root, "run", (): RunSummary => summary),
    csvOf(new Map([["run", run]])),
  ];
  // It goes to the page as JSON.
  if (typeof JSON.stringify(shown) !== "string") throw new Wrong("what is shown is no JSON");
}
