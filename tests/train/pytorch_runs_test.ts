/** Whole runs of `fit` end where PyTorch's do: tests/fixtures/training.jsonl. */
import { assert, assertEquals } from "@std/assert";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { ema, swa, type WeightAverage } from "../../lib/train/weight_average.ts";
import { testEachOnDevices } from "../tensor/devices.ts";
import { weightsOf } from "./helpers.ts";

type Numbers = Readonly<Record<string, readonly number[]>>;

interface Run {
  readonly settings: {
    readonly accumulate?: number;
    readonly clipNorm?: number;
    readonly ema?: Parameters<typeof ema>;
    readonly swa?: Parameters<typeof swa>;
  };
  readonly batchNorm: boolean;
  readonly epochs: number;
  readonly before: Numbers;
  readonly after: Numbers;
}

const text = await Deno.readTextFile(new URL("../fixtures/training.jsonl", import.meta.url));
const [data, ...runs] = text.trimEnd().split("\n").map((line) => JSON.parse(line)) as [
  { readonly inputs: readonly number[]; readonly labels: readonly number[] },
  ...Run[],
];
const train = arrayDataset({
  inputs: { data: Float32Array.from(data.inputs), shape: [3] },
  targets: Int32Array.from(data.labels),
});

function networkOf({ batchNorm, before }: Run): Model {
  const net = sequential([3]).dense(6);
  if (batchNorm) net.batchNorm();
  net.relu().dense(3);
  assertEquals([...net.namedWeights.keys()].sort(), Object.keys(before).sort());
  for (const [name, weight] of net.namedWeights) weight.assign(Float32Array.from(before[name]!));
  return net;
}

function averageOf({ settings }: Run): WeightAverage | undefined {
  if (settings.ema !== undefined) return ema(...settings.ema);
  return settings.swa && swa(...settings.swa);
}

testEachOnDevices(
  runs,
  ({ settings, batchNorm }) =>
    `${JSON.stringify(settings)}${batchNorm ? " with batch norm" : ""}: PyTorch's weights`,
  async (run) => {
    const net = networkOf(run), average = averageOf(run);
    const { accumulate = 1, clipNorm } = run.settings;
    await net.fit(train, {
      epochs: run.epochs,
      batchSize: 4,
      shuffle: false,
      accumulate,
      optimizer: sgd({ learningRate: 0.1, momentum: 0.9, ...clipNorm && { clipNorm } }),
      ...average && { average },
    });
    for (const [name, found] of await weightsOf(net)) {
      const errors = run.after[name]!.map((value, i) => Math.abs(value - found[i]!));
      assert(Math.max(...errors) < 2e-6, `${name}: off by ${Math.max(...errors)}`);
    }
  },
);
