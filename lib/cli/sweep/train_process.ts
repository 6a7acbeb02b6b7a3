/**
 * The runs of a sweep: each is `deno task train` in a process of its own, with that task's permissions.
 *
 * @module
 */
import { checkpointName } from "../../train/checkpoint_names.ts";
import { metricsFile, readRun, stopFile } from "../run_record.ts";
import type { OptionValue, SweepRecipe } from "./sweep_recipe.ts";

/** A run, and how far it is to go. */
export interface TrainTask {
  readonly folder: string;
  /** All options of `train`, the seed among them. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Further words of its command line. */
  readonly words: readonly string[];
  /** The epoch after which it is measured; undefined for its end. */
  readonly until: number | undefined;
  readonly metric: SweepRecipe["metric"];
}

/** What came of a run. */
export interface Reached {
  /** Undefined where it has failed. */
  readonly value: number | undefined;
  /** Why it has failed, or that it was asked to end before. */
  readonly failure?: string;
}

/** The command of the task in deno.json, from the project's folder. */
async function taskCommand(): Promise<{ readonly args: string[]; readonly project: URL }> {
  const project = new URL("../../../", import.meta.url);
  const configuration = await (await fetch(new URL("deno.json", project))).json();
  return { args: String(configuration.tasks.train.command).split(" ").slice(1), project };
}

/** The measure of a run that has come far enough; undefined of one that has not. */
export async function measured({ folder, until, metric }: TrainTask): Promise<Reached | undefined> {
  const run = await readRun(folder);
  if (run === undefined) return undefined;
  if (until === undefined) {
    const { test } = (run.result ?? {}) as { test?: Record<string, number> };
    if (run.status === "done") return { value: test?.[metric] };
  } else {
    const value = await valueAfter(folder, until, metric);
    if (value !== undefined) return { value };
  }
  if (run.status !== "failed") return undefined;
  const { error = "it has failed" } = (run.result ?? {}) as { error?: string };
  return { value: undefined, failure: error };
}

/** What was measured on the test images after an epoch. */
async function valueAfter(folder: string, epoch: number, metric: string) {
  const text = await Deno.readTextFile(`${folder}/${metricsFile}`).catch(() => "");
  for (const line of text.split("\n")) {
    try {
      const read = JSON.parse(line);
      const isIt = read.event === "epoch" && read.epoch === epoch && read.phase === undefined;
      if (isIt && typeof read.validation?.[metric] === "number") {
        return Number(read.validation[metric]);
      }
    } catch {
      // The line was cut off.
    }
  }
}

/**
 * Trains until a run has come far enough, from its checkpoint where there is one. A run that is to go on
 * later is asked to end with a checkpoint, as the dashboard asks.
 */
export async function train(task: TrainTask, signal: AbortSignal): Promise<Reached> {
  const known = await measured(task);
  if (known !== undefined) return known;
  const { folder, options, words, until } = task;
  const isBegun = await Deno.stat(`${folder}/${checkpointName}`).then(() => true, () => false);
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === false ? [] : value === true ? [`--${name}`] : [`--${name}`, String(value)]
  );
  const { args, project } = await taskCommand();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...args,
      ...isBegun ? ["--resume", folder] : ["--out", folder, ...given],
      ...words,
      "--json",
    ],
    cwd: project,
    env: { INIT_CWD: Deno.cwd() },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stop = () => {
    try {
      child.kill("SIGINT");
    } catch {
      // It has ended.
    }
  };
  signal.addEventListener("abort", stop);
  try {
    const [{ success }, errors] = await Promise.all([
      child.status,
      new Response(child.stderr).text(),
      readLines(child.stdout, async (line) => {
        const { event, epoch, phase } = JSON.parse(line);
        if (event !== "epoch" || phase !== undefined || epoch !== until) return;
        await Deno.writeTextFile(`${folder}/${stopFile}`, "");
      }),
    ]);
    const found = await measured(task);
    if (found !== undefined) return found;
    if (signal.aborted) return { value: undefined, failure: "interrupted" };
    const [reason = "it ended without a result"] = errors.trim().split("\n").reverse();
    return { value: undefined, failure: success ? "it ended before" : reason };
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Hands on the lines of JSON of a stream. */
async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => Promise<void>,
): Promise<void> {
  let rest = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    for (const line of lines) if (line.startsWith("{")) await onLine(line);
  }
}
