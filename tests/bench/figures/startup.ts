import { type Figure, median } from "./figure.ts";

/** Rounds that count; one before them fills Deno's cache. */
const usualRounds = 13;

/** Milliseconds from `deno task train` in a checkout to its first training step. */
async function once(checkout: string): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "striate-startup-" });
  const began = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "train", "--json", "--device", "cpu", "--out", folder],
    cwd: checkout,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let output = "", milliseconds: number | undefined;
  // The output ends when the process that the task has started does, which hears of the signal from it.
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    if (milliseconds !== undefined || !output.includes('{"event":"first-step"')) continue;
    milliseconds = performance.now() - began;
    child.kill("SIGINT");
  }
  await child.status;
  await Deno.remove(folder, { recursive: true });
  if (milliseconds !== undefined) return milliseconds;
  throw new Error(`${checkout}: deno task train did no step: ${(await errors).trim()}`);
}

/** What some runs took. */
interface Times {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

const timesOf = (samples: readonly number[]): Times => ({
  median: Math.round(median(samples)),
  lowest: Math.round(Math.min(...samples)),
  highest: Math.round(Math.max(...samples)),
});

/** How soon checkouts begin, in milliseconds. */
export interface StartUps {
  readonly here: Times;
  /** Of the other checkout, where there is one. */
  readonly there?: Times;
  /** The median over the rounds of here by there. */
  readonly ratio?: number;
}

/** Starts a checkout, and another in turns with it where there is one, each first in every other round. */
export async function startUps(
  here: string,
  there: string | undefined,
  rounds: number,
  note: (text: string) => void,
): Promise<StartUps> {
  const checkouts = there === undefined ? [here] : [here, there];
  const samples: number[][] = checkouts.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    note(`startup: round ${round} of ${rounds}`);
    const turns = [...checkouts.keys()];
    for (const i of round % 2 === 0 ? turns : turns.reverse()) {
      const milliseconds = await once(checkouts[i]!);
      if (round > 0) samples[i]!.push(milliseconds);
    }
  }
  const [own, other] = samples as [number[], number[]?];
  return {
    here: timesOf(own),
    ...other && {
      there: timesOf(other),
      ratio: Number(median(own.map((one, i) => one / other[i]!)).toFixed(3)),
    },
  };
}

/** The time that a user waits for the first step. */
export const startup: Figure = {
  name: "startup",
  what: "from `deno task train` to its first training step, with everything in Deno's cache, in " +
    "milliseconds; with --against beside that of another checkout",
  measure: async (note, { against }) => ({
    ...await startUps(new URL("../../..", import.meta.url).pathname, against, usualRounds, note),
  }),
};
