/** What several processes bring, by Open MPI: they need `openmpi-bin`, and shaped cables need root. */
import { Random } from "../../../mod.ts";
import { addresses, allowsHosts, Hosts } from "../../parallel/hosts.ts";
import { mpirun, processOf, resultOf } from "../../parallel/mpirun.ts";
import type { Figure } from "./figure.ts";
import { median } from "./figure.ts";
import { modelOf, type StepModel } from "./mpi_model.ts";

const pathOf = (script: string) => new URL(script, import.meta.url).pathname;
const denoOf = (script: string, args: readonly string[]) => [
  ...["run", "--allow-all", "--no-check", "--quiet"],
  ...[pathOf(script), ...args],
];
const deno = (args: readonly string[]) => denoOf("mpi_run.ts", args);

/** A training, as `mpi_run.ts` says it. */
export interface Trained {
  readonly seconds: number;
  readonly processor: number;
  readonly waited: number;
  readonly bytes: number;
  readonly losses: readonly number[];
  readonly parameters: number;
}

/** A sum, as `mpi_run.ts` says it. */
interface Summed {
  readonly sum: number;
  readonly small: number;
}

async function run<T>(command: Deno.Command): Promise<T> {
  const { code, said, errors } = resultOf(await command.output());
  if (code !== 0) throw new Error(errors);
  return said.at(-1);
}

/** In so many processes, each on a core of its own where there are enough. */
const among = (processes: number, args: readonly string[], options: readonly string[] = []) =>
  mpirun(processes, deno(args), {
    options,
    ownCores: processes <= navigator.hardwareConcurrency,
  });

const rounds = 3;

/**
 * A training by each number of processes in turns, and two that have nothing to do with one another, of
 * half a batch each, which is as fast as two can be ("apart"); of each the round whose step took the
 * median time.
 */
async function trainings(net: string, processes: readonly number[], note: (text: string) => void) {
  const who = [...processes, "apart"] as const;
  const all = new Map<number | "apart", Trained[]>(who.map((one) => [one, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const one of who) {
      note(`mpi: ${net}, ${one}, round ${round} of ${rounds}`);
      const args = (batch: number) => [net, String(2 ** 20), String(batch)];
      const command = one === "apart"
        ? among(2, ["apart", ...args(64)])
        : among(one, ["train", ...args(128)]);
      all.get(one)!.push(await run(command));
    }
  }
  return new Map([...all].map(([one, list]) => {
    const middle = median(list.map(({ seconds }) => seconds));
    return [one, list.find(({ seconds }) => seconds === middle)!] as const;
  }));
}

const apart = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((x, i) => Math.abs(x - b[i]!) / Math.abs(x)));

const rounded = (x: number) => Number(x.toPrecision(4));

/** Training by several processes of one thread each, and a model of it. */
const trainingBy = (
  name: string,
  net: "lenet5" | "resnet20",
  processes: readonly number[],
): Figure => ({
  name,
  what:
    `${net}, batches of 128, by ${processes.join(", ")} processes of one thread each; a model ` +
    "of the time of a step, up to 256 processes",
  async measure(note) {
    const results: Record<string, unknown> = {};
    const all = await trainings(net, processes, note), alone = all.get(1)!;
    for (const [count, { seconds, processor, waited, bytes, losses }] of all) {
      results[count] = {
        "ms a step": rounded(seconds * 1000),
        speedUp: rounded(alone.seconds / seconds),
        "ms of the processor, of each": rounded(processor * 1000),
        "ms of waiting for others": rounded(waited * 1000),
        "bytes sent a step": Math.round(bytes),
        // The losses of batch norm by shares, and of half batches, are others.
        ...net === "lenet5" && count !== "apart" &&
          { "curves differ by": apart(alone.losses, losses).toExponential(1) },
      };
    }
    note(`${name}: the model`);
    const { seconds: half } = await run<Trained>(among(1, ["train", net, "Infinity", "64"]));
    const link = await run<Summed>(
      among(2, ["sum", String(2 * Math.ceil(alone.parameters / 2))]),
    );
    const whole = alone.seconds, crowded = all.get("apart")!.seconds;
    const model = modelOf({ whole, half, crowded }, 4 * alone.parameters, link);
    const measured = all.get(2)!.seconds, found = model.seconds(2);
    results["model, 2"] = rounded(found * 1000);
    results["model's error"] = rounded(Math.abs(found - measured) / measured);
    results["model by processes, ms"] = curve(model);
    results["the same over 10 Gbit/s"] = curve(model.over(1e10 / 8, 5e-5));
    return results;
  },
});

export const mpi = trainingBy("mpi", "lenet5", [1, 2, 4]);
export const mpiResnet = trainingBy("mpi-resnet20", "resnet20", [1, 2]);

const curve = (model: StepModel) =>
  Object.fromEntries(
    [1, 2, 4, 8, 16, 32, 64, 128, 256].map((
      count,
    ) => [count, rounded(model.seconds(count) * 1000)]),
  );

/** ResNet-50's gradients. */
const manyNumbers = 25_600_000;

/** Seconds in which TCP alone moves so many bytes both ways at once. */
async function moved(
  bytes: number,
  command: (host: 0 | 1, args: readonly string[]) => Deno.Command,
  address: string,
): Promise<number> {
  const listening = command(0, denoOf("mpi_tcp.ts", ["listen", String(bytes)])).spawn();
  const [first, rest] = listening.stdout.tee();
  await first.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]().next();
  const other = command(1, denoOf("mpi_tcp.ts", ["connect", String(bytes), address])).output();
  const lines = (await new Response(rest).text()).trim().split("\n");
  const { success, stderr } = await other;
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  await listening.status;
  await listening.stderr.cancel();
  return JSON.parse(lines.at(-1)!).moved;
}

