/**
 * What several processes do, for `mpi.ts`, started by mpirun or alone; the first process prints what it
 * measured as JSON:
 *
 * - `apart NET BUCKETBYTES BATCH`: the same as `train`, but that each process trains for itself
 * - `train NET BUCKETBYTES BATCH`: seconds of a step, by the clock and of the processor, seconds of it in
 *   which nothing was computed, losses
 * - `sum NUMBERS`: seconds of a sum over the group, of a large one and a small one
 * - `move NUMBERS`: seconds in which MPI moves the bytes of such a sum, and nothing else
 * - `kill FOLDER`: trains with checkpoints, and prints the weights' fingerprint
 *
 * @module
 */
import {
  arrayDataset,
  cifarResnet,
  digits,
  joinProcesses,
  lenet5,
  mnist,
  sequential,
  setDevice,
  sgd,
} from "../../../mod.ts";
import { openMpi } from "../../../lib/parallel/mpi_library.ts";
import { Requests } from "../../../lib/parallel/mpi_requests.ts";
import { fingerprintOf } from "../../../lib/train/cohort.ts";
import { ownMilliseconds } from "../load.ts";
import { median } from "./figure.ts";

const [mode, ...args] = Deno.args;
if (mode === "move") {
  console.log(JSON.stringify(await move(Number(args[0]))));
  Deno.exit();
}

/** MNIST where a mirror has it; drawn digits otherwise. */
const images = () =>
  Deno.env.has("STRIATE_MIRROR") ? mnist({ parts: ["train"] }) : digits({ train: 3840 });

const say = (result: unknown) => {
  if (group.rank === 0) console.log(JSON.stringify(result));
};

const trains = mode === "train" || mode === "apart";
const bucketBytes = trains ? Number(args[1]) : 2 ** 20;
const group = await joinProcesses({ bucketBytes, checkEvery: 1000 });
await setDevice("cpu", { threads: 1 });

if (trains) {
  const isLenet = args[0] === "lenet5", batchSize = Number(args[2]);
  const size = 32 * 32 * 3, count = 256;
  const wide = () =>
    sequential([32, 32, 3]).flatten().dense(1024).relu().dense(1024).relu().dense(10);
  const net = isLenet ? lenet5() : args[0] === "mlp" ? wide() : cifarResnet(20);
  const data = isLenet ? (await images()).train.take(3840) : arrayDataset({
    inputs: {
      data: Uint8Array.from({ length: count * size }, (_, i) => i * 7919 % 251),
      shape: [32, 32, 3],
    },
    targets: Array.from({ length: count }, (_, i) => i % 10),
  });
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9 }), epochs = isLenet ? 9 : 5;
  const stood: number[] = [], used: number[] = [];
  const { epochs: records } = await net.fit(data, {
    batchSize,
    epochs,
    optimizer,
    ...mode === "train" && { group },
    progress: false,
    onEpoch() {
      stood.push(group.traffic.seconds);
      used.push(ownMilliseconds());
    },
  });
  const steps = data.length / batchSize, later = records.slice(1);
  const differences = (list: readonly number[]) => list.slice(1).map((x, i) => x - list[i]!);
  // Of a machine with others on it, the processor's time tells more than the clock's.
  const processor = await group.gather(Float32Array.of(median(differences(used)) / 1000 / steps));
  say({
    seconds: median(later.map(({ seconds }) => seconds)) / steps,
    processor: Math.max(...processor),
    waited: median(differences(stood)) / steps,
    bytes: group.traffic.bytes / steps / epochs,
    losses: records.map(({ loss }) => loss),
    parameters: net.parameters,
  });
} else if (mode === "sum") {
  const length = Number(args[0]);
  const numbers = new Float32Array(length);
  const time = async (work: () => Promise<unknown>) => {
    const times: number[] = [];
    for (let i = 0; i < 6; i++) {
      await group.sum(new Float32Array(1)); // Both begin together.
      const began = performance.now();
      await work();
      times.push((performance.now() - began) / 1000);
    }
    return median(times.slice(1));
  };
  say({
    sum: await time(() => group.sum(numbers)),
    small: await time(() => group.sum(new Float32Array(16))),
  });
} else {
  const directory = args[0]!;
  const resume = await Deno.stat(`${directory}/checkpoint.safetensors`).then(
    () => true,
    () => false,
  );
  const net = sequential([28, 28, 1]).conv2d(6, 5).batchNorm().relu().maxPool2d(2).flatten()
    .dropout(0.3).dense(32).relu().dense(10);
  await net.fit(digits({ train: 3000 }).train, {
    batchSize: 64,
    epochs: 10,
    optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
    checkpoint: { directory, everySteps: 25 },
    ...resume && { resume: directory },
    onStep: ({ step }) => step === 1 && say("begun"),
    progress: false,
    group,
  });
  const prints: number[] = [];
  for (const weight of net.namedWeights.values()) prints.push(fingerprintOf(await weight.read()));
  say({ prints });
}

/** Moves to every other process what a sum moves: a share of the numbers, twice. */
async function move(length: number): Promise<{ readonly moved: number }> {
  const mpi = openMpi(), { call, byte, world } = mpi, requests = new Requests(mpi);
  const from = new Uint8Array(4 * length), to = new Uint8Array(4 * length), times: number[] = [];
  for (let i = 0; i < 6; i++) {
    const began = performance.now();
    for (let half = 0; half < 2; half++) {
      const share = from.length / mpi.size;
      const request = requests.start(
        (request) => call.MPI_Ialltoall(from, share, byte, to, share, byte, world, request),
        "MPI_Ialltoall",
      );
      await requests.wait(request, "MPI_Ialltoall", () => {});
    }
    times.push((performance.now() - began) / 1000);
  }
  call.MPI_Finalize();
  return { moved: median(times.slice(1)) };
}
