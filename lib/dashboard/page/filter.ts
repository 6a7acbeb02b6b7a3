import type { RunSummary } from "./types.ts";

const comparison = /^([\w.\-/]+)(<=|>=|[:=<>])(.+)$/;

/** A name as it is compared: options are written learning-rate, settings learningRate. */
const plainName = (name: string) => name.replaceAll("-", "").toLowerCase();

/** What a run has under a name: of its status, tags, settings and metrics. */
function valuesOf(run: RunSummary, name: string): readonly (string | number)[] {
  const wanted = plainName(name);
  if (wanted === "status") return [run.status];
  if (wanted === "tag") return run.tags;
  if (wanted === "name" || wanted === "run") return [run.id];
  const own = { epoch: run.epoch, step: run.step, seconds: run.seconds };
  const found = [own, run.settings, run.latest].flatMap((part) => Object.entries(part))
    .filter(([key, value]) => plainName(key) === wanted && value !== null);
  return found.map(([, value]) => typeof value === "number" ? value : String(value));
}

function fits(run: RunSummary, word: string): boolean {
  const [, name, sign, wanted] = comparison.exec(word) ?? [];
  if (name === undefined || sign === undefined || wanted === undefined) {
    const texts = [run.id, run.status, ...run.tags, ...Object.values(run.settings).map(String)];
    return texts.some((text) => text.toLowerCase().includes(word.toLowerCase()));
  }
  return valuesOf(run, name).some((value) => {
    if (sign === ":") return String(value).toLowerCase().includes(wanted.toLowerCase());
    if (sign === "=") return String(value) === wanted || Number(value) === Number(wanted);
    const [a, b] = [Number(value), Number(wanted)];
    if (sign === "<") return a < b;
    if (sign === ">") return a > b;
    return sign === "<=" ? a <= b : a >= b;
  });
}

/**
 * Whether a run has all words of a filter: parts of its name, tags, status and settings, or comparisons
 * as in `status:died optimizer=adam learning-rate<0.1 top1>=0.9`. A minus before a word wants the
 * contrary.
 */
export function matches(run: RunSummary, filter: string): boolean {
  const words = filter.split(/\s+/).filter((word) => word !== "" && word !== "-");
  return words.every((word) => word.startsWith("-") ? !fits(run, word.slice(1)) : fits(run, word));
}
