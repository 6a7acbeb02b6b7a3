import { makeFolder, splitPath } from "../core/files.ts";
import type { Told } from "../dashboard/worker.ts";
import { openInBrowser } from "./browser.ts";
import { Interrupt } from "./interrupt.ts";
import type { Reporter } from "./training_report.ts";

/** A page that shows a run while it trains, served by a thread of its own. */
export class RunDashboard implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #address: string;
  readonly #report: Reporter;

  private constructor(worker: Worker, address: string, report: Reporter) {
    [this.#worker, this.#address, this.#report] = [worker, address, report];
  }

  /**
   * Serves the runs in the folder around that of a run, says where, and has a desktop's browser show it
   * where that `isForPeople`.
   *
   * @throws {Error} if it cannot be served
   */
  static async open(
    folder: string,
    report: Reporter,
    isForPeople: boolean,
  ): Promise<RunDashboard> {
    const [around] = splitPath(folder);
    await makeFolder(around);
    const url = new URL("../dashboard/worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module" });
    const told = await new Promise<Told>((done, fail) => {
      worker.onmessage = ({ data }) => done(data);
      worker.onerror = (event) => {
        event.preventDefault();
        fail(new Error(`the dashboard cannot be served: ${event.message}`));
      };
      worker.postMessage({ folder: around });
    });
    if ("error" in told) throw new Error(`the dashboard cannot be served: ${told.error}`);
    report.dashboard(told.address);
    if (isForPeople) openInBrowser(told.address);
    return new RunDashboard(worker, told.address, report);
  }

  /** Whoever sits before a terminal may look at the page when training is over, until Ctrl-C. */
  async stay(): Promise<void> {
    if (!Deno.stdout.isTerminal()) return;
    this.#report.note(`the dashboard stays at ${this.#address} until Ctrl-C`);
    const { promise, resolve } = Promise.withResolvers<void>();
    using _listening = new Interrupt(resolve);
    await promise;
  }

  /** Tells pages how the run has ended, and serves them no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((done) => {
      this.#worker.onmessage = this.#worker.onerror = () => done();
      this.#worker.postMessage({});
    });
    this.#worker.terminate();
  }
}
