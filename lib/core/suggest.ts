import { describeValue } from "./errors.ts";
/** Edit distance (Damerau-Levenshtein, optimal string alignment) between two words. */
function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  for (let j = 1; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const substitution = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      }
      rows[i]![j] = best;
    }
  }
  return rows[a.length]![b.length]!;
}

/** No longer name is taken for a mistyped one. */
const longest = 200;

/** The known name nearest to a mistyped one, or undefined where none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > longest) return undefined;
  let best: string | undefined;
  let distance = Math.max(2, Math.ceil(name.length / 3)) + 1;
  for (const candidate of known) {
    const d = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (d < distance) [best, distance] = [candidate, d];
  }
  return best;
}

/** What other libraries call things here, without case and signs. */
const elsewhere: Readonly<Record<string, string>> = {
  lr: "learningRate",
  stepsize: "learningRate",
  mse: "meanSquaredError",
  mae: "meanAbsoluteError",
  l1loss: "meanAbsoluteError",
  l2loss: "meanSquaredError",
  bce: "binaryCrossEntropy",
  bcewithlogits: "binaryCrossEntropy",
  cce: "crossEntropy",
  nllloss: "crossEntropy",
  categoricalcrossentropy: "crossEntropy",
  sparsecategoricalcrossentropy: "crossEntropy",
  acc: "accuracy",
  wd: "weightDecay",
  bs: "batchSize",
  valdata: "validation",
  validationdata: "validation",
};

/** So many known names are listed. */
const most = 64;

/** The name that was meant, as far as can be guessed. */
function guessOf(name: string, known: readonly string[]): string | undefined {
  const same = name.length > longest
    ? undefined
    : elsewhere[name.toLowerCase().replace(/[_\W]/g, "")];
  return same !== undefined && known.includes(same) ? same : nearestName(name, known);
}

/** The sentence for an unknown name: what was found, the nearest, and those that are known. */
export function unknownName(kind: string, name: unknown, known: readonly string[]): string {
  const nearest = typeof name === "string" ? guessOf(name, known) : undefined;
  const guess = nearest === undefined ? "." : `; did you mean ${JSON.stringify(nearest)}?`;
  const more = known.length > most ? ` and ${known.length - most} more` : "";
  const list = known.slice(0, most).join(", ") + more;
  return `unknown ${kind} ${describeValue(name)}${guess} Known: ${list}`;
}
