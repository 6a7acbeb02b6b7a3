import { TrainRun } from "../../cli/run.ts";
import { type Figure, median } from "./figure.ts";

const runs = 9;

/** Milliseconds from the command to the first training step. */
async function once(folder: string, device: string): Promise<number> {
  const began = performance.now();
  let milliseconds = NaN;
  const args = ["--json", "--device", device, "--out", folder];
  const run = new TrainRun(args, (line, run) => {
    if (!line.startsWith('{"event":"first-step"')) return;
    milliseconds = performance.now() - began;
    // Twice: the second one ends the process at once.
    run.signal("SIGINT");
    run.signal("SIGKILL");
  }, ["task", "train"]);
  await run.end();
  return milliseconds;
}

/** The time that a user waits for the first step. */
export const startup: Figure = {
  name: "startup",
  what: "from `deno task train` to its first training step, with everything in Deno's cache",
  async measure(note) {
    const folder = await Deno.makeTempDir({ prefix: "striate-startup-" });
    const samples: number[] = [];
    for (let i = 0; i < runs; i++) {
      note(`startup: ${i} of ${runs}`);
      samples.push(await once(folder, "cpu"));
    }
    await Deno.remove(folder, { recursive: true });
    return {
      medianMilliseconds: Math.round(median(samples.slice(1))),
      lowest: Math.round(Math.min(...samples)),
      highest: Math.round(Math.max(...samples.slice(1))),
    };
  },
};
