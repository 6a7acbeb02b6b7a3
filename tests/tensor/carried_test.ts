/** Loops without jit whose values, beside the weights, are carried by hand. */
import { assert, assertEquals } from "@std/assert";
import { topologicalOrder } from "../../lib/graph/node.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { valueAndGradient } from "../../lib/tensor/gradient.ts";
import { jit } from "../../lib/tensor/jit.ts";
import { defaultRuntime, openRuntime, type Runtime } from "../../lib/tensor/runtime.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { useCpu } from "../train/helpers.ts";

await useCpu();

const x = tensor([[1, 2], [3, 4], [5, 6]]), y = tensor([[5], [11], [17]]);
const loss = (w: Tensor) => x.matmul(w).sub(y).square().mean();
const programs = () => defaultRuntime().programs.size;

/** Values of a round; the first are the weights. */
type Round = readonly Tensor[];

const momentum = ([w, v]: Round, gradient: Tensor): Round => {
  const next = v!.mul(0.9).add(gradient);
  return [w!.sub(next.mul(0.02)), next];
};
const adam = ([w, m, s]: Round, gradient: Tensor): Round => {
  const mean = m!.mul(0.9).add(gradient.mul(0.1));
  const square = s!.mul(0.99).add(gradient.square().mul(0.01));
  return [w!.sub(mean.div(square.sqrt().add(1e-3)).mul(0.05)), mean, square];
};
const begin = (count: number): Round => Array.from({ length: count }, () => zeros([2, 1]));

for (const [name, rule, count] of [["momentum", momentum, 2], ["Adam", adam, 3]] as const) {
  for (const isRead of [false, true]) {
    Deno.test(`${name} by hand, ${isRead ? "the loss read in each round" : "nothing read"}: no round is longer than another`, async () => {
      let round = begin(count);
      const nodes: number[] = [], kept: number[] = [];
      await tensor(0).add(1).item(); // The device is open, and runs at once what is scheduled.
      for (let i = 0; i < 16; i++) {
        const { value, gradient } = valueAndGradient(loss)(round[0]!);
        if (isRead) await value.item();
        round = rule(round, gradient);
        nodes.push(topologicalOrder(round.map(({ node }) => node)).length);
        kept.push(programs());
      }
      const [first, last] = [nodes[0]!, nodes.slice(-6)];
      assertEquals(last, last.map(() => last[0]), `${nodes}`);
      // A round computes its own gradient, and none of a round before.
      assert(last[0]! <= first, `${nodes}`);
      assertEquals(kept.at(-6), kept.at(-1), "one program for every round");
    });
  }

  Deno.test(`${name} by hand is the same with jit`, async () => {
    const step = jit((round: Round) => rule(round, valueAndGradient(loss)(round[0]!).gradient));
    let [byHand, recorded] = [begin(count), begin(count)];
    for (let i = 0; i < 10; i++) {
      byHand = rule(byHand, valueAndGradient(loss)(byHand[0]!).gradient);
      recorded = step(recorded);
    }
    const numbers = (round: Round) => Promise.all(round.map(async (x) => [...await x.data()]));
    const [found, expected] = [await numbers(byHand), await numbers(recorded)];
    found.flat().forEach((value, i) =>
      assert(Math.abs(value - expected.flat()[i]!) < 1e-5, `${found} and ${expected}`)
    );
  });
}

Deno.test("what loops carry is known to the runtime that they run on, and forgotten when that is closed", async () => {
  const open = () => openRuntime("cpu", { threads: 1 });
  await using here = await open();
  await using there = await open();
  /** How many nodes each round of a loop has, with weights on a runtime. */
  const loopOn = (runtime: Runtime) => {
    const nodes: number[] = [];
    let round: Round = begin(2).map((value) => value.to(runtime));
    for (let i = 0; i < 8; i++) {
      round = momentum(round, valueAndGradient(loss)(round[0]!).gradient);
      nodes.push(topologicalOrder(round.map(({ node }) => node)).length);
    }
    return nodes;
  };
  const before = defaultRuntime().carried.size;
  const first = loopOn(here);
  assert(here.carried.size > 0);
  assertEquals([there.carried.size, defaultRuntime().carried.size], [0, before]);
  // The other runtime learns by itself, and what the one has learnt serves its next loop.
  assertEquals(loopOn(there), first);
  assert(Math.max(...loopOn(here)) < Math.max(...first), `${first}`);
  await here.close();
  assertEquals(here.carried.size, 0);
  assert(there.carried.size > 0);
});
