import { Random } from "../../../lib/core/random.ts";
import { readCheckpoint } from "../../../lib/train/checkpoint.ts";
import { checkpointName } from "../../../lib/train/checkpoint_names.ts";
import type { Figure } from "./figure.ts";

const script = new URL("./resumable.ts", import.meta.url).pathname;
const kills = 20;

const start = (folder: string) =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", script, folder],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();

async function sha256(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return new Uint8Array(digest).toHex();
}

/** Runs until the end or, from its first step on, for so long: how long it did, and if it was killed. */
async function run(folder: string, limit = Infinity) {
  const child = start(folder);
  let killed = false, began = performance.now(), timer: ReturnType<typeof setTimeout> | undefined;
  for await (const _ of child.stdout) {
    began = performance.now();
    if (limit === Infinity) continue;
    timer = setTimeout(() => {
      killed = true;
      child.kill("SIGKILL");
    }, limit);
  }
  const { success } = await child.status;
  clearTimeout(timer);
  return { success, killed, milliseconds: performance.now() - began };
}

/** `kill -9` at random moments of a run, each resumed. */
export const kill: Figure = {
  name: "kill",
  what:
    `kill -9 at ${kills} random moments of a run with batch norm, dropout and Adam, each resumed`,
  async measure(note) {
    const place = await Deno.makeTempDir({ prefix: "striate-kill-" });
    const { milliseconds } = await run(`${place}/whole`);
    const expected = await sha256(`${place}/whole/model.safetensors`);
    const random = new Random(20);
    let identical = 0;
    const steps: number[] = [];
    for (let i = 0; i < kills; i++) {
      note(`kill: ${i} of ${kills}`);
      const folder = `${place}/${i}`;
      // A run that ended before its moment is no test: another one, with another moment.
      while (!(await run(folder, random.uniform() * milliseconds)).killed) {
        await Deno.remove(folder, { recursive: true });
      }
      // Whatever is there must be whole.
      const exists = await Deno.stat(`${folder}/${checkpointName}`).catch(() => undefined);
      steps.push(exists === undefined ? 0 : (await readCheckpoint(folder)).position.step);
      const { success } = await run(folder);
      if (success && await sha256(`${folder}/model.safetensors`) === expected) identical++;
    }
    await Deno.remove(place, { recursive: true });
    return { checkpointAtStep: steps, identical, of: kills };
  },
};
