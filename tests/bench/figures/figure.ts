/** What a figure may be asked for. */
export interface FigureOptions {
  /** The folder of another checkout, whose time is measured too. */
  readonly against?: string | undefined;
}

/** A figure that is no comparison: something this library does, measured by one command. */
export interface Figure {
  readonly name: string;
  /** What is measured, for the help and above the result. */
  readonly what: string;
  /** Measures it; `note` shows how far it is. */
  measure(
    note: (text: string) => void,
    options: FigureOptions,
  ): Promise<Readonly<Record<string, unknown>>>;
}

/** Runs a script of this folder in a process of its own; its last line is its result, as JSON. */
export async function runScript(name: string, ...args: string[]): Promise<Record<string, unknown>> {
  const script = new URL(name, import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", "--v8-flags=--expose-gc", script, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (!success) throw new Error(`${name} ${args.join(" ")}: ${errors || output}`);
  return JSON.parse(output!.split("\n").at(-1)!);
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
