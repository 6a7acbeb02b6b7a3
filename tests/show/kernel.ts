/** Cells run in a real Deno kernel. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { findPython, kernelEnvironment } from "../../lib/cli/jupyter.ts";

/** A cell to be run. */
export interface Cell {
  readonly source: string;
  /** Presses the stop button once this text is part of an output. */
  readonly interruptAt?: string;
  /** Whether its last expression is shown, and waited for. */
  readonly result?: boolean;
}

/** A message that a cell sent. */
export interface Output {
  readonly type: string;
  // deno-lint-ignore no-explicit-any
  readonly content: any;
  /** Seconds since the cell began. */
  readonly at: number;
}

/** What came of a cell. */
export interface Result {
  readonly outputs: readonly Output[];
  /** "ok", "error", or "dead" where the kernel ended. */
  readonly reply: string;
  readonly seconds: number;
}

const script = fileURLToPath(new URL("kernel.py", import.meta.url));

/** Runs cells one after another in a new kernel, with all of mod.ts as `s`. */
export async function runCells(cells: readonly (Cell | string)[]): Promise<Result[]> {
  const first = `import * as s from ${
    JSON.stringify(new URL("../../mod.ts", import.meta.url).href)
  }`;
  const child = new Deno.Command((await findPython("nbclient"))!, {
    args: [script],
    env: { ...await kernelEnvironment(), NO_COLOR: "1", PYTHONWARNINGS: "ignore" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify({
    folder: fileURLToPath(new URL(".", import.meta.url)),
    cells: [first, ...cells].map((cell) => typeof cell === "string" ? { source: cell } : cell),
  })));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  const [start, ...results] = JSON.parse(decoder.decode(stdout)) as Result[];
  assertEquals([start!.reply, textOf(start!)], ["ok", ""]);
  return results;
}

/** All that a cell printed, or that from one stream. */
export function textOf({ outputs }: Result, name?: "stdout" | "stderr"): string {
  return outputs
    .filter(({ type, content }) => type === "stream" && (name ?? content.name) === content.name)
    .map(({ content }) => content.text)
    .join("");
}

/** The displays of a cell as a notebook shows them in the end: later ones replace those of their id. */
export function displaysOf({ outputs }: Result): Record<string, unknown>[] {
  const shown = new Map<string, Record<string, unknown>>();
  outputs.forEach(({ type, content }, i) => {
    if (type === "execute_result" || /display_data$/.test(type)) {
      shown.set(content.transient?.display_id ?? String(i), content.data);
    }
  });
  return [...shown.values()];
}
