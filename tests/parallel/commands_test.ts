/** The commands in several processes, as a user starts them. */
import { assert, assertEquals } from "@std/assert";
import { filesIn, inFolder } from "../folders.ts";
import { savedBits } from "../cli/run.ts";
import { taskArguments } from "../cli/task.ts";
import { needs } from "../setup/needs.ts";
import { mpirun, processOf } from "./mpirun.ts";

const ignore = !needs.mpi.met;

/** `train` in so many processes; a line of its output may end the second process. */
async function train(processes: number, args: readonly string[], killAt?: string) {
  const process = mpirun(processes, [
    ...taskArguments("train"),
    "--json",
    "--device",
    "cpu",
    ...args,
  ])
    .spawn();
  const errors = new Response(process.stderr).text(), events: string[] = [];
  let isKilled = false, rest = "";
  for await (const part of process.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const { event } = JSON.parse(line);
      events.push(event);
      if (event === killAt && !isKilled) {
        isKilled = true;
        Deno.kill(processOf(process.pid, 1)!, "SIGKILL");
      }
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
      const broken = await train(2, [...options, "--out", `${folder}/broken`], "epoch");
      assert(broken.code !== 0 && !broken.events.includes("done"), broken.events.join());
      assert(/exited|exit code|terminated/i.test(broken.errors), broken.errors);
      const resumed = await train(2, ["--resume", `${folder}/broken`]);
      assertEquals(resumed.code, 0, resumed.errors);
      assertEquals(await savedBits(`${folder}/broken`), await savedBits(`${folder}/whole`));
    }),
});
