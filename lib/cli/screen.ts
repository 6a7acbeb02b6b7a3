import type { DownloadProgress } from "../../data/download.ts";

/** Where lines are shown. */
export interface Screen {
  /** A line that stays. */
  line(text: string): void;
  /** A line that the next one replaces; only in a terminal. */
  passing(text: string): void;
}

/** What a passing line needs of a stream. */
interface Stream {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
}

/** Lines on a stream, stdout by default; in a terminal of `columns` they are cut where they would wrap. */
export function screen(stream: Stream = Deno.stdout, columns = columnsOf): Screen {
  const terminal = stream.isTerminal(), encoder = new TextEncoder();
  const write = (text: string) => {
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  };
  return {
    line: (text) => write(`${terminal ? "\r\x1b[K" : ""}${text}\n`),
    passing(text) {
      // A line that wraps cannot be taken back.
      if (terminal) write(`\r\x1b[K${text.slice(0, columns() - 1)}`);
    },
  };
}

/** The width of the terminal; what is usual where it does not say. */
function columnsOf(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

/** One line on how a download stands. */
export function formatDownload({ file, received, total }: DownloadProgress): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return `downloading ${file}: ${megabytes(received)} of ${megabytes(total)} MB`;
}
