/** A Jupyter server for tests, started as a reader would: with `deno task notebook`. */
const project = new URL("../..", import.meta.url);

/** A port that is free now. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Jupyter's own files (signatures, settings) within a folder instead of the user's. */
export function ownFiles(folder: string): Record<string, string> {
  return {
    JUPYTER_DATA_DIR: `${folder}/.data`,
    JUPYTER_CONFIG_DIR: `${folder}/.config`,
    JUPYTER_RUNTIME_DIR: `${folder}/.runtime`,
    IPYTHONDIR: `${folder}/.ipython`,
  };
}

/** A running server; it ends when it is disposed of. */
export class JupyterServer implements AsyncDisposable {
  /** Its address, with a slash at the end. */
  readonly url: string;
  readonly #process: Deno.ChildProcess;
  readonly #log: string[] = [];
  readonly #reading: Promise<void>;
  readonly #ready = Promise.withResolvers<void>();

  private constructor(file: string, folder: string) {
    const port = freePort();
    this.url = `http://127.0.0.1:${port}/`;
    const server = ["--ip=127.0.0.1", `--port=${port}`, "--no-browser", "--allow-root"];
    const open = ["token", "password"].flatMap((name) =>
      ["NotebookApp", "IdentityProvider"].map((owner) => `--${owner}.${name}=`)
    );
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "lib/cli/notebook.ts", file, ...server, ...open],
      cwd: project,
      env: ownFiles(folder),
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    for await (const text of this.#process.stderr.pipeThrough(new TextDecoderStream())) {
      this.#log.push(text);
      if (/running at:/.test(this.#log.join(""))) this.#ready.resolve();
    }
    this.#ready.reject(new Error(`Jupyter ended:\n${this.#log.join("")}`));
  }

  /** Starts a server for a notebook's folder; its own files go into `folder`. */
  static async start(file: string, folder: string): Promise<JupyterServer> {
    const server = new JupyterServer(file, folder);
    await server.#ready.promise;
    return server;
  }

  /** Ends it as `signal` does to the command; its exit code. */
  async end(signal: Deno.Signal = "SIGTERM"): Promise<number> {
    try {
      this.#process.kill(signal);
    } catch {
      // It has ended.
    }
    const [{ code }] = await Promise.all([this.#process.status, this.#reading]);
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
