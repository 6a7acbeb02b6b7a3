/**
 * Two processes with a tower of AlexNet each, and the whole net beside them to compare with:
 *
 *     mpirun -n 2 deno run -A notebooks/programs/two_towers.ts
 *
 * @module
 */
import { joinProcesses, randomUniform, setDevice, tensor } from "../../mod.ts";
import { tower, whole } from "./towers.ts";

await setDevice("cpu", { threads: 1 });
const group = await joinProcesses(), net = whole(), images = 3;
const half = await tower(net, group), before = group.traffic.bytes;
const pixels = await randomUniform([images, 67, 67, 3], { seed: 1 }).data();
const input = () => tensor(pixels, { shape: [images, 67, 67, 3] });
const found = await (await half.predict(input())).data();
const bytes = group.traffic.bytes - before;
const expected = await (await net.predict(input())).data();
const difference = Math.max(...expected.map((x, i) => Math.abs(x - found[i]!)));
const largest = Math.max(...expected.map(Math.abs));
if (group.rank === 0) {
  console.log(JSON.stringify({ images, bytes, relativeDifference: difference / largest }));
}
