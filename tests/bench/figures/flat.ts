import { needs } from "../../setup/needs.ts";
import { type Figure, runScript } from "./figure.ts";

/** Memory over 5,000 steps. */
export const flat: Figure = {
  name: "flat",
  what: "bytes on the device and of the process over 5,000 training steps of LeNet-5, after 1,000",
  async measure(note) {
    note("flat: cpu");
    const cpu = await runScript("flat_run.ts", "cpu", "32");
    if (!needs.webgpu.met) return { cpu };
    note("flat: webgpu");
    return { cpu, webgpu: await runScript("flat_run.ts", "webgpu", "8") };
  },
};
