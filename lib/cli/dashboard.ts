/**
 * `deno task dashboard`: a page that shows the runs in a folder, and what becomes of those under way.
 *
 * @module
 */
import { integer } from "../core/option_kinds.ts";
import { serveDashboard } from "../dashboard/server.ts";
import { command, formatOptions, option, runCommand, UsageError } from "./command.ts";
import { standWhereCalled } from "./shell.ts";

const options = {
  port: option(
    "where it is served on this machine; 0 for one that is free (0)",
    integer({ least: 0, most: 65535 }),
  ),
};

const help =
  `Shows the runs in a folder (runs) on a page of this machine, and what becomes of those under way.

  deno task dashboard [FOLDER] [options]

${formatOptions(options)}

The page has curves of all that is measured, a table of the runs, their settings side by side, graphs
of networks and sweeps; for runs of deno task train --record also norms, histograms, filters, mistakes
and confusions on the way. It can ask a run to end, and save what it shows as CSV or as one HTML file.
It is served to this machine alone, to who has opened the address that this shows. Ctrl-C ends it.`;

/** The command; returns the exit code. */
export const main = command(options, help, async ({ port = 0 }, [folder = "runs", second]) => {
  if (second !== undefined) {
    throw new UsageError(`expected one folder, found also ${JSON.stringify(second)}; see --help`);
  }
  checkFolder(folder);
  await using dashboard = served(folder, port);
  console.log(`${folder}: ${dashboard.address}`);
  await dashboard.finished;
  return 0;
});

function served(folder: string, port: number) {
  try {
    return serveDashboard(folder, port);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new UsageError(`--port: ${port} is taken; leave it out for one that is free`);
  }
}

function checkFolder(folder: string): void {
  let isFolder: boolean;
  try {
    isFolder = Deno.statSync(folder).isDirectory;
  } catch {
    throw new UsageError(
      `there is no folder ${folder}; give the one that deno task train writes to`,
    );
  }
  if (!isFolder) throw new UsageError(`${folder} is no folder of runs`);
}

if (import.meta.main) {
  standWhereCalled();
  await runCommand(main);
}
