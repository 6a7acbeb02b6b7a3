/**
 * The dashboard on a thread of its own, beside a training: told a folder, it tells its address, and told
 * to end, that it has.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { type Dashboard, serveDashboard } from "./server.ts";

/** What the thread tells once. */
export type Told = { readonly address: string } | { readonly error: string };

let dashboard: Dashboard | undefined;

function serve(folder: string): Told {
  try {
    dashboard = serveDashboard(folder, 0);
    return { address: dashboard.address };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

addEventListener("message", async ({ data }) => {
  const { folder } = data as { folder?: string };
  if (folder !== undefined) return postMessage(serve(folder));
  await dashboard?.[Symbol.asyncDispose]();
  postMessage({});
});
