/** Running a command of the test run: quietly with its output kept, or line by line. */

/** How a finished command went. */
export interface Outcome {
  /** Whether it exited with 0. */
  readonly ok: boolean;
  /** Everything it wrote, stdout before stderr. */
  readonly output: string;
}

/** Runs `command` without showing anything and keeps what it writes. */
export async function runQuietly(
  command: readonly string[],
  options: { readonly env?: Record<string, string>; readonly signal?: AbortSignal } = {},
): Promise<Outcome> {
  try {
    const [program = "", ...args] = command;
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args,
      stdin: "null",
      ...options,
    }).output();
    const decoder = new TextDecoder();
    return { ok: success, output: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch (error) {
    // The program is not there, or may not be run.
    return { ok: false, output: (error as Error).message };
  }
}

/**
 * Runs `command` and hands each line of its output (both streams) to `onLine` as it comes, with what
 * ends the command; returns how it ended.
 */
export async function runByLine(
  command: readonly string[],
  onLine: (line: string, end: () => void) => void,
  options: { readonly env?: Record<string, string> } = {},
): Promise<Deno.CommandStatus> {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...options,
  }).spawn();
  const end = () => child.kill("SIGKILL");
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line, end);
    }
    if (rest !== "") onLine(rest, end);
  };
  await Promise.all([read(child.stdout), read(child.stderr)]);
  return await child.status;
}
