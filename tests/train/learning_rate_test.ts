import { DataStream } from "../../lib/train/stream.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { assertSameWeights, corners, scratch, stateful, useCpu } from "./helpers.ts";
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  bySteps,
  constantRate,
  cosineDecay,
  divideOnPlateau,
  exponentialDecay,
  multiStepDecay,
  oneCycle,
  polynomialDecay,
  stepDecay,
  warmUp,
} from "../../lib/train/learning_rate.ts";

Deno.test("rates fall as each schedule says", () => {
  assertEquals(constantRate(0.1).rate(7), 0.1);
  const step = stepDecay(1, { every: 2, factor: 0.5 });
  assertEquals([0, 1.99, 2, 4].map(step.rate), [1, 1, 0.5, 0.25]);
  assertAlmostEquals(exponentialDecay(1, { factor: 0.25 }).rate(0.5), 0.5);
  const cosine = cosineDecay(1, { epochs: 4, minimum: 0.2 });
  assertEquals(cosine.rate(0), 1);
  assertAlmostEquals(cosine.rate(2), 0.6);
  assertAlmostEquals(cosine.rate(9), 0.2);
});

Deno.test("warmUp rises to the other schedule's start, then lets it begin", () => {
  const schedule = warmUp(stepDecay(1, { every: 3 }), { epochs: 2 });
  assertEquals([0, 1, 2, 4.5].map(schedule.rate), [0, 0.5, 1, 1]);
  assertAlmostEquals(schedule.rate(5), 0.1);
});

Deno.test("warmUp passes on what a schedule of any kind is told", () => {
  class Halving {
    #rate = 1;
    rate = () => this.#rate;
    report(loss: number) {
      if (loss > 1) this.#rate /= 2;
    }
  }
  const schedule = warmUp(new Halving(), { epochs: 1 });
  schedule.report!(2);
  assertEquals(schedule.rate(1), 0.5);
  assertEquals(schedule.state!(), {});
});

Deno.test("oneCycle and polynomialDecay stay where they end", () => {
  const cycle = oneCycle(1, { epochs: 4, rise: 0.5, startDivisor: 10, finalDivisor: 5 });
  [0.1, 0.55, 1, 0.51, 0.02, 0.02].forEach((rate, epoch) =>
    assertAlmostEquals(cycle.rate(epoch), rate, 1e-12)
  );
  assertEquals(oneCycle(1, { epochs: 2, rise: 0 }).rate(0), 1);
  assertEquals(oneCycle(1, { epochs: 2, rise: 1 }).rate(2), 1);
  const square = polynomialDecay(1, { epochs: 2, power: 2, minimum: 0.2 });
  assertEquals([0, 2, 3].map((epoch) => square.rate(epoch)), [1, 0.2, 0.2]);
  assertAlmostEquals(square.rate(1), 0.4);
});

Deno.test("bySteps counts the steps of fit, of a stream too, and goes on with them", async () => {
  await useCpu();
  await using folder = await scratch();
  const asked: number[] = [];
  const schedule = () => {
    const halved = stepDecay(0.1, { every: 5, factor: 0.5 });
    return bySteps({ rate: (step) => (asked.push(step), halved.rate(step)) });
  };
  const data = corners(24),
    fit = (epochs: number, more: object) => ({
      epochs,
      batchSize: 4,
      optimizer: sgd({ learningRate: schedule() }),
      ...more,
    });
  const whole = stateful(), half = stateful();
  await whole.fit(data, fit(2, {}));
  assertEquals(new Set(asked), new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
  await half.fit(data, fit(1, { checkpoint: { directory: folder.path } }));
  await half.fit(data, fit(2, { checkpoint: { directory: folder.path }, resume: folder.path }));
  await assertSameWeights(half, whole);
  asked.length = 0;
  const stream = new DataStream(data, function* () {
    for (let i = 0; i < data.length; i++) yield data.get(i);
  });
  await stateful().fit(stream, fit(1, {}));
  assertEquals(Math.max(...asked), 5);
  assertEquals(bySteps(stepDecay(1, { every: 3 })).rate(3), 0.1);
});

Deno.test("divideOnPlateau bears so many epochs, then divides", () => {
  const schedule = divideOnPlateau(1, { patience: 1, factor: 10, minimum: 0.05 });
  const rates = [5, 4, 4, 4, 4, 4, 4, 3].map((loss) => {
    schedule.report!(loss);
    return schedule.rate(0);
  });
  assertEquals(rates, [1, 1, 1, 0.1, 0.1, 0.05, 0.05, 0.05]);
});

Deno.test("divideOnPlateau goes on from a saved state, also before the first loss and below 0", () => {
  for (const before of [[], [-1], [-1, -1], [2, NaN]]) {
    const make = () => divideOnPlateau(1, { patience: 1 });
    const [whole, first, second] = [make(), make(), make()];
    for (const loss of before) [whole, first].forEach((schedule) => schedule.report!(loss));
    second.restore!(JSON.parse(JSON.stringify(first.state!())));
    for (const loss of [-0.5, -1.5, -1.4, -1.45]) {
      [whole, second].forEach((schedule) => schedule.report!(loss));
      assertEquals(second.state!(), whole.state!());
    }
  }
});

Deno.test("a loss below 0 that stays does not count as fallen", () => {
  const schedule = divideOnPlateau(1, { patience: 0 });
  for (const loss of [-1, -0.99995]) schedule.report!(loss);
  assertEquals(schedule.rate(0), 0.1);
});

Deno.test("settings out of range are refused", () => {
  assertThrows(() => stepDecay(0.1, { every: 0 }), RangeError, "stepDecay: every");
  assertThrows(() => multiStepDecay(0.1, { at: [0] }), RangeError, "multiStepDecay: at[0]");
  assertThrows(() => multiStepDecay(0.1, { at: [1], factor: -1 }), RangeError, "factor");
  assertThrows(() => exponentialDecay(0.1, { factor: NaN }), RangeError, "factor");
  assertThrows(() => cosineDecay(0.1, { epochs: -1 }), RangeError, "cosineDecay: epochs");
  assertThrows(() => oneCycle(0.1, { epochs: 3, rise: 2 }), RangeError, "oneCycle: rise");
  assertThrows(() => polynomialDecay(0.1, { epochs: 3, power: 0 }), RangeError, "power");
  assertThrows(() => warmUp(0.1, { epochs: 0 }), RangeError, "warmUp: epochs");
  assertThrows(() => divideOnPlateau(0.1, { factor: 1 }), RangeError, "factor");
  assertThrows(() => warmUp("fast" as unknown as number, { epochs: 1 }), TypeError, "learningRate");
});
