/** Runs `train` as a process, as a user would. */
import { fileURLToPath } from "node:url";
import { decodeSafetensors } from "../../lib/core/safetensors/read.ts";
import { taskArguments } from "./task.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** What runs the command without the task's own process. */
const direct = taskArguments("train");

/** Lines of a run with --json. */
// deno-lint-ignore no-explicit-any
export type Event = { readonly event: string } & Readonly<Record<string, any>>;

/** A run of the command. */
export class TrainRun {
  readonly process: Deno.ChildProcess;
  readonly lines: string[] = [];
  readonly errors: Promise<string>;
  readonly #reading: Promise<void>;

  /** Starts it; each line of its output is handed on as it comes. */
  constructor(
    args: readonly string[],
    onLine: (line: string, run: TrainRun) => void = () => {},
    command: readonly string[] = direct,
  ) {
    this.process = new Deno.Command(Deno.execPath(), {
      args: [...command, ...args],
      cwd: root,
      // As one who has deno on the path, and started it by deno task.
      env: { NO_COLOR: "1", npm_lifecycle_event: "", INIT_CWD: "" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.errors = new Response(this.process.stderr).text();
    this.#reading = this.#read(onLine);
  }

  async #read(onLine: (line: string, run: TrainRun) => void): Promise<void> {
    let rest = "";
    for await (const part of this.process.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + part).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        this.lines.push(line);
        onLine(line, this);
      }
    }
  }

  /** Sends it a signal, unless it has ended. */
  signal(signal: Deno.Signal): void {
    try {
      this.process.kill(signal);
    } catch {
      // It has ended.
    }
  }

  /** Its exit code, with everything it wrote. */
  async end(): Promise<{ code: number; lines: string[]; events: Event[]; errors: string }> {
    const [{ code }, errors] = await Promise.all([this.process.status, this.errors, this.#reading]);
    const json = this.lines.filter((line) => line.startsWith("{"));
    return { code, lines: this.lines, events: json.map((line) => JSON.parse(line)), errors };
  }
}

/** Runs the command to its end. */
export const train = (...args: string[]) => new TrainRun(args).end();

/** The bits of a saved model's weights. */
export async function savedBits(folder: string): Promise<Record<string, Uint32Array>> {
  const path = `${folder}/model.safetensors`;
  const { tensors } = decodeSafetensors(await Deno.readFile(path), path);
  return Object.fromEntries(
    [...tensors].map(([name, { data }]) => [name, new Uint32Array(data.buffer)]),
  );
}
