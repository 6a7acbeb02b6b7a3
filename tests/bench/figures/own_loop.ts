import { needs } from "../../setup/needs.ts";
import { type Figure, runScript } from "./figure.ts";

/** What a training loop of one's own costs. */
export const ownLoop: Figure = {
  name: "own-loop",
  what: "images a second of LeNet-5 by a loop of one's own with jit, against fit's in the same run",
  async measure(note) {
    note("own-loop: cpu");
    const cpu = await runScript("own_loop_run.ts", "cpu");
    if (!needs.webgpu.met) return { cpu };
    note("own-loop: webgpu");
    return { cpu, webgpu: await runScript("own_loop_run.ts", "webgpu") };
  },
};
