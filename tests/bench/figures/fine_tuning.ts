import { needs } from "../../setup/needs.ts";
import { type Figure, runScript } from "./figure.ts";

/** Pretrained networks on few photographs; `fine_tuning_run.ts` takes options. */
export const fineTuning: Figure = {
  name: "fine-tuning",
  what: "GoogLeNet and SqueezeNet on 56 ants and bees: from scratch, frozen trunk, fine-tuned; " +
    "accuracy on 28 others, three seeds",
  async measure(note) {
    if (!needs.mirror.met) throw new Error(`fine-tuning: ${needs.mirror.otherwise}`);
    const results: Record<string, unknown> = {};
    for (const net of ["squeezenet1.1", "googlenet"]) {
      note(`fine-tuning: ${net}`);
      Object.assign(results, await runScript("fine_tuning_run.ts", "--nets", net));
    }
    return results;
  },
};
