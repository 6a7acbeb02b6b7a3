import { formatShape, type Shape } from "../core/shape.ts";

/** A weight of the model and the tensor that it comes from. */
export interface MatchedWeight {
  /** Name in the model. */
  readonly weight: string;
  /** Name in the file. */
  readonly tensor: string;
  /** Shape in the file. */
  readonly shape: Shape;
}

/** A weight of the model whose tensor has another shape or type than it needs. */
export interface MisshapenWeight extends Omit<MatchedWeight, "shape"> {
  /** What the file would have to hold. */
  readonly expected: string;
  /** What it holds. */
  readonly found: string;
}

/** A name and a shape. */
export interface NamedShape {
  /** The name. */
  readonly name: string;
  /** The shape. */
  readonly shape: Shape;
}

/** What fits between a file of weights and a model, and what does not; prints as a list. */
export interface WeightReport {
  /** The file. */
  readonly source: string;
  /** The part of the file that the weights are of, where it is not the usual one. */
  readonly part: string | undefined;
  /** The sets of tensors that the file has (`WeightFile.parts`). */
  readonly parts: readonly string[];
  /** Weights that have their tensor. */
  readonly matched: readonly MatchedWeight[];
  /** Weights of the model that have no tensor, with their shapes in the model. */
  readonly missing: readonly NamedShape[];
  /** Tensors of the file that belong to no weight. */
  readonly unexpected: readonly NamedShape[];
  /** Weights whose tensor does not fit. */
  readonly misshapen: readonly MisshapenWeight[];
  /** Weights of the model that were not to be loaded: a new head's, say. */
  readonly kept: readonly NamedShape[];
  /** Tensors of the file that were left out: counters of steps, and what was asked to be ignored. */
  readonly ignored: readonly string[];
  /** The report in words. */
  toString(): string;
}

/** Weights that do not fit a model, which has stayed as it was. */
export class WeightMismatchError extends TypeError {
  /** Always "WeightMismatchError". */
  override readonly name = "WeightMismatchError";

  /** An error for what a report says. */
  constructor(message: string, readonly report: WeightReport) {
    super(message);
  }
}

/** Of a longer list, so many lines are printed. */
const mostLines = 20;

/** A report that prints. */
export function weightReport(parts: Omit<WeightReport, "toString">): WeightReport {
  return {
    ...parts,
    toString() {
      const { source, part, matched, missing, unexpected, misshapen, kept, ignored } = parts;
      const named = ({ name, shape }: NamedShape) => `${name} ${formatShape(shape)}`;
      const weights = matched.length + missing.length + misshapen.length;
      return [
        `${source}: ${matched.length} of ${weights} weights matched` +
        (ignored.length > 0 ? `, ${ignored.length} tensors ignored` : "") +
        (part === undefined ? "" : `, of the part ${JSON.stringify(part)}`),
        ...parts.parts.length > 1
          ? [
            `  (parts of the file, for the option part: ${
              parts.parts.slice(0, mostLines).join(", ")
            })`,
          ]
          : [],
        ...section(
          "another shape",
          misshapen,
          ({ tensor, expected, found }) => `${tensor}: expected ${expected}, found ${found}`,
        ),
        ...section("kept as they were, not from the file", kept, named),
        ...section("missing in the file", missing, named),
        ...section("unexpected in the file", unexpected, named),
      ].join("\n");
    },
  };
}

function section<T>(title: string, list: readonly T[], line: (item: T) => string): string[] {
  if (list.length === 0) return [];
  const lines = list.slice(0, mostLines).map((item) => `  ${line(item)}`);
  if (list.length > mostLines) lines.push(`  and ${list.length - mostLines} more`);
  return [`${list.length} ${title}:`, ...lines];
}
