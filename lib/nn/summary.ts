import { formatShape, type Shape } from "../core/shape.ts";
import type { Layer } from "./layer.ts";
import type { Placement } from "./placement.ts";
import type { SymbolicValue } from "./symbolic.ts";
import type { Weight } from "./weight.ts";

/** A layer in a summary. */
export interface SummaryRow {
  /** The layer's name. */
  readonly name: string;
  /** The layer's type. */
  readonly type: string;
  /** Without the batch axis. */
  readonly outputShape: Shape;
  /** Numbers that can be learnt; 0 where a layer is applied again. */
  readonly parameters: number;
  /** Multiplications with an addition, of matmuls and convolutions, for one example. */
  readonly multiplyAdds: number;
  /** The layers that it reads. */
  readonly sources: readonly string[];
}

/** A model's layers and totals; as a text, a table. */
export class Summary {
  /** One row for each application of a layer. */
  readonly rows: readonly SummaryRow[];
  /** Numbers that can be learnt. */
  readonly parameters: number;
  /** Those of them that are not frozen. */
  readonly trainableParameters: number;
  /** Multiply-adds for one example. */
  readonly multiplyAdds: number;

  /** A summary of rows; the numbers of parameters count weights that layers share once. */
  constructor(
    rows: readonly SummaryRow[],
    { parameters, trainableParameters }: Pick<Summary, "parameters" | "trainableParameters">,
  ) {
    this.rows = rows;
    this.parameters = parameters;
    this.trainableParameters = trainableParameters;
    this.multiplyAdds = rows.reduce((sum, row) => sum + row.multiplyAdds, 0);
  }

  /** The table as a text. */
  toString(): string {
    return formatSummary(this);
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return formatSummary(this);
  }
}

/** How many numbers of weights can be learnt. */
export const learnableSize = (weights: Iterable<Weight>): number =>
  Iterator.from(weights).reduce((sum, { learnable, size }) => sum + (learnable ? size : 0), 0);

/** A row for each input of a model, and for each application of a layer. */
export function rowsOf(
  { order, layers, names }: Placement,
  inputs: readonly SymbolicValue[],
  inputNames: readonly string[],
): SummaryRow[] {
  const rows: SummaryRow[] = inputs.map((value, i) => ({
    name: inputNames[i]!,
    type: "input",
    outputShape: value.shape,
    parameters: 0,
    multiplyAdds: 0,
    sources: [],
  }));
  const nameOf = (value: SymbolicValue) =>
    value.layer === undefined ? inputNames[inputs.indexOf(value)]! : names.get(value.layer)!;
  const seen = new Set<Layer>();
  for (const value of order) {
    const { layer } = value;
    if (layer === undefined) continue;
    const { name, weights } = layers.get(names.get(layer)!)!;
    rows.push({
      name,
      type: layer.type.type,
      outputShape: value.shape,
      parameters: seen.has(layer) ? 0 : learnableSize(weights.values()),
      multiplyAdds: layer.multiplyAdds(value.sources.map((source) => source.shape)),
      sources: value.sources.map(nameOf),
    });
    seen.add(layer);
  }
  return rows;
}

const count = (n: number) => n.toLocaleString("en");

/**
 * The rows as texts: name, type, shape, parameters, multiply-adds, and what a layer reads where it
 * does not simply follow the one above.
 */
export function summaryCells({ rows }: Summary): string[][] {
  let previous = "";
  return rows.map((row) => {
    const straight = row.sources.length === 0 ||
      (row.sources.length === 1 && row.sources[0] === previous);
    previous = row.name;
    return [
      row.name,
      row.type,
      formatShape([-1, ...row.outputShape]),
      count(row.parameters),
      count(row.multiplyAdds),
      straight ? "" : row.sources.join(", "),
    ];
  });
}

/** The summary as a table of text. */
function formatSummary(summary: Summary): string {
  const header = ["layer", "type", "output shape", "parameters", "multiply-adds"];
  const lines = summaryCells(summary).map((cells) =>
    cells.map((text, i) => i === header.length && text !== "" ? `<- ${text}` : text)
  );
  const total = ["total", "", "", count(summary.parameters), count(summary.multiplyAdds), ""];
  const widths = header.map((title, i) =>
    Math.max(title.length, ...[...lines, total].map((line) => line[i]!.length))
  );
  const format = (line: readonly string[]) =>
    line.map((text, i) =>
      i >= widths.length ? text : i < 3 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)
    ).join("  ").trimEnd();
  const rule = "-".repeat(widths.reduce((sum, w) => sum + w + 2, -2));
  const frozen = summary.parameters - summary.trainableParameters;
  return [
    format(header),
    rule,
    ...lines.map(format),
    rule,
    format(total),
    ...frozen > 0 ? [`${count(frozen)} parameters are frozen`] : [],
  ].join("\n");
}
