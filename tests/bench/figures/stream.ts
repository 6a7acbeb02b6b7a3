import { tar } from "../../images/files.ts";
import type { Figure } from "./figure.ts";
import { pictures } from "./pictures.ts";

const count = 50_000, perShard = 1000, interruptAt = 20_000;
const script = new URL("./stream_run.ts", import.meta.url).pathname;

/** Writes all images into shards; one in 5,000 is cut off. */
async function writeShards(folder: string): Promise<void> {
  const files = await pictures(100, [192, 256]);
  for (let first = 0; first < count; first += perShard) {
    const entries = Array.from({ length: perShard }, (_, i) => {
      const number = first + i, name = String(number).padStart(6, "0");
      const file = files[(number * 37) % files.length]!;
      const data = number % 5000 === 2500 ? file.subarray(0, file.length >> 1) : file;
      return [[`${name}.jpg`, data], [`${name}.cls`, String(number % 10)]] as const;
    });
    const shard = `${folder}/${String(first / perShard).padStart(4, "0")}.tar`;
    await Deno.writeFile(shard, tar(entries.flat()));
  }
}

/** Runs the script; kills it as soon as `until` images are done. Its last line, as JSON. */
async function run(note: (done: number) => void, until: number, ...args: string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", script, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let last = {} as Record<string, unknown>, rest = "", killed = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      last = JSON.parse(line);
      const { done } = last as { done?: number };
      if (done !== undefined) note(done);
      if (killed || done === undefined || done < until) continue;
      killed = true;
      child.kill("SIGKILL");
    }
  }
  const { success } = await child.status;
  if (!success && !killed) throw new Error("stream50k: the evaluation failed");
  return last;
}

/** How many images two journals differ in; in why one is corrupt they may, as libvips words it. */
async function differing(...paths: readonly [string, string]): Promise<number> {
  const [one, other] = await Promise.all(paths.map(async (path) => {
    const lines = (await Deno.readTextFile(path)).trimEnd().split("\n").slice(1);
    return lines.map((line) => line.replace(/"corrupt":".*"/, '"corrupt":""'));
  })) as [string[], string[]];
  return one.filter((line, i) => line !== other[i]).length + Math.abs(one.length - other.length);
}

/** As many images as ILSVRC's validation part, through the whole pipeline. */
export const stream: Figure = {
  name: "stream50k",
  what: `${count} JPEGs in shards, evaluated by a small network; killed at ${interruptAt}, resumed`,
  async measure(note) {
    const folder = await Deno.makeTempDir({ prefix: "striate-stream-" });
    try {
      note("stream50k: writing the shards");
      await writeShards(folder);
      const say = (what: string) => (done: number) => note(`stream50k: ${what}: ${done}`);
      const whole = await run(say("whole"), Infinity, folder, `${folder}/whole.jsonl`);
      const journal = `${folder}/broken.jsonl`;
      await run(say("to be killed"), interruptAt, folder, journal);
      const resumed = await run(say("resumed"), Infinity, folder, journal, "resume");
      return {
        ...whole,
        sameCountsResumed: JSON.stringify(whole.counts) === JSON.stringify(resumed.counts),
        differingPredictionsResumed: await differing(journal, `${folder}/whole.jsonl`),
      };
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};