/** On this machine, without a cable. */
const here = (_host: 0 | 1, args: readonly string[]) =>
  new Deno.Command(Deno.execPath(), { args: [...args], stdout: "piped", stderr: "piped" });

/** Sums against what their bytes take. */
export const mpiSum: Figure = {
  name: "mpi-sum",
  what:
    "ResNet-50's 25.6 million gradients summed over two processes, against the bandwidth's bound",
  async measure(note) {
    const bytes = 4 * manyNumbers, results: Record<string, unknown> = {};
    const measure = async (
      name: string,
      command: (args: readonly string[]) => Deno.Command,
      move: () => Promise<number>,
      bits?: number,
    ) => {
      const sums: number[] = [], moves: number[] = [], length = String(manyNumbers);
      for (let round = 1; round <= rounds; round++) {
        note(`mpi-sum: ${name}, round ${round} of ${rounds}`);
        sums.push((await run<Summed>(command(["sum", length]))).sum);
        moves.push(await move());
      }
      const sum = median(sums), moved = median(moves);
      results[name] = {
        ms: rounded(sum * 1000),
        // Each sends half of the numbers twice, and receives as much meanwhile.
        "ms of moving the bytes alone": rounded(moved * 1000),
        "of that bound": rounded(moved / sum),
        ...bits !== undefined && { "of the cable's bound": rounded(8 * bytes / bits / sum) },
      };
    };
    const shared = (args: readonly string[]) => among(2, args);
    await measure(
      "shared memory",
      shared,
      async () =>
        (await run<{ readonly moved: number }>(shared(["move", String(manyNumbers)]))).moved,
    );
    await measure(
      "loopback, TCP",
      (args) => among(2, args, ["--mca", "btl", "tcp,self"]),
      () => moved(bytes, here, "127.0.0.1"),
    );
    for (const [rate, bits] of [["1gbit", 1e9], ["10gbit", 1e10]] as const) {
      if (!allowsHosts()) {
        results[rate] = "this machine allows no network namespaces";
        continue;
      }
      await using hosts = await Hosts.open(rate);
      await measure(
        rate,
        (args) => hosts.mpirun(deno(args)),
        () => moved(bytes, (host, args) => hosts.command(host, args), addresses[0]),
        bits,
      );
    }
    return results;
  },
};

/** Buckets while the backward pass goes on, against one sum at its end. */
export const mpiBuckets: Figure = {
  name: "mpi-buckets",
  what:
    "gradients in buckets while the backward pass goes on, against all at its end, over 1 Gbit/s",
  async measure(note) {
    if (!allowsHosts()) return { result: "this machine allows no network namespaces" };
    await using hosts = await Hosts.open("1gbit");
    const results: Record<string, unknown> = {};
    for (const net of ["resnet20", "mlp"]) {
      const sizes = [Infinity, 2 ** 20, 2 ** 20, 2 ** 18];
      const times = new Map<number, number[]>(sizes.map((size) => [size, []]));
      for (let round = 1; round <= rounds; round++) {
        for (const size of sizes) {
          note(`mpi-buckets: ${net}, ${size}, round ${round} of ${rounds}`);
          const command = hosts.mpirun(deno(["train", net, String(size), "128"]));
          times.get(size)!.push((await run<Trained>(command)).seconds);
        }
      }
      for (const [size, all] of times) {
        const name = size === Infinity ? "at the end" : `${size / 1024} KiB`;
        results[`${net}, ${name}: ms a step`] = rounded(median(all) * 1000);
      }
    }
    return results;
  },
};

const kills = 20;

/** `kill -9` of one of two processes at random moments, resumed by two. */
export const mpiKill: Figure = {
  name: "mpi-kill",
  what: `kill -9 of one of two processes at ${kills} random moments of a run, each resumed`,
  async measure(note) {
    const place = await Deno.makeTempDir({ prefix: "striate-mpi-kill-" }), random = new Random(13);
    const began = performance.now();
    const { prints } = await run<{ prints: number[] }>(among(2, ["kill", `${place}/whole`]));
    const length = performance.now() - began, ends: number[] = [];
    let identical = 0;
    for (let i = 0; i < kills;) {
      note(`mpi-kill: ${i} of ${kills}`);
      const folder = `${place}/${i}`, rank = random.integer(2);
      const process = among(2, ["kill", folder]).spawn(), output = process.output();
      await new Promise((resolve) => setTimeout(resolve, random.uniform(0.3, 0.95) * length));
      const killed = performance.now(), victim = processOf(process.pid, rank);
      if (victim !== undefined) Deno.kill(victim, "SIGKILL");
      const { code } = await output;
      // A run that ended before its moment is no test: another one, with another moment.
      if (code === 0) {
        await Deno.remove(folder, { recursive: true });
        continue;
      }
      ends.push((performance.now() - killed) / 1000);
      const resumed = await run<{ prints: number[] }>(among(2, ["kill", folder]));
      if (String(resumed.prints) === String(prints)) identical++;
      i++;
    }
    await Deno.remove(place, { recursive: true });
    return {
      identical: `${identical} of ${kills}`,
      "seconds until all had ended, at most": rounded(Math.max(...ends)),
    };
  },
};
