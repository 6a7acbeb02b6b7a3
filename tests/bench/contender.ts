/**
 * One contender at one case, in a process of its own: warms up, takes samples, checks the result
 * and prints one line of JSON: its samples, or what is wrong with the result. `main.ts` starts it:
 * `contender.ts MODULE BACKEND CASE [one-thread] [quick]`.
 *
 * What a sample is: a number of steps put in the queue one after another, then ONE wait for the
 * last result; as many steps as take about half a second. That is the best treatment that each
 * contender can get: a wait for the GPU costs Deno about 10 ms whatever the library, and no
 * training loop that cares for speed waits at every step.
 *
 * @module
 */
import { type Case, cases } from "./cases.ts";
import { busyMilliseconds, ownMilliseconds, type Sample } from "./load.ts";

/** A case made ready by a contender. */
export interface Job {
  /** Starts one step. It may end later: only {@linkcode Job.wait} says when. */
  step(): void | Promise<void>;
  /** Waits for every step started; resolves to the last loss, or to any number. */
  wait(): Promise<number>;
  /** Throws if what was computed is wrong. */
  check?(): Promise<void>;
}

/** What the module of a contender exports as `prepare`. */
export type Prepare = (benchCase: Case, backend: string, threads?: number) => Promise<Job>;

/** How long a contender warms up, a sample takes, and all samples: at most, in milliseconds. */
const usual = { warmUp: 1000, sample: 500, total: 2500 };

/** The same for a first look. */
const quick = { warmUp: 250, sample: 150, total: 600 };

/** A result that is none: what computes garbage is not fast. */
class WrongResult extends Error {}

async function take(job: Job, steps: number): Promise<Sample & { value: number }> {
  const start = performance.now(), busy = busyMilliseconds(), own = ownMilliseconds();
  for (let step = 0; step < steps; step++) {
    const pending = job.step();
    if (pending) await pending;
  }
  const value = await job.wait();
  const elapsed = performance.now() - start;
  const others = (busyMilliseconds() - busy - (ownMilliseconds() - own)) / elapsed;
  const processor = (ownMilliseconds() - own) / steps;
  return { milliseconds: elapsed / steps, processor, others: Math.max(0, others), value };
}

/** Warms `job` up and times it. */
async function measure(
  job: Job,
  kind: Case["kind"],
  { warmUp, sample: one, total }: typeof usual,
): Promise<Sample[]> {
  const start = performance.now();
  const first = await take(job, 1);
  let last = first;
  while (performance.now() - start < warmUp) last = await take(job, 1);
  const steps = Math.max(1, Math.min(500, Math.round(one / last.milliseconds)));
  if (steps > 1) await take(job, steps); // long queues may need buffers of their own

  const samples: Sample[] = [];
  const begin = performance.now();
  while (performance.now() - begin < total) {
    last = await take(job, steps);
    const { value: _value, ...sample } = last;
    samples.push(sample);
  }
  await job.check?.().catch((error: Error) => {
    throw new WrongResult(error.message);
  });
  if ((kind === "train" || kind === "network-train") && !(last.value < first.value)) {
    throw new WrongResult(`does not learn: loss ${first.value} at first, ${last.value} at last`);
  }
  return samples;
}

if (import.meta.main) {
  const [module = "", backend = "", name = "", ...how] = Deno.args;
  const benchCase = cases.find((one) => one.name === name);
  if (!benchCase) throw new RangeError(`unknown case ${name}`);
  // The name is put together here so that a type check of this file needs none of the packages.
  const { prepare }: { prepare: Prepare } = await import(
    new URL(`${module}.ts`, import.meta.url).href
  );
  const threads = how.includes("one-thread") ? 1 : undefined;
  const job = await prepare(benchCase, backend, threads);
  try {
    const samples = await measure(job, benchCase.kind, how.includes("quick") ? quick : usual);
    console.log(JSON.stringify({ samples }));
  } catch (error) {
    if (!(error instanceof WrongResult)) throw error;
    console.log(JSON.stringify({ wrong: error.message }));
  }
  Deno.exit(0); // thread pools would keep the process alive
}
