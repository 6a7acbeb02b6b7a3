import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type Displayable, jupyterDisplay } from "../../../lib/show/bundle.ts";
import { learningRates, type LearningRatesLike } from "../../../lib/show/plot/learning_rates.ts";
import { LearningRateCurve } from "../../../lib/train/learning_rate_curve.ts";
import "../../../lib/show/register.ts";

const rates = Array.from({ length: 30 }, (_, i) => 10 ** (i / 6 - 4));
const losses = rates.map((rate, i) => i < 12 ? 2 : 1 + rate / 10);
const curve = new LearningRateCurve({ rates, losses, rawLosses: losses.map((x) => x + 0.1) });

Deno.test("a curve of learning rates is drawn over a logarithmic axis, with what is suggested", () => {
  const { data, layout } = JSON.parse(JSON.stringify(learningRates(curve)));
  assertEquals(layout.xaxis.type, "log");
  assertEquals(data.map(({ name }: { name: string }) => name), [
    "of each step",
    "smoothed",
    "suggested: 0.0010",
  ]);
  assertAlmostEquals(data[2].x[0], rates[6]!, 1e-6);
  assertEquals(data[2].y, [2]);
  // The losses of too large rates do not press the others flat.
  const steep = losses.map((loss, i) => i < 25 ? loss : 10 ** (i - 20));
  const { layout: far } = learningRates(
    new LearningRateCurve({ rates, losses: steep, rawLosses: steep }),
  ).toJSON();
  const [low, high] = (far as { yaxis: { range: number[] } }).yaxis.range;
  assert(low! < 1 && high! > 2 && high! < 4, `${low} to ${high}`);
  const flat = new LearningRateCurve({ rates, losses: rates, rawLosses: rates });
  assertEquals(learningRates(flat).toJSON().data.length, 2);
});

Deno.test("show draws it; where nothing was measured it is a text", async () => {
  const look = async (curve: LearningRateCurve) =>
    await (curve as unknown as Displayable)[jupyterDisplay]();
  const bundle = await look(curve);
  assertStringIncludes(String(bundle["text/html"]), "learning rate");
  assertEquals(bundle["text/plain"], String(curve));
  const nothing = new LearningRateCurve({
    rates: [],
    losses: [],
    rawLosses: [],
    stopped: "aborted",
  });
  assertEquals(Object.keys(await look(nothing)), ["text/plain"]);
  assertEquals(String(nothing), "no learning rate was tried");
});

Deno.test("what is no curve is refused", () => {
  const given = [1, 2] as unknown as LearningRatesLike;
  assertThrows(() => learningRates(given), TypeError, "expected what findLearningRate returns");
  const empty = { rates: [], losses: [], rawLosses: [], suggestion: undefined };
  assertThrows(() => learningRates(empty), RangeError, "expected steps, found none");
});
