/** Runs that somebody watches: what they write, and how they are asked to end. */
import { assert, assertEquals } from "@std/assert";
import { readRun } from "../../lib/cli/run_record.ts";
import { serveDashboard } from "../../lib/dashboard/server.ts";
import { filesIn } from "../folders.ts";
import { scratch } from "../train/helpers.ts";
import { type Event, savedBits, train, TrainRun } from "./run.ts";

const small = ["--model", "mlp", "--device", "cpu", "--batch-size", "300", "--json"];

/** The page at an address, and the script that draws its charts. */
async function pageAt(address: string): Promise<string[]> {
  const page = await fetch(address), cookie = page.headers.get("set-cookie")!.split(";")[0]!;
  const plotly = await fetch(new URL("/plotly.js", address), { headers: { cookie } });
  return [await page.text(), await plotly.text()];
}

/** The lines of a file of a run. */
const linesIn = async (path: string) =>
  (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) => JSON.parse(line));

Deno.test("a run that is watched writes what it looks like, serves a page, and learns the same", async () => {
  await using folder = await scratch();
  const [plain, watched] = ["plain", "watched"].map((name) => `${folder.path}/${name}`);
  const seen: Promise<string[]>[] = [];
  const watching = new TrainRun(
    [...small, "--epochs", "2", "--out", watched!, "--dashboard", "--tensorboard"],
    (line) => {
      const { event, address }: Event = JSON.parse(line);
      if (event === "dashboard") seen.push(pageAt(address));
    },
  ).end();
  const [one, other] = await Promise.all([
    train(...small, "--epochs", "2", "--out", plain!),
    watching,
  ]);
  assertEquals([one.code, other.code, other.errors], [0, 0, ""]);
  assertEquals(await savedBits(watched!), await savedBits(plain!));
  const files = filesIn(watched!);
  assert(files.includes("probes.jsonl") && !filesIn(plain!).includes("probes.jsonl"));
  assertEquals(files.filter((name) => name.startsWith("events.out.tfevents.")).length, 1);
  const looks = await linesIn(`${watched}/probes.jsonl`);
  assertEquals(looks.at(-1).epoch, 2);
  assertEquals(Object.keys(looks[0].weights), Object.keys(await savedBits(plain!)));
  assertEquals(seen.length, 1);
  const [page, plotly] = (await seen[0])!;
  assert(page!.includes("<title>Striate</title>") && plotly!.length > 1e6);
});

Deno.test("the dashboard's Stop ends a run with a checkpoint, from which it goes on", async () => {
  await using folder = await scratch();
  const out = `${folder.path}/run`, args = ["--batch-size", "20", "--epochs", "3000"];
  await using dashboard = serveDashboard(folder.path, 0);
  const { origin, searchParams } = new URL(dashboard.address), token = searchParams.get("token")!;
  const page = await fetch(dashboard.address);
  await page.text();
  const cookie = page.headers.get("set-cookie")!.split(";")[0]!;
  const ask = async (path: string, options: RequestInit = {}) => {
    const headers = { cookie, origin, "x-striate-token": token };
    const response = await fetch(`${origin}${path}`, { ...options, headers });
    return { status: response.status, text: await response.text() };
  };
  let stopping: Promise<{ status: number }> | undefined;
  const run = await new TrainRun([...small, ...args, "--out", out], (line) => {
    // The run's folder has a record after the first step.
    if (JSON.parse(line).event !== "epoch" || stopping !== undefined) return;
    stopping = ask("/api/overview").then(() => ask("/api/stop?run=run", { method: "POST" }));
  }).end();
  assertEquals((await stopping)?.status, 200);
  assertEquals(run.code, 130, run.errors);
  assertEquals(run.events.at(-1)!.event, "interrupted");
  const { status } = (await readRun(out))!;
  assertEquals(status, "interrupted");
  assert(filesIn(out).includes("checkpoint.safetensors") && !filesIn(out).includes("stop"));
  const { epoch } = (await linesIn(`${out}/metrics.jsonl`)).at(-1);
  assert(epoch < 3000);
  // A request that is left from before does not end the run that goes on.
  await Deno.writeTextFile(`${out}/stop`, "");
  const resumed = await train("--resume", out, "--epochs", String(epoch), "--json");
  assertEquals([resumed.code, (await readRun(out))!.status], [0, "done"], resumed.errors);
});
