/** Starts programs in several processes, as a user would. */
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** How processes are started. */
export interface MpiOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Further options of mpirun. */
  readonly options?: readonly string[];
  /** Gives each process a core of its own, as mpirun does by itself. */
  readonly ownCores?: boolean;
}

/** The words that start `args` of Deno in so many processes, more than there may be cores. */
export function mpirunArguments(
  processes: number,
  args: readonly string[],
  { options = [], ownCores = false }: MpiOptions = {},
) {
  return [
    ...["-n", String(processes), "--oversubscribe", "--bind-to", ownCores ? "core" : "none"],
    // Where there is no fast network, it says so at length.
    ...["--mca", "btl_base_warn_component_unused", "0"],
    ...options,
    Deno.execPath(),
    ...args,
  ];
}

/** What mpirun is told by its surroundings: in a container there may be no other user than root. */
export const mpirunEnvironment = {
  NO_COLOR: "1",
  npm_lifecycle_event: "",
  INIT_CWD: "",
  ...Deno.uid() === 0 && {
    OMPI_ALLOW_RUN_AS_ROOT: "1",
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  },
};

/** A command that starts processes, not yet run. */
export function mpirun(
  processes: number,
  args: readonly string[],
  how: MpiOptions = {},
): Deno.Command {
  return new Deno.Command("/usr/bin/mpirun.openmpi", {
    args: mpirunArguments(processes, args, how),
    cwd: root,
    env: { ...mpirunEnvironment, ...how.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** The arguments by which Deno runs a program of `programs`. */
export const programArguments = (program: string, args: readonly string[]): string[] => [
  ...["run", "--allow-all", "--no-check", "--quiet"],
  ...[`${root}tests/parallel/programs/${program}`, ...args],
];

/** What processes said: JSON lines as objects. */
export function resultOf({ code, stdout, stderr }: Deno.CommandOutput) {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const lines = text(stdout).split("\n").filter((line) => line.startsWith("{"));
  return { code, said: lines.map((line) => JSON.parse(line)), errors: text(stderr) };
}

/** Runs a program of `programs` in several processes. */
export const runProgram = async (
  processes: number,
  program: string,
  args: readonly string[] = [],
  options: MpiOptions = {},
) => resultOf(await mpirun(processes, programArguments(program, args), options).output());

/** The process of a rank that an mpirun has started; undefined where there is none. */
export function processOf(mpirun: number, rank: number): number | undefined {
  for (const { name } of Deno.readDirSync("/proc")) {
    try {
      const status = Deno.readTextFileSync(`/proc/${name}/status`);
      if (Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]) !== mpirun) continue;
      const own = Deno.readTextFileSync(`/proc/${name}/environ`).split("\0");
      if (own.includes(`OMPI_COMM_WORLD_RANK=${rank}`)) return Number(name);
    } catch {
      // No process, or one that has ended.
    }
  }
  return undefined;
}
