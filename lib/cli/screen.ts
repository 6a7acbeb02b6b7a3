import type { DownloadProgress } from "../core/download.ts";
import { Stopwatch } from "../core/stopwatch.ts";

/** Where lines are shown. */
export interface Screen {
  /** A line that stays. */
  line(text: string): void;
  /** A line that the next one replaces; where there is no terminal, one a minute is shown, and stays. */
  passing(text: string): void;
}

/** What a screen needs of a stream. */
interface Stream {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
}

/** What a screen is told by its surroundings. */
interface Surroundings {
  /** The width of the terminal. */
  columns(): number;
  /** The time in milliseconds. */
  now(): number;
}

const minute = 60_000;

/** Lines on a stream, stdout by default. */
export function screen(
  stream: Stream = Deno.stdout,
  { columns, now }: Surroundings = surroundings(),
): Screen {
  const terminal = stream.isTerminal(), encoder = new TextEncoder();
  let shown = now();
  const write = (text: string) => {
    const bytes = encoder.encode(text);
    saying(() => {
      for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
    });
    shown = now();
  };
  return {
    line: (text) => write(`${terminal ? "\r\x1b[K" : ""}${text}\n`),
    passing(text) {
      // A line that wraps cannot be taken back.
      if (terminal) write(`\r\x1b[K${fitted(text, columns() - 1)}`);
      else if (text !== "" && now() - shown >= minute) write(`${text}\n`);
    },
  };
}

/** A line in so many columns: closer together, then without its last parts, which two spaces part. */
function fitted(text: string, width: number): string {
  if (text.length <= width) return text;
  const parts = text.split("  "), lineOf = () => parts.join(" ");
  while (parts.length > 1 && lineOf().length > width) parts.pop();
  return lineOf().slice(0, width);
}

function surroundings(): Surroundings {
  const watch = new Stopwatch();
  return { columns: columnsOf, now: () => watch.read() };
}

/** The width of the terminal; what is usual where it does not say. */
function columnsOf(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

/** Shows an event as one JSON object a line, for programs. */
export function writeEvent(event: string, content: object): void {
  saying(() => console.log(JSON.stringify({ event, ...content })));
}

/** Says something, if the terminal is still there: where it was closed, the work is yet to be saved. */
function saying(say: () => void): void {
  try {
    say();
  } catch (error) {
    if ((error as { code?: string }).code !== "EIO") throw error;
  }
}

/** One line on how a download stands. */
export function formatDownload({ file, received, total }: DownloadProgress): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return `downloading ${file}: ${megabytes(received)} of ${megabytes(total)} MB`;
}
