/** Training by several members of a group, here in one process. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  DataStream,
  digits,
  evaluateDataset,
  type FitOptions,
  lenet5,
  sequential,
  sgd,
} from "../../mod.ts";
import { Cohort } from "../../lib/train/cohort.ts";
import { filesIn, inFolder } from "../folders.ts";
import { localGroups } from "./local_group.ts";
import { type Case, cases, difference, joined, trained } from "./nets.ts";

for (const [name, one] of Object.entries(cases)) {
  Deno.test(`group: ${name}: three train as one does`, async () => {
    const alone = await trained(one);
    const groups = localGroups(3, { bucketBytes: 2000 });
    const together = await Promise.all(groups.map((group) => trained(one, { group })));
    for (const { losses, weights } of together) {
      assertEquals(joined(weights), joined(together[0]!.weights));
      assertEquals(losses, together[0]!.losses);
    }
    const { losses, weights } = together[0]!;
    const apart = difference(joined(alone.weights), joined(weights));
    assert(apart < 1e-5, `weights differ by ${apart}`);
    assert(difference(alone.losses, losses) < 1e-5, `${losses} and ${alone.losses}`);
  });
}

Deno.test("group: the order of buckets changes no bit, and sums go while the rest is computed", async () => {
  const one = { ...cases["LeNet-5"]!, options: { ...cases["LeNet-5"]!.options, epochs: 2 } };
  const withBuckets = async (bucketBytes: number) => {
    const groups = localGroups(2, { bucketBytes });
    const [first] = await Promise.all(groups.map((group) => trained(one, { group })));
    assertEquals(groups[0]!.log, groups[1]!.log);
    return {
      weights: joined(first!.weights),
      late: groups[0]!.log.filter((what) => /late/.test(what)),
    };
  };
  const many = await withBuckets(1000), whole = await withBuckets(Infinity);
  assertEquals(many.weights, whole.weights);
  // Of 61,706 numbers and what is counted, ten tensors: all at once, or most by themselves.
  assertEquals(new Set(whole.late), new Set([`late sum ${61_706 + 5}`]));
  assert(many.late.length >= 5 * whole.late.length, `${many.late.length}`);
});

Deno.test("group: processes that are about to do other things are told what differs", async () => {
  const one = cases.dropout!;
  const [other] = digits({ train: 130, seed: 9 }).train.split(120);
  for (
    const [what, changed] of [
      ["batchSize", { batchSize: 16 }],
      ["seed", { seed: 5 }],
      ["examples of the data", { data: digits({ train: 130, seed: 9 }).train }],
      ["examples", { data: other }],
      ["learning rate", { optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }) }],
      ["first numbers of dense1.kernel", { net: () => reseeded() }],
    ] as const
  ) {
    const groups = localGroups(2);
    const failed = await Promise.all(groups.map(async (group, rank) => {
      const { data, net, ...options } = rank === 1 ? { ...changed } as Changed : {};
      const all = { ...one, ...data && { data }, ...net && { net } };
      return await assertRejects(
        () => trained(all, { ...options, group }),
        RangeError,
        `same ${what}`,
      );
    }));
    assert(failed[0]!.message.includes("process 1"), failed[0]!.message);
  }
});

type Changed = Partial<FitOptions & Pick<Case, "data" | "net">>;

const reseeded = () =>
  sequential([28, 28, 1], { seed: 5 }).averagePool2d(4).flatten().dropout(0.4).dense(16).tanh()
    .dropout(0.2).dense(10);

Deno.test("group: weights that come apart are named", async () => {
  const groups = localGroups(2, { checkEvery: 4 });
  await Promise.all(groups.map(async (group) => {
    const net = cases.dropout!.net();
    const run = net.fit(digits({ train: 320 }).train, {
      ...cases.dropout!.options,
      group,
      async onEpoch() {},
      onStep({ step }) {
        const bias = net.weight("dense2.bias");
        if (group.rank === 1 && step === 6) bias.assign(new Float32Array(10).fill(0.5));
      },
    });
    await assertRejects(
      () => run,
      Error,
      "after step 8 process 1 has other numbers in dense2.bias",
    );
  }));
});

Deno.test("group: a stop of one stops all at the same step, and the run goes on in other numbers", async () =>
  await inFolder(async (folder) => {
    const one = cases["LeNet-5"]!, whole = await trained(one);
    const controller = new AbortController();
    const checkpoint = { directory: `${folder}/run` };
    await Promise.all(
      localGroups(2).map((group) =>
        trained(one, {
          group,
          checkpoint,
          ...group.rank === 1 && { signal: controller.signal },
          onStep: ({ step }) => group.rank === 1 && step === 33 && controller.abort(),
        })
      ),
    );
    assertEquals(filesIn(checkpoint.directory), ["checkpoint.safetensors"]);
    const resumed = await Promise.all(
      localGroups(3).map((group) => trained(one, { group, resume: checkpoint.directory })),
    );
    const apart = difference(joined(whole.weights), joined(resumed[2]!.weights));
    assert(apart < 1e-5, `weights differ by ${apart}`);
    assert(difference(whole.losses, resumed[0]!.losses) < 1e-5);
  }));

Deno.test("group: streams, whole and in shares of their own", async () => {
  const one = cases["LeNet-5"]!,
    options = { ...one.options, epochs: 3 },
    { train } = digits({ train: 130 });
  const streamOf = (isMine: (i: number) => boolean) =>
    new DataStream(train, function* () {
      for (let i = 0; i < train.length; i++) if (isMine(i)) yield train.get(i);
    });
  const alone = await trained({ net: one.net, options, data: streamOf(() => true) });
  const groups = localGroups(3);
  const together = await Promise.all(
    groups.map((group) =>
      trained({ net: one.net, options, data: streamOf(() => true).shuffle(1, 1) }, { group })
    ),
  );
  assert(difference(joined(alone.weights), joined(together[1]!.weights)) < 1e-5);
  // The whole batches are others then, and so are the weights; one of the streams ends before the others.
  const own = await Promise.all(
    localGroups(3).map(async (group) => {
      const mine = streamOf((i) => i % 3 === group.rank && i < 100 + 10 * group.rank).ownShare();
      const { losses } = await trained({ net: one.net, options, data: mine }, { group });
      return losses;
    }),
  );
  assertEquals(own[0], own[2]);
  assert(own[0]!.at(-1)! < own[0]![0]!);
});

Deno.test("group: evaluation gives all of them what one finds", async () => {
  const net = lenet5(), { test } = digits({ train: 1, test: 101 });
  const alone = await net.evaluate(test, { batchSize: 16 });
  const all = await Promise.all(
    localGroups(3).map((group) => lenet5().evaluate(test, { batchSize: 16, group })),
  );
  for (const found of all) {
    assertEquals(found.top1, alone.top1);
    assert(Math.abs(found.loss - alone.loss) < 1e-6);
  }
});

Deno.test("group: images are measured by all, and the journal goes on with one", async () =>
  await inFolder(async (folder) => {
    const { test } = digits({ train: 1, test: 45 }), journal = `${folder}/journal.jsonl`;
    const alone = await evaluateDataset(lenet5(), test, { batchSize: 4 });
    const all = await Promise.all(
      localGroups(3).map((group) =>
        evaluateDataset(lenet5(), test, { batchSize: 4, group, journal })
      ),
    );
    for (const { top1Error, confusion } of all) {
      assertEquals([top1Error, confusion.counts], [alone.top1Error, alone.confusion.counts]);
    }
    const lines = (await Deno.readTextFile(journal)).trimEnd().split("\n").slice(1);
    assertEquals(
      lines.map((line) => JSON.parse(line).image),
      Array.from({ length: 45 }, (_, i) => `${i}`),
    );
    // One that is stopped stops all; what is complete is kept, and another number of processes goes on.
    const controller = new AbortController();
    const [stopped, other] = await Promise.all(
      localGroups(2).map((group) =>
        evaluateDataset(lenet5(), test, {
          batchSize: 4,
          group,
          journal,
          ...group.rank === 1 &&
            { signal: controller.signal, onProgress: () => controller.abort() },
        })
      ),
    );
    assertEquals([stopped!.complete, other!.complete], [false, false]);
    assertEquals(stopped!.images, other!.images);
    const [resumed] = await Promise.all(
      localGroups(3).map((group) =>
        evaluateDataset(lenet5(), test, { batchSize: 4, group, journal, resume: true })
      ),
    );
    assertEquals(resumed!.confusion.counts, alone.confusion.counts);
  }));

Deno.test("group: who takes much longer than the others in an epoch is named, once, by the first", async () => {
  const said: string[] = [], before = console.error;
  console.error = (line: string) => said.push(line);
  try {
    const [first, second] = localGroups(3).map((group) =>
      new Cohort(
        Object.assign(group, { gather: () => Promise.resolve(Float32Array.of(2, 2.1, 5)) }),
      )
    );
    for (const cohort of [first!, second!, first!]) {
      cohort.beginEpoch();
      assertEquals((await cohort.endEpoch()).length, 3);
    }
  } finally {
    console.error = before;
  }
  assertEquals(said, ["striate: process 2 is slow: 5.0 s of work in this epoch, others 2.1 s"]);
});
