/** Starts the programs of notebook 17 in several processes, or says what they gave elsewhere. */
import { fileURLToPath } from "node:url";

/** What `train_together.ts` says. */
export interface Together {
  readonly processes: number;
  readonly steps: number;
  /** Sent by the first process in training. */
  readonly bytes: number;
  readonly top1: number;
  /** The loss of each epoch. */
  readonly losses: readonly number[];
}

/** What `two_towers.ts` says. */
export interface Towers {
  readonly images: number;
  /** Sent by the first process for all images. */
  readonly bytes: number;
  readonly relativeDifference: number;
}

/** What the programs gave, and the commands that do it again. */
export interface Given {
  readonly commands: readonly string[];
  readonly together: readonly Together[];
  readonly towers: Towers;
}

/** Open MPI's mpirun; in a container there may be no other user than root. */
async function mpirun(command: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    env: {
      NO_COLOR: "1",
      ...Deno.uid() === 0 &&
        { OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" },
    },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** The command by which Open MPI is started here; undefined where it is not installed. */
export async function findMpirun(): Promise<string | undefined> {
  for (const command of ["mpirun.openmpi", "mpirun"]) {
    try {
      if (/Open MPI/.test(await mpirun(command, ["--version"]))) return command;
    } catch {
      // Not here, or another MPI's.
    }
  }
  return undefined;
}

/** Runs a program beside this module in so many processes, and reads what it says. */
async function run<T>(command: string, processes: number, program: string): Promise<T> {
  const said = await mpirun(command, [
    ...["-n", String(processes), "--oversubscribe", "--bind-to", "none"],
    // Where there is no fast network, it says so at length.
    ...["--mca", "btl_base_warn_component_unused", "0"],
    ...[Deno.execPath(), "run", "--allow-all", "--no-check", "--quiet"],
    fileURLToPath(new URL(program, import.meta.url)),
  ]);
  return JSON.parse(said.split("\n").find((line) => line.startsWith("{"))!);
}

const sizes = [1, 2, 3];

/** Runs both programs, one number of processes after another. */
export async function runAll(command: string): Promise<Given> {
  const together: Together[] = [];
  for (const processes of sizes) {
    together.push(await run<Together>(command, processes, "train_together.ts"));
  }
  return {
    commands: [
      ...sizes.map((n) => `mpirun -n ${n} deno run -A notebooks/programs/train_together.ts`),
      "mpirun -n 2 deno run -A notebooks/programs/two_towers.ts",
    ],
    together,
    towers: await run<Towers>(command, 2, "two_towers.ts"),
  };
}

/** The text of a program beside this module. */
export function sourceOf(program: string): Promise<string> {
  return Deno.readTextFile(new URL(program, import.meta.url));
}

/** What the programs gave when they were run for this notebook. */
export async function recordedRuns(): Promise<Given> {
  return JSON.parse(await Deno.readTextFile(new URL("recorded.json", import.meta.url)));
}

if (import.meta.main) {
  const command = await findMpirun();
  if (command === undefined) throw new Error("start.ts: expected Open MPI's mpirun, found none");
  const text = JSON.stringify(await runAll(command), undefined, 2);
  await Deno.writeTextFile(new URL("recorded.json", import.meta.url), text + "\n");
}
