/** Executing a notebook in the real kernel, through nbclient. */
import { fileURLToPath } from "node:url";
import { findPython, kernelEnvironment } from "./jupyter.ts";
import { joined, plain, readNotebook, tidyNotebook } from "./notebook_file.ts";
import { importsEntry } from "./next_steps.ts";
import type { Notebook, Output } from "./notebook_format.ts";

/** What execute_notebook.py says of a cell that ended the run. */
interface Failure {
  readonly cell: number;
  readonly kind: "error" | "reply" | "timeout" | "dead";
  readonly name: string;
  readonly message: string;
  readonly trace: readonly string[];
}

/** How a notebook went. */
export interface Execution {
  /** The notebook with its outputs, as far as it went. */
  readonly notebook: Notebook;
  readonly seconds: number;
  /** The cell that failed, and how; undefined if none did. */
  readonly failure: string | undefined;
}

const driver = fileURLToPath(new URL("execute_notebook.py", import.meta.url));

const missing = "notebooks are executed through nbclient, and no Python here has it; " +
  "install it: sudo apt-get install -y python3-nbclient, or: python3 -m pip install nbclient";

/** Where a text is not TypeScript; undefined if it is. */
async function syntaxError(source: string): Promise<string | undefined> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--ext", "ts", "-"],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { success, stderr } = await child.output();
  if (success) return undefined;
  const [said = ""] = plain(new TextDecoder().decode(stderr)).split(/\n\s*at |\n\nStack/);
  return said.replace(/^error: /, "").trimEnd();
}

/** An error with its stack, whose first line may tell the error already. */
function errorText({ name, message, trace }: Failure): string {
  const stack = plain(trace.join("\n")).trim();
  const head = `${name}: ${plain(message)}`;
  return stack.includes(plain(message)) ? stack : `${head}\n${stack}`.trim();
}

/** What is said where a notebook elsewhere does not know the library's name. */
const withHint = (text: string) =>
  /"@striate\/striate" not a dependency/.test(text)
    ? `${text}\nthe name is known in the checkout; elsewhere it is by a deno.json beside the notebook, ` +
      `with ${importsEntry()}`
    : text;

async function explain(failure: Failure, source: string, limit: number): Promise<string> {
  switch (failure.kind) {
    case "error":
      return withHint(errorText(failure));
    case "timeout":
      return `still running after ${limit} s, the limit of a cell; see --timeout`;
    case "dead":
      return "the kernel died";
    case "reply":
      return withHint(
        await syntaxError(source) ??
          `${failure.name}: ${failure.message} (the kernel says no more)`,
      );
  }
}

/**
 * Executes a notebook, in its own folder, up to the first cell that fails. The file stays as it is.
 *
 * @throws {Error} if nbclient is not installed, or the kernel does not start.
 */
export async function executeNotebook(
  path: string,
  { timeout = 240 }: { readonly timeout?: number } = {},
): Promise<Execution> {
  const notebook = await readNotebook(path);
  const python = await findPython("nbclient", "nbformat");
  if (python === undefined) throw new Error(missing);
  const scratch = await Deno.makeTempDir({ prefix: "striate-notebook-" });
  try {
    const started = performance.now();
    const result = `${scratch}/result.json`;
    const child = new Deno.Command(python, {
      args: [driver, path, result, String(timeout)],
      env: { ...await kernelEnvironment(), NO_COLOR: "1" },
      stdin: "piped", // and left open: its end tells the driver that this process has ended
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const [{ success, code }, errors] = await Promise.all([
      child.status,
      new Response(child.stderr).text(),
    ]);
    await child.stdin.close().catch(() => {});
    const seconds = (performance.now() - started) / 1000;
    if (!success) {
      throw new Error(`${path}: the kernel could not be used (exit code ${code}):\n${errors}`);
    }
    const outcome = JSON.parse(await Deno.readTextFile(result));
    const { cells, failure }: { cells: Output[][]; failure: Failure | null } = outcome;
    const done = tidyNotebook(notebook, cells);
    if (failure === null) return { notebook: done, seconds, failure: undefined };
    const cell = done.cells[failure.cell]!;
    const source = joined(cell.source), [firstLine] = source.trim().split("\n");
    const before = done.cells.slice(0, failure.cell + 1);
    const number = before.filter(({ cell_type }) => cell_type === "code").length;
    const why = await explain(failure, source, timeout);
    const where = `code cell ${number} (${cell.id}), which starts with: ${firstLine}`;
    return { notebook: done, seconds, failure: `${where}\n${why}` };
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}
