import { join } from "node:path";
import { platformCache } from "../core/cache.ts";
import { environment } from "../core/environment.ts";
import { decoderPackage } from "../vision/decode.ts";

/** Whether Deno's cache has a package from npm; true where it cannot be looked into. */
function isAtHand(specifier: string): boolean {
  const [, name, version] = /^npm:(.+)@([^@]+)$/.exec(specifier)!;
  const base = platformCache(), folder = environment("DENO_DIR") ?? (base && join(base, "deno"));
  if (folder === undefined) return true;
  try {
    // Each registry has a folder of its own.
    for (const registry of Deno.readDirSync(join(folder, "npm"))) {
      try {
        Deno.statSync(join(folder, "npm", registry.name, name!, version!));
        return true;
      } catch {
        // It may be from another.
      }
    }
    return false;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

/** Says, before Deno shows a line for each of them, that packages come from npm now and never again. */
export function noteDecoder(say: (line: string) => void): void {
  if (isAtHand(decoderPackage)) return;
  say(
    `Images are decoded by the package ${
      decoderPackage.slice("npm:".length)
    }: Deno downloads it from ` +
      "npm now, once, with the others of deno.lock.",
  );
}
