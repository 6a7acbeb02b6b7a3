import { needs } from "../../setup/needs.ts";
import { type Figure, runScript } from "./figure.ts";

const lossesOf = async (...args: string[]) =>
  (await runScript("losses_run.ts", ...args)).losses as number[];

/** The same losses everywhere. */
export const losses: Figure = {
  name: "losses",
  what: "the first 50 losses of LeNet-5 from one seed, on both devices and on 1 and 2 threads",
  async measure(note) {
    note("losses: cpu");
    const [first, again, alone] = [
      await lossesOf("cpu", "2"),
      await lossesOf("cpu", "2"),
      await lossesOf("cpu", "1"),
    ];
    const same = (other: readonly number[]) => other.every((loss, i) => Object.is(loss, first[i]));
    const cpu = {
      first: first[0],
      last: first.at(-1),
      sameBitsInTwoRuns: same(again),
      sameBitsOnOneThread: same(alone),
    };
    if (!needs.webgpu.met) return cpu;
    note("losses: webgpu");
    const other = await lossesOf("webgpu", "2");
    const errors = other.map((loss, i) => Math.abs(loss - first[i]!) / first[i]!);
    return {
      ...cpu,
      webgpuLargestRelativeDifference: Number(Math.max(...errors).toPrecision(3)),
      webgpuSameBitsInTwoRuns: (await lossesOf("webgpu", "2")).every((x, i) => x === other[i]),
    };
  },
};
