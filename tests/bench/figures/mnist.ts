import { TrainRun } from "../../cli/run.ts";
import type { Figure } from "./figure.ts";

/** What `deno task train` reaches on the real digits, on the CPU. */
function trained(name: string, what: string, options: readonly string[]): Figure {
  return {
    name,
    what,
    async measure(note) {
      const folder = await Deno.makeTempDir({ prefix: "striate-train-" });
      const args = ["--json", "--data", "mnist", "--device", "cpu", "--out", folder, ...options];
      const run = new TrainRun(args, (line) => {
        if (!line.startsWith('{"event":"epoch"')) return;
        const { epoch, validation } = JSON.parse(line);
        note(`${name}: epoch ${epoch}, top-1 ${validation.top1}`);
      }, ["task", "train"]);
      const { code, events, errors } = await run.end();
      await Deno.remove(folder, { recursive: true });
      const last = events.at(-1);
      if (code !== 0 || last?.event !== "done") {
        throw new Error(`${name}: exit code ${code}: ${errors}`);
      }
      const epochs = events.filter(({ event }) => event === "epoch").length;
      const { test, imagesPerSecond, seconds } = last;
      return { ...test, epochs, seconds, imagesPerSecond };
    },
  };
}

/** LeNet-5 on the real MNIST. */
export const mnist = trained(
  "mnist",
  "LeNet-5 on real MNIST, from scratch: deno task train --data mnist --device cpu",
  [],
);

/** A perceptron on the real MNIST. */
export const mlp = trained(
  "mlp",
  "one hidden layer on real MNIST: deno task train --model mlp --data mnist --device cpu",
  ["--model", "mlp"],
);
