/** Exchanges numbers of every size, and says whether all have what they should. */
import { joinProcesses } from "../../../mod.ts";

const compress = Deno.args[0] === "f16" ? "f16" : "none";
const group = await joinProcesses({ compress, patience: 1 });
const { rank, size } = group;
const ranks = size * (size - 1) / 2;
let largest = 0;
for (const length of [0, 1, 3, 8193, 100_003]) {
  for (const canWait of [false, true]) {
    const numbers = Float32Array.from({ length }, (_, i) => (i % 100) / 100 + rank);
    await group.sum(numbers, canWait);
    numbers.forEach((x, i) => {
      const error = Math.abs(x - (size * (i % 100) / 100 + ranks)) / size;
      if (!(error <= largest)) largest = error;
    });
  }
}
// Several at a time, of which the second sort overtakes the first.
const [first, second] = [new Float32Array(50_000).fill(1), new Float32Array(9).fill(2)];
await Promise.all([
  group.sum(first, true),
  group.sum(second),
  group.sum(first.subarray(0, 0), true),
]);
const gathered = await group.gather(Float32Array.of(rank, rank + 0.5));
const texts = await group.gatherTexts("ä".repeat(rank) + rank);
if (Deno.args[1] === "late" && rank === 1) {
  await new Promise((resolve) => setTimeout(resolve, 3500));
}
await group.sum(Float32Array.of(1));
if (rank === size - 1) {
  console.log(JSON.stringify({
    largest,
    all: [...new Set(first)].concat([...new Set(second)]),
    gathered: [...gathered],
    texts,
  }));
}
