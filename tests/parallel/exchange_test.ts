/** Exchanges in layers, and the programs that are cut there. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  arrayDataset,
  defineLayer,
  digits,
  Layer,
  type Model,
  openRuntime,
  sequential,
  sgd,
  tensor,
} from "../../mod.ts";
import { needs } from "../setup/needs.ts";
import { type LocalGroup, localGroups } from "./local_group.ts";
import { cases, difference, joined, trained } from "./nets.ts";

/** The sum of what a group's members have, or all of it side by side. */
const exchangeType = defineLayer<{ readonly kind: "sum" | "gather"; readonly key: string }>({
  type: "testExchange",
  call: ([x], _, { kind, key }) => {
    const group = groups.get(key)!;
    return kind === "sum" ? group.sumTensor(x!) : group.gatherTensor(x!, -1);
  },
});
const groups = new Map<string, LocalGroup>();

/** A model with an exchange in its midst, for each member of a group. */
function members(kind: "sum" | "gather", size: number) {
  return localGroups(size).map((group) => {
    const key = `${kind} ${group.rank} of ${size}`;
    groups.set(key, group);
    const net = sequential([2], { seed: 1 }).dense(2, { name: "first", bias: false })
      .apply(new Layer(exchangeType, { kind, key })).dense(1, { name: "last", bias: false });
    net.weight("first.kernel").assign(Float32Array.of(1, 2, 3, 4).map((x) => x + group.rank));
    return { net, group };
  });
}

Deno.test("exchange: a layer gives the sum of all members, or all side by side", async () => {
  const x = tensor([[1, 10]]);
  const sums = await Promise.all(
    members("sum", 3).map(({ net }) => net.predict(x, { outputs: ["testExchange1"] })),
  );
  const own = (rank: number) => [1 + rank + 10 * (3 + rank), 2 + rank + 10 * (4 + rank)];
  for (const sum of sums) {
    assertEquals(await sum.array(), [[0, 1].map((i) => own(0)[i]! + own(1)[i]! + own(2)[i]!)]);
  }
  const all = await Promise.all(
    members("gather", 2).map(({ net }) => net.predict(x, { outputs: ["testExchange1"] })),
  );
  for (const one of all) assertEquals(await one.array(), [[...own(0), ...own(1)]]);
});

for (const kind of ["sum", "gather"] as const) {
  Deno.test(`exchange: gradients through a ${kind} are those of differences`, async () => {
    const loss = "meanSquaredError", input = [[0.5, -1]], target = [[0.3]];
    const ready = (rank: number, net: Model) => {
      const last = Array.from({ length: kind === "sum" ? 2 : 4 }, (_, i) => 0.1 * (i + 1 + rank));
      net.weight("last.kernel").assign(Float32Array.from(last));
    };
    /** The losses of all members together, where a weight of the first one is moved. */
    const lossAt = async (move: number) => {
      const results = await Promise.all(
        members(kind, 2).map(({ net, group: { rank } }) => {
          ready(rank, net);
          if (rank === 0) net.weight("first.kernel").assign(Float32Array.of(1, 2, 3 + move, 4));
          return net.evaluate(arrayDataset({ inputs: input, targets: target }), { loss });
        }),
      );
      return results.reduce((sum, { loss }) => sum + loss, 0);
    };
    const step = 1e-2, slope = (await lossAt(step) - await lossAt(-step)) / (2 * step);
    const [found] = await Promise.all(
      members(kind, 2).map(async ({ net, group: { rank } }) => {
        ready(rank, net);
        const optimizer = sgd({ learningRate: 1 });
        await net.trainOnBatch(tensor(input), tensor(target), { loss, optimizer });
        return 3 - (await net.weight("first.kernel").read())[2]!;
      }),
    );
    assert(
      Math.abs(slope) > 0.01 && Math.abs(found! - slope) < 1e-2 * Math.abs(slope),
      `${found}, ${slope}`,
    );
  });
}

Deno.test("exchange: what computes at once says that it cannot", async () => {
  const [group] = localGroups(2);
  await assertRejects(
    () => group!.sumTensor(tensor([1, 2])).data(),
    TypeError,
    "in layers and losses",
  );
  const long = tensor([[1, 2]]);
  assertEquals(group!.gatherTensor(long, 1).shape, [1, 4]);
  assertEquals(group!.gatherTensor(long, -2).shape, [2, 2]);
});

Deno.test({
  name: "exchange: members on WebGPU read gradients back, and train as one does",
  ignore: !needs.webgpu.met,
  async fn() {
    await using runtime = await openRuntime("webgpu");
    const one = cases.dropout!, options = { ...one.options, epochs: 2 };
    const data = digits({ train: 64 }).train;
    const alone = await trained({ ...one, options, data });
    const together = await Promise.all(
      localGroups(2, { bucketBytes: 500 }).map(async (group) => {
        const net = await one.net().to(runtime);
        return await trained({ net: () => net, options, data }, { group });
      }),
    );
    assertEquals(joined(together[0]!.weights), joined(together[1]!.weights));
    const apart = difference(joined(alone.weights), joined(together[0]!.weights));
    assert(apart < 1e-5, `weights differ by ${apart}`);
  },
});
