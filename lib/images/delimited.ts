/** A row of a table. */
export interface Row {
  /** Its cells, without the spaces around them. */
  readonly cells: readonly string[];
  /** The file and the line's number, for errors. */
  readonly where: string;
}

/**
 * The rows of a table of text, its cells split by one character (RFC 4180). A cell in quotes may have
 * the separator, line breaks and doubled quotes in it; lines end by LF, CRLF or CR. Rows of empty cells
 * are left out.
 *
 * @throws {SyntaxError} for a quote that is never closed
 */
export function* rowsOf(text: string, separator: string, name: string): Generator<Row> {
  const end = new RegExp(`[${separator === "|" ? "\\|" : separator}\\r\\n]|$`, "g");
  let cells: string[] = [], at = 0, line = 1, first = 1;
  while (at < text.length) {
    let cell: string;
    const quoted = quotedCell(text, at, separator, `${name}, line ${line}`);
    if (quoted) {
      [cell, at] = [quoted.cell, quoted.end];
      line += cell.match(/\r\n?|\n/g)?.length ?? 0;
    } else {
      end.lastIndex = at;
      const { index } = end.exec(text)!;
      [cell, at] = [text.slice(at, index).trim(), index];
    }
    cells.push(cell);
    if (text[at] === separator) {
      at++;
      if (at < text.length) continue;
      cells.push("");
    }
    if (cells.some((one) => one !== "")) yield { cells, where: `${name}, line ${first}` };
    at += text.startsWith("\r\n", at) ? 2 : 1;
    cells = [];
    first = ++line;
  }
}

/** A cell that is in quotes as a whole, and where it ends; undefined for any other. */
function quotedCell(text: string, at: number, separator: string, where: string) {
  while (text[at] === " ") at++;
  if (text[at] !== '"') return undefined;
  let close = at;
  do {
    close = text.indexOf('"', close + 1);
    if (close < 0) {
      throw new SyntaxError(`${where}: expected a quote to be closed, found the end of the file`);
    }
  } while (text[close + 1] === '"' && ++close);
  let end = close + 1;
  while (text[end] === " ") end++;
  if (end < text.length && text[end] !== separator && !"\r\n".includes(text[end]!)) {
    return undefined;
  }
  return { cell: text.slice(at + 1, close).replaceAll('""', '"'), end };
}
