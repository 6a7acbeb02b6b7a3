import { formatShape } from "../core/shape.ts";
import type { Field } from "./batch.ts";
import type { Examples } from "./reading.ts";

/** Classes that are named with their examples; of more, the fewest and the most examples are said. */
const named = 6;

/** One line: how many examples there are, of what, and how balanced their classes are. */
export function textOf(
  { length, inputs, targets, classes, labels }: Omit<Examples, "read"> & {
    readonly labels: ArrayLike<number> | undefined;
  },
): string {
  const list = (fields: readonly Field[]) =>
    fields.map(({ name, dtype, shape }) =>
      `${name === undefined ? "" : `${name}: `}${dtype} ${formatShape(shape)}`
    ).join(", ");
  const of = classes === undefined ? list(targets) : balanceOf(classes, labels);
  return `${inWords(length)} examples: ${list(inputs)}${of && ` -> ${of}`}`;
}

const inWords = (count: number) => count.toLocaleString("en");

/** How many classes there are and, where their labels are known without reading, how balanced. */
function balanceOf(classes: readonly string[], labels: ArrayLike<number> | undefined): string {
  const words = `${classes.length} classes`;
  if (labels === undefined) return words;
  const counts = classes.map(() => 0);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  if (classes.length <= named) {
    return `${words} (${classes.map((name, i) => `${name} ${inWords(counts[i]!)}`).join(", ")})`;
  }
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  return `${words} of ${fewest === most ? "" : `${inWords(fewest)} to `}${inWords(most)} examples`;
}
