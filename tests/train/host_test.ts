import { assert, assertEquals, assertRejects } from "@std/assert";
import { arrayDataset, DivergenceError, type History, sequential, sgd } from "../../mod.ts";
import { setHost } from "../../lib/train/host.ts";
import type { ProgressDisplay } from "../../lib/train/progress.ts";

const data = arrayDataset({
  inputs: [[0, 0], [0, 1], [1, 0], [1, 1]],
  targets: [0, 1, 1, 0],
});

/** Runs `body` where there is a host that notes what it is told. */
async function hosted(body: (said: string[], stop: () => void) => Promise<void>): Promise<void> {
  const said: string[] = [];
  const running = new Set<AbortController>();
  const display = (): ProgressDisplay => ({
    begin: ({ epochs, done, batches }) =>
      void said.push(`begin ${epochs} ${done.length} ${batches}`),
    progress: () => {},
    epoch: (record) => void said.push(`epoch ${record.epoch}`),
    end: async (history) => {
      await Promise.resolve();
      said.push(`end ${history.epochs.length} ${history.stopped}`);
    },
    fail: (error) => void said.push(`fail ${(error as Error).name}`),
  });
  setHost({
    showsProgress: true,
    progress: display,
    begin() {
      const controller = new AbortController();
      running.add(controller);
      return {
        signal: controller.signal,
        ended: () => void said.push("ended"),
        [Symbol.dispose]: () => void running.delete(controller),
      };
    },
  });
  try {
    await body(said, () => running.forEach((controller) => controller.abort()));
    assertEquals(running.size, 0);
  } finally {
    setHost();
  }
}

Deno.test("the host's display is told how training begins, goes on and ends", async () => {
  await hosted(async (said) => {
    const history = await sequential([2]).dense(2).fit(data, { epochs: 2, batchSize: 2 });
    said.push(`returned ${history.epochs.length}`);
    assertEquals(said, [
      ...["begin 2 0 2", "epoch 1", "epoch 2", "end 2 undefined"],
      ...["ended", "returned 2"],
    ]);
  });
});

Deno.test("progress: false shows nothing there", async () => {
  await hosted(async (said) => {
    await sequential([2]).dense(2).fit(data, { progress: false });
    assertEquals(said, ["ended"]);
  });
});

Deno.test("an error is told before it is thrown", async () => {
  await hosted(async (said) => {
    const optimizer = sgd({ learningRate: 1e38 });
    await assertRejects(
      () => sequential([2]).dense(8).dense(2).fit(data, { epochs: 9, optimizer }),
      DivergenceError,
    );
    assertEquals(said.at(-1), "fail DivergenceError");
  });
});

Deno.test("a run that the user stops ends, and the next one does not", async () => {
  await hosted(async (said, stop) => {
    const net = sequential([2]).dense(2);
    const history: History = await net.fit(data, {
      epochs: 1000,
      batchSize: 1,
      onStep: ({ step }) => step === 6 ? stop() : undefined,
    });
    assertEquals([history.stopped, history.epochs.length, history.steps], ["aborted", 1, 6]);
    assertEquals(said.at(-2), "end 1 aborted");
    assertEquals((await net.fit(data, { epochs: 2 })).stopped, undefined);
  });
});

Deno.test("a signal of one's own ends a run as well", async () => {
  await hosted(async () => {
    const controller = new AbortController();
    const history = await sequential([2]).dense(2).fit(data, {
      epochs: 1000,
      signal: controller.signal,
      onEpoch: () => controller.abort(),
    });
    assertEquals([history.stopped, history.epochs.length], ["aborted", 1]);
  });
});

Deno.test("evaluate and predict that the user stops end by an AbortError", async () => {
  await hosted(async (_, stop) => {
    const net = sequential([2]).dense(2);
    let reads = 0;
    const stopping = data.map((example) => {
      if (++reads === 3) stop();
      return example;
    });
    for (const run of ["evaluate", "predict"] as const) {
      reads = 0;
      const error = await assertRejects(() => net[run](stopping, { batchSize: 1 }), DOMException);
      assertEquals(error.name, "AbortError");
      assert(reads <= 4, `${reads} examples were read`);
    }
  });
});
