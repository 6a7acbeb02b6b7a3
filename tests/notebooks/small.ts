/** Small notebooks for the tests. */
import type { Cell, Notebook } from "../../lib/cli/notebook_format.ts";

/** A cell of code, without outputs. */
export function code(source: string): Cell {
  return { cell_type: "code", metadata: {}, source, execution_count: null, outputs: [] };
}

/** A cell of text. */
export function markdown(source: string): Cell {
  return { cell_type: "markdown", metadata: {}, source };
}

/** A notebook; a string is a cell of code. */
export function notebook(...cells: readonly (Cell | string)[]): Notebook {
  return {
    cells: cells.map((cell) => typeof cell === "string" ? code(cell) : cell),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  };
}
