/**
 * Runs a target on inputs made from a seed, and says what went wrong: an error that is not the
 * library's, one that the engine worded, an input that takes long or much memory.
 *
 * @module
 */
import { Random } from "../../lib/core/random.ts";
import type { Target } from "./target.ts";

/** What no input may take: milliseconds, and bytes of the whole process above its start. */
export const limits = { milliseconds: 2000, bytes: 500e6 };

/** What was found in a run. */
export interface Report {
  readonly inputs: number;
  readonly accepted: number;
  /** Milliseconds. */
  readonly slowest: number;
  /** Bytes of the process above its start. */
  readonly peak: number;
  readonly findings: readonly Finding[];
}

/** An input on which something went wrong. */
export interface Finding {
  readonly what: string;
  readonly input: Uint8Array<ArrayBuffer>;
}

const ours = new Set([
  ...["SyntaxError", "TypeError", "RangeError", "Error", "NotFound", "PermissionDenied"],
  ...["DeviceError", "ChecksumError", "DivergenceError"],
]);

/** How V8 words what a check should have caught. */
const engine = new RegExp(
  [
    "Cannot (read|set|destructure|convert|mix|access)",
    "is not (a function|iterable|a constructor|defined)",
    "undefined \\(|reading '|BigInt",
    "Invalid (typed )?array|Invalid (string|count|array) ",
    "Array buffer allocation|out of memory|call stack|memory access",
    "[oO]ffset is out|start offset|byte length of|private (member|field)",
  ].join("|"),
);

/** What is wrong with an error, if anything. */
function fault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return `no Error was thrown: ${Deno.inspect(error)}`;
  const text = `${error.name}: ${error.message.slice(0, 300)}`;
  if (!ours.has(error.name)) return `an error of another class: ${text}`;
  if (engine.test(error.message)) return `an error in the engine's words: ${text}`;
  if (error.message.length > 5000) return `an error of ${error.message.length} characters: ${text}`;
}

/** Reads one input; what is wrong, if anything: also if it took more than `patience` milliseconds. */
export async function tryInput(
  target: Target,
  input: Uint8Array<ArrayBuffer>,
  patience = limits.milliseconds,
): Promise<{ readonly accepted: boolean; readonly took: number; readonly wrong?: string }> {
  const start = performance.now();
  let wrong: string | undefined, accepted = false;
  try {
    await target.read(input);
    accepted = true;
  } catch (error) {
    wrong = fault(error);
  }
  const took = performance.now() - start;
  if (wrong === undefined && took > patience) wrong = `${Math.round(took)} ms`;
  return { accepted, took, ...wrong !== undefined && { wrong } };
}

/** Reads `count` inputs made from a seed. */
export async function fuzz(
  target: Target,
  seed: number,
  count: number,
  patience = limits.milliseconds,
): Promise<Report> {
  const findings: Finding[] = [], start = Deno.memoryUsage().rss;
  let accepted = 0, slowest = 0, peak = 0;
  for (let index = 0; index < count; index++) {
    const input = await target.make(new Random(seed, index));
    const { accepted: isAccepted, took, wrong } = await tryInput(target, input, patience);
    if (isAccepted) accepted++;
    slowest = Math.max(slowest, took);
    const bytes = Deno.memoryUsage().rss - start;
    const isLarge = bytes > limits.bytes && bytes > peak;
    peak = Math.max(peak, bytes);
    const what = wrong ?? (isLarge ? `${Math.round(bytes / 1e6)} MB more` : undefined);
    if (what !== undefined) findings.push({ what: `seed ${seed}, input ${index}: ${what}`, input });
  }
  return { inputs: count, accepted, slowest, peak, findings };
}
