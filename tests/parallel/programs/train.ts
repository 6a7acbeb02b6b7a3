/** Trains a case of `nets.ts` in each process, and says what came out: `train.ts CASE [JOIN OPTIONS]`. */
import { joinProcesses, setDevice } from "../../../mod.ts";
import { cases, trained } from "../nets.ts";

const [name, options = "{}", device = "cpu"] = Deno.args;
await setDevice(device, device === "cpu" ? { threads: 1 } : {});
const group = await joinProcesses(JSON.parse(options));
const { losses, weights } = await trained(cases[name!]!, { group });
if (group.rank === 0) {
  const all = Object.values(weights).flatMap((part) => [...part]);
  console.log(JSON.stringify({ losses, weights: all, ...group.traffic }));
}
