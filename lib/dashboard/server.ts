import { Guard, say } from "./guard.ts";
import { Routes } from "./routes.ts";
import { RunStore } from "./run_store.ts";

/** A dashboard that is served. */
export interface Dashboard extends AsyncDisposable {
  /** What opens it in a browser of this machine. */
  readonly address: string;
  /** Done when it is served no more. */
  readonly finished: Promise<void>;
}

/** Milliseconds that pages have to take what they are told last. */
const patience = 500;

/**
 * Serves the dashboard of the runs in a folder on this machine alone.
 *
 * @throws {Deno.errors.AddrInUse} if the port is taken; 0 is one that is free
 */
export function serveDashboard(folder: string, port: number): Dashboard {
  const store = new RunStore(folder);
  const stop = new AbortController();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port,
    signal: stop.signal,
    onListen: () => {},
    onError: (error) => {
      console.error(`dashboard: ${(error as Error).message}`);
      return say(500, "something went wrong; the command says what");
    },
  }, (request) => routes.answer(request));
  const guard = new Guard(server.addr.port);
  const routes: Routes = new Routes(store, guard, folder);
  return {
    address: `http://127.0.0.1:${server.addr.port}/?token=${guard.token}`,
    finished: server.finished,
    async [Symbol.asyncDispose]() {
      await routes.close();
      // A page that does not listen is not waited for.
      const waiting = setTimeout(() => stop.abort(), patience);
      await server.shutdown();
      clearTimeout(waiting);
    },
  };
}
