import type { RunSummary, Setting, Sweep } from "./page/types.ts";

/** As much of `sweep.json` as is shown. */
interface SweepContent {
  readonly format: "striate-sweep";
  readonly recipe: {
    readonly method: string;
    readonly vary: Readonly<Record<string, unknown>>;
    readonly metric: string;
    readonly goal: "max" | "min";
  };
  readonly trials: readonly {
    readonly name: string;
    readonly options: Readonly<Record<string, Setting>>;
    readonly seeds: readonly number[];
  }[];
}

/** The sweep in a folder, with what its runs have come to; undefined where there is none. */
export async function sweepIn(
  root: string,
  id: string,
  runOf: (id: string) => RunSummary | undefined,
): Promise<Sweep | undefined> {
  const before = id === "." ? "" : `${id}/`;
  try {
    const path = `${root}/${before}sweep.json`;
    const content: SweepContent = JSON.parse(await Deno.readTextFile(path));
    if (content.format !== "striate-sweep") return undefined;
    const { method, vary, metric, goal } = content.recipe;
    return {
      id,
      method,
      metric,
      goal,
      varied: Object.keys(vary),
      trials: content.trials.map(({ name, options, seeds }) => {
        const runs = seeds.map((seed) => `${before}${name}/seed-${seed}`);
        const values = runs.flatMap((run) => valueOf(runOf(run), metric));
        return { name, settings: options, runs, values };
      }),
    };
  } catch {
    return undefined; // It is being written, or is none.
  }
}

/** What a run has come to: of one that halving has left behind, what it had come to by then. */
function valueOf(run: RunSummary | undefined, metric: string): readonly number[] {
  if (run === undefined || run.status === "running") return [];
  const value = run.result[`test/${metric}`] ?? run.latest[`validation/${metric}`];
  return value === undefined ? [] : [value];
}
