import { environment, isOneOfMany } from "../core/environment.ts";
import { options } from "../core/options.ts";
import { type Group, GroupOfOne } from "./group.ts";
import { type JoinOptions, joinSchema, type JoinSettings } from "./join_options.ts";
import { MpiError } from "./mpi_error.ts";

let joined: Promise<Group> | undefined;

/**
 * Joins the processes that Open MPI's `mpirun` has started with this one; a process that was started
 * alone is a group of one. `fit` then trains one model in all of them, each on its share of every batch:
 *
 * ```ts
 * import { digits, joinProcesses, lenet5 } from "@striate/striate";
 * const group = await joinProcesses(); // mpirun -n 4 deno run -A program.ts
 * const { train } = digits({ train: 256 });
 * const history = await lenet5().fit(train, { batchSize: 128, group });
 * if (group.rank === 0) console.log(history.epochs.length); // 1
 * ```
 *
 * A process that ends by an error ends all of them, by mpirun. A process can be in one group alone: later
 * calls give the same.
 *
 * @throws {MpiError} if there is no library of Open MPI, or another MPI has started the processes
 * @throws {RangeError} for an option out of range
 */
export function joinProcesses(given: JoinOptions = {}): Promise<Group> {
  const settings = options("joinProcesses", given, joinSchema);
  return joined ??= join(settings);
}

async function join(settings: JoinSettings): Promise<Group> {
  if (isOneOfMany()) {
    const { MpiGroup } = await import("./mpi_group.ts");
    const group = new MpiGroup(settings);
    await checkAlike(group, settings);
    return group;
  }
  if (Number(environment("PMI_SIZE") ?? 1) > 1) {
    throw new MpiError(
      "joinProcesses: these processes were started by MPICH or another MPI than Open MPI; " +
        "on Debian or Ubuntu: sudo apt-get install -y openmpi-bin libopenmpi3, and start them by " +
        "mpirun.openmpi",
    );
  }
  return new GroupOfOne();
}

/** Checks that all processes run the same library and were joined alike. */
async function checkAlike(group: Group, settings: JoinSettings): Promise<void> {
  const { bucketBytes, ...others } = settings;
  const own = {
    "version of Striate": (await (await fetch(new URL("../../deno.json", import.meta.url))).json())
      .version,
    "version of Deno": Deno.version.deno,
    bucketBytes: String(bucketBytes),
    ...others,
  };
  const all = (await group.gatherTexts(JSON.stringify(own)))
    .map((text): Readonly<Record<string, unknown>> => JSON.parse(text));
  for (const [name, expected] of Object.entries(all[0]!)) {
    const other = all.findIndex((one) => one[name] !== expected);
    if (other < 0) continue;
    throw new MpiError(
      `joinProcesses: expected all processes to have the same ${name}, found ${expected} in process 0 ` +
        `and ${all[other]![name]} in process ${other}`,
    );
  }
}
