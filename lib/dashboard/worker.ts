/**
 * The dashboard on a thread of its own, beside a training: told a folder, it tells its address.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { serveDashboard } from "./server.ts";

/** What the thread tells once. */
export type Told = { readonly address: string } | { readonly error: string };

addEventListener("message", ({ data }) => {
  const { folder } = data as { folder: string };
  let told: Told;
  try {
    told = { address: serveDashboard(folder, 0).address };
  } catch (error) {
    told = { error: (error as Error).message };
  }
  postMessage(told);
}, { once: true });
