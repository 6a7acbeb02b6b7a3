import { decodeImage, explain, openNetwork, setDevice } from "../../../mod.ts";
import { needs } from "../../setup/needs.ts";
import { type Figure, median } from "./figure.ts";

/** Images that are explained, evenly chosen. */
const count = 25;
const steps = 50;

/** How nearly contributions sum to what they explain. */
export const completeness: Figure = {
  name: "completeness",
  what:
    `integrated gradients of GoogLeNet, ${steps} steps, ${count} photographs: what the sum of ` +
    "contributions lacks of the gain of the score",
  async measure(note) {
    if (!needs.mirror.met) throw new Error(`completeness: ${needs.mirror.otherwise}`);
    await setDevice("cpu");
    const mirror = Deno.env.get("STRIATE_MIRROR");
    const { model } = await openNetwork(
      "googlenet",
      `${mirror}/imagenet-nets/googlenet.safetensors`,
    );
    const folder = `${mirror}/imagenet-samples/images`;
    const files = Array.from(Deno.readDirSync(folder), ({ name }) => name).toSorted();
    const gaps: number[] = [];
    for (let i = 0; i < count; i++) {
      const file = files[Math.floor(i * files.length / count)]!;
      const { input } = explain.seenBy(
        model,
        await decodeImage(await Deno.readFile(`${folder}/${file}`)),
      );
      const parts = await explain.integratedGradients(model, input, { steps });
      gaps.push(await (await explain.completenessGap(model, input, parts)).item());
      note(`completeness: ${i + 1} of ${count}, ${file}: ${(100 * gaps.at(-1)!).toFixed(2)} %`);
    }
    const percent = (gap: number) => Number((100 * gap).toPrecision(3));
    return {
      medianPercent: percent(median(gaps)),
      meanPercent: percent(gaps.reduce((a, b) => a + b) / gaps.length),
      largestPercent: percent(Math.max(...gaps)),
    };
  },
};
