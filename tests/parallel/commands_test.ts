/** The commands in several processes, as a user starts them. */
import { assert, assertEquals } from "@std/assert";
import { filesIn, inFolder } from "../folders.ts";
import { savedBits } from "../cli/run.ts";
import { taskArguments } from "../cli/task.ts";
import { needs } from "../setup/needs.ts";
import { mpirun, processOf } from "./mpirun.ts";

const ignore = !needs.mpi.met;

/** Something that was told, as JSON. */
interface Told {
  readonly event: string;
  readonly arm?: string;
}

/** `train` in so many processes; `hear` gets what it tells, and the process of a rank. */
async function train(
  processes: number,
  args: readonly string[],
  hear: (told: Told, processOfRank: (rank: number) => number) => void = () => {},
) {
  const process = mpirun(processes, [
    ...taskArguments("train"),
    "--json",
    "--device",
    "cpu",
    ...args,
  ])
    .spawn();
  const errors = new Response(process.stderr).text(), events: string[] = [];
  let rest = "";
  for await (const part of process.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const told: Told = JSON.parse(line);
      events.push(told.event);
      hear(told, (rank) => processOf(process.pid, rank)!);
    }
  }
  const { code } = await process.status;
  return { code, events, errors: await errors };
}

Deno.test({
  name: "MPI: train: one process is killed, all end, and the run goes on as if nothing had been",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      const options = ["--epochs", "2", "--batch-size", "512"];
      const whole = await train(2, [...options, "--out", `${folder}/whole`]);
      assertEquals([whole.code, whole.events.at(-1)], [0, "done"], whole.errors);
      assert(filesIn(`${folder}/whole`).includes("model.safetensors"));
      let isKilled = false;
      const kill = ({ event }: Told, processOfRank: (rank: number) => number) => {
        if (event !== "epoch" || isKilled) return;
        isKilled = true;
        Deno.kill(processOfRank(1), "SIGKILL");
      };
      const broken = await train(2, [...options, "--out", `${folder}/broken`], kill);
      assert(broken.code !== 0 && !broken.events.includes("done"), broken.events.join());
      assert(/exited|exit code|terminated/i.test(broken.errors), broken.errors);
      const resumed = await train(2, ["--resume", `${folder}/broken`]);
      assertEquals(resumed.code, 0, resumed.errors);
      assertEquals(await savedBits(`${folder}/broken`), await savedBits(`${folder}/whole`));
    }),
});

Deno.test({
  name: "MPI: a recipe: a stop ends it in all processes, and it goes on to the same bits",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      const recipe = ["--recipe", "lenet5-elastic", "--data", "digits", "--steps", "150"];
      const arms = ["as-they-are", "elastic", "half-elastic"];
      const whole = await train(2, [...recipe, "--out", `${folder}/whole`]);
      assertEquals([whole.code, whole.events.at(-1)], [0, "done"], whole.errors);
      const parts = [...recipe, "--out", `${folder}/parts`];
      const stopped = await train(2, parts, ({ event, arm }) => {
        if (event !== "progress" || arm !== "elastic") return;
        Deno.writeTextFileSync(`${folder}/parts/elastic/seed-0/stop`, "");
      });
      assertEquals(stopped.events.at(-1), "interrupted", stopped.errors);
      assert(stopped.code !== 0);
      const again = await train(2, parts);
      assertEquals([again.code, again.events.at(-1)], [0, "done"], again.errors);
      assertEquals(again.events.filter((event) => event === "arm").length, 2);
      for (const arm of arms) {
        const [a, b] = ["whole", "parts"].map((place) =>
          savedBits(`${folder}/${place}/${arm}/seed-0`)
        );
        assertEquals(await b, await a);
      }
    }),
});
