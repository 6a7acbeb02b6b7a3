/** How busy other programs keep the machine, so that a sample that they disturbed can be told. */
import process from "node:process";

/** One measurement. */
export interface Sample {
  /** Time of a step. */
  readonly milliseconds: number;
  /** Time of processor cores that it took. */
  readonly processor: number;
  /** Processor cores that other programs used meanwhile; 0 where that is not known. */
  readonly others: number;
}

/** Above this many cores used by others, a sample counts as disturbed. */
const disturbed = 0.15;

/** Time that all cores together have been busy, in steps of 10 ms; 0 where there is no /proc. */
export function busyMilliseconds(): number {
  try {
    const line = Deno.readTextFileSync("/proc/stat").split("\n", 1)[0] ?? "";
    const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0] = line
      .split(/\s+/).slice(1).map(Number);
    return (user + nice + system + interrupts + softInterrupts) * 10;
  } catch {
    return 0;
  }
}

/** Processor time of this process, all threads together. */
export function ownMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

let patience = 30_000; // milliseconds of waiting that one benchmark is given in all

/** Waits until other programs leave the machine alone, as long as there is patience left. */
export async function waitForQuiet(): Promise<void> {
  const interval = 250;
  while (patience > 0) {
    const before = busyMilliseconds();
    await new Promise((resolve) => setTimeout(resolve, interval));
    if ((busyMilliseconds() - before) / interval < disturbed) return;
    patience -= interval;
  }
}

/** The processor time of a step of one thread: a busy machine makes most samples a little longer. */
export function summariseProcessor(samples: readonly Sample[]): Summary {
  const times = samples.map(({ processor }) => processor).toSorted((a, b) => a - b);
  return { milliseconds: times[times.length >> 2]!, disturbed: false };
}

/** The time of a step out of many samples. */
export interface Summary {
  readonly milliseconds: number;
  /** Whether hardly any sample was free of other programs: the time is then too long. */
  readonly disturbed: boolean;
}

/**
 * The median of the samples that nobody disturbed; of the three least disturbed where fewer than
 * three were left alone. This picks the quiet samples, not the fast ones.
 */
export function summarise(samples: readonly Sample[]): Summary {
  const byOthers = samples.toSorted((a, b) => a.others - b.others);
  const quiet = byOthers.filter(({ others }) => others < disturbed);
  const enough = quiet.length >= Math.min(3, samples.length);
  const times = (enough ? quiet : byOthers.slice(0, 3))
    .map(({ milliseconds }) => milliseconds)
    .toSorted((a, b) => a - b);
  const upper = times.length >> 1;
  return {
    milliseconds: (times[upper]! + times[times.length - 1 - upper]!) / 2,
    disturbed: !enough,
  };
}
