import { assert, assertEquals } from "@std/assert";
import { taskArguments } from "./task.ts";

/** What the command may load before it does anything: other modules, and their bytes. */
const most = { modules: 182, bytes: 857_500 };

/** Imports and exports that are not of types alone. */
const statement = /^(?:import|export)\s+(?!type\b)(?:([^;"]*?)\s+from\s+)?"(\.[^"]+)"/gm;

/** Whether all that is named between braces is a type. */
function namesTypesOnly(clause = ""): boolean {
  const [, names] = /^\{([\s\S]*)\}$/.exec(clause.trim()) ?? [];
  return names?.split(",").every((name) => /^\s*(type\s|$)/.test(name)) ?? false;
}

/** The modules that one loads statically, itself among them, with their bytes. */
async function staticModules(start: URL): Promise<Map<string, number>> {
  const found = new Map<string, number>(), waiting = [start];
  for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
    if (found.has(url.href)) continue;
    const text = await Deno.readTextFile(url);
    found.set(url.href, new TextEncoder().encode(text).length);
    for (const [, clause, path] of text.matchAll(statement)) {
      if (!namesTypesOnly(clause)) waiting.push(new URL(path!, url));
    }
  }
  return found;
}

Deno.test("what train loads before it begins does not grow unnoticed", async () => {
  const found = await staticModules(new URL("../../lib/cli/train.ts", import.meta.url));
  const modules = found.size, bytes = [...found.values()].reduce((sum, size) => sum + size, 0);
  const names = [...found.keys()].map((url) => url.split("/lib/")[1]);
  assert(names.includes("train/fit.ts") && !names.includes("cli/fine_tuning.ts"));
  assert(
    modules <= most.modules && bytes <= most.bytes,
    `lib/cli/train.ts loads ${modules} modules of ${bytes} bytes before it begins; expected at most ` +
      `${most.modules} of ${most.bytes}, since each delays every run. Load what only some runs need by ` +
      "await import(…) where it is asked for; raise the limit only for what every run needs",
  );
});

Deno.test("commands read what they import on demand no sooner, and keep all their compiled code", () => {
  // Deno would otherwise read every module that any command may come to import, some 400 more. And it
  // keeps what V8 has compiled when a module is loaded, which without --no-lazy is no function's body.
  // Commands that differ in such flags would each throw away what the other has kept.
  for (const name of ["train", "evaluate", "predict", "explain", "profile"]) {
    const flags = taskArguments(name).filter((flag) => /^--(v8-flags|unstable)/.test(flag));
    const expected = [
      "--unstable-lazy-dynamic-imports",
      "--v8-flags=--no-lazy,--min-semi-space-size=8",
    ];
    assertEquals(flags, expected, name);
  }
});
