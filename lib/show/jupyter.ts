/**
 * Talking to the Jupyter kernel that Deno is, if it is one. Every display goes through here.
 *
 * @module
 */
import { type Displayable, jupyterDisplay, type MimeBundle, textOf } from "./bundle.ts";

/** As much of `Deno.jupyter` as is used here. */
interface Kernel {
  broadcast(type: string, content: Record<string, unknown>): unknown;
}

/** The kernel; undefined outside a notebook, where reading `Deno.jupyter` throws. */
export function kernel(): Kernel | undefined {
  try {
    return (Deno as { jupyter?: Kernel }).jupyter;
  } catch {
    return undefined;
  }
}

/** Messages since the last flush. */
let pending = 0;

/**
 * Waits until the kernel has sent what was shown. Another thread sends, about a message a
 * millisecond, and a cell that ends meanwhile loses what is still queued. The kernel does not say
 * when it is done, so this waits long enough: longer on a machine that is busy, which shows by
 * timers that are late.
 */
export async function flush(): Promise<void> {
  if (pending === 0 || kernel() === undefined) return;
  let left = Math.min(500, 20 + 2 * pending);
  pending = 0;
  const end = performance.now() + 2000;
  while (left > 0 && performance.now() < end) {
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 5));
    left -= 25 / (performance.now() - start);
  }
}

/** A place in a cell's output that can be written anew. */
export class Display {
  readonly #id = crypto.randomUUID();
  #shown = false;

  /** Shows a bundle: the first time at the end of the output, later in place of the last one. */
  update(data: MimeBundle): void {
    const type = this.#shown ? "update_display_data" : "display_data";
    this.#shown = true;
    send(type, { data, metadata: {}, transient: { display_id: this.#id } });
  }
}

function send(type: string, content: Record<string, unknown>): void {
  pending++;
  kernel()?.broadcast(type, content);
}

/** Prints a line, and counts it among what `flush` waits for. */
export function print(text: string): void {
  pending++;
  console.log(text);
}

/** Shows a line as an error output of the cell that runs. */
export function warn(text: string): void {
  send("stream", { name: "stderr", text: `${text}\n` });
}

/** Shows a value in the notebook, or its text on the terminal, and waits until it is there. */
export async function emit(value: Displayable): Promise<void> {
  if (kernel() === undefined) {
    console.log(await textOf(value));
    return;
  }
  send("display_data", { data: await value[jupyterDisplay](true), metadata: {}, transient: {} });
  await flush();
}
