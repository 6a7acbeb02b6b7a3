/**
 * Inputs on which something went wrong once, as files: `corpus/TARGET/NAME`. They are read again by
 * each run of the tests.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const folder = new URL("corpus/", import.meta.url);

/** The kept inputs of a target, by name. */
export async function kept(target: string): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const inputs = new Map<string, Uint8Array<ArrayBuffer>>();
  const place = new URL(`${target}/`, folder);
  const entries = await Array.fromAsync(Deno.readDir(place)).catch(() => []);
  for (const { name } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    inputs.set(name, await Deno.readFile(new URL(name, place)));
  }
  return inputs;
}

/** Keeps an input under the first digits of its SHA-256; returns its path. */
export async function keep(target: string, input: Uint8Array<ArrayBuffer>): Promise<string> {
  const place = new URL(`${target}/`, folder);
  await Deno.mkdir(place, { recursive: true });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", input));
  const path = new URL(digest.toHex().slice(0, 12), place);
  await Deno.writeFile(path, input);
  return fileURLToPath(path);
}
