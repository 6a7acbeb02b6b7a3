import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { judge, ranked, spreadInWords } from "../../../lib/cli/sweep/judged.ts";
import { recipeIn } from "../../../lib/cli/sweep/sweep_recipe.ts";
import { rungsOf } from "../../../lib/cli/sweep/sweep_run.ts";
import { type Trial, trialsOf } from "../../../lib/cli/sweep/trials.ts";

const read = (content: object) => recipeIn(content, "r.json");

Deno.test("a grid has every combination, the last option changing fastest", () => {
  const recipe = read({
    vary: {
      optimizer: ["sgd", "adam"],
      "learning-rate": { from: 0.001, to: 0.1, scale: "log", count: 3 },
    },
    seeds: 2,
  });
  const trials = trialsOf(recipe);
  assertEquals(trials.map(({ options }) => Object.values(options)), [
    ["sgd", 0.001],
    ["sgd", 0.01],
    ["sgd", 0.1],
    ["adam", 0.001],
    ["adam", 0.01],
    ["adam", 0.1],
  ]);
  assertEquals([trials[5]!.name, trials[5]!.seeds], ["trial-6", [0, 1]]);
  const linear = read({ vary: { epochs: { from: 1, to: 6, count: 3 } } });
  assertEquals(trialsOf(linear).map(({ options }) => options.epochs), [1, 4, 6]);
});

Deno.test("drawn trials are as many as asked for, differ, lie in their ranges, and depend on the seed", () => {
  const random = (seed: number) =>
    trialsOf(read({
      method: "random",
      vary: {
        "learning-rate": { from: 0.001, to: 1, scale: "log" },
        "batch-size": { from: 8, to: 64 },
        model: ["mlp", "lenet5"],
      },
      trials: 200,
      seed,
    }));
  const trials = random(1);
  assertEquals(
    [trials.length, new Set(trials.map(({ options }) => JSON.stringify(options))).size],
    [200, 200],
  );
  assertEquals(random(1), trials);
  assert(JSON.stringify(random(2)) !== JSON.stringify(trials));
  const rates = trials.map(({ options }) => Number(options["learning-rate"]));
  // As many in each decade.
  for (const [from, to] of [[0.001, 0.01], [0.01, 0.1], [0.1, 1]] as const) {
    const count = rates.filter((rate) => rate >= from && rate < to).length;
    assert(count > 45 && count < 90, `${count} from ${from} to ${to}`);
  }
  for (const { options } of trials) {
    const size = Number(options["batch-size"]);
    assert(Number.isInteger(size) && size >= 8 && size <= 64);
  }
  // Of four there are no five.
  const few = read({
    method: "random",
    vary: { model: ["mlp", "lenet5"], ema: [true, false] },
    trials: 5,
  });
  assertEquals(trialsOf(few).length, 4);
});

Deno.test("a recipe is checked before anything begins", () => {
  const vary = { "learning-rate": [0.1] };
  const cases: readonly (readonly [object, string])[] = [
    [{}, "r.json: vary: expected values or ranges by option"],
    [{ vary: {} }, "r.json: vary: expected an option at least"],
    [
      { vary: { "learning-rte": [1] } },
      'r.json: vary: unknown option of train "learning-rte"; did you mean "learning-rate"?',
    ],
    [{ vary: { seed: [1] } }, "r.json: vary: seed: a sweep sets it itself"],
    [{ vary: { optimizer: ["sdg"] } }, 'r.json: vary: optimizer: expected "sgd"'],
    [
      { vary: { optimizer: { from: 1, to: 2, count: 2 } } },
      "r.json: vary: optimizer: expected a list of values",
    ],
    [{ vary: { "learning-rate": { from: 1, to: 0.1, count: 2 } } }, "expected from below to"],
    [
      { vary: { "learning-rate": { from: 0, to: 1, scale: "log", count: 2 } } },
      "expected from above 0",
    ],
    [{ vary: { "learning-rate": { from: 0.1, to: 1 } } }, "learning-rate: expected count"],
    [
      { vary: { "learning-rate": { from: -1, to: 1, count: 2 } } },
      "learning-rate: expected a number above 0, found -1",
    ],
    [{ vary, fixed: { "learning-rate": 1 } }, "r.json: learning-rate is both fixed and varied"],
    [{ vary, trials: 3 }, "r.json: trials: a grid has all combinations"],
    [{ vary, method: "halving" }, "r.json: fixed: halving needs epochs above leastEpochs (1)"],
    [
      { vary: { epochs: [1] }, method: "halving", fixed: { epochs: 2 } },
      "r.json: vary: epochs: halving decides",
    ],
    [{ vary, metod: "grid" }, 'r.json: unknown option "metod"; did you mean "method"?'],
    [[], "r.json: expected options in braces, found []"],
  ];
  for (const [content, message] of cases) assertThrows(() => read(content), Error, message);
});

Deno.test("halving: each rung is a factor longer, for a factor fewer; the last goes to the end", () => {
  const recipe = (epochs: number, factor = 3, leastEpochs = 1) =>
    read({ method: "halving", fixed: { epochs }, vary: { model: ["mlp"] }, factor, leastEpochs });
  assertEquals(rungsOf(recipe(9), 9), [
    { until: 1, keeps: 9 },
    { until: 3, keeps: 3 },
    { until: Infinity, keeps: 1 },
  ]);
  assertEquals(rungsOf(recipe(5, 2, 2), 5), [
    { until: 2, keeps: 5 },
    { until: 4, keeps: 2 },
    { until: Infinity, keeps: 1 },
  ]);
  assertEquals(rungsOf(read({ vary: { model: ["mlp"] } }), 4), [{ until: Infinity, keeps: 4 }]);
});

Deno.test("the best is named with the spread of its seeds; what has failed comes last", () => {
  const trial = (name: string): Trial => ({ name, options: {}, seeds: [0, 1, 2] });
  const judged = [
    judge(trial("a"), 1, [0.9, 0.92, 0.94])!,
    judge(trial("b"), 1, [0.99])!,
    judge(trial("c"), 1, [0.95, 0.95, 0.95])!,
  ];
  assertEquals(judge(trial("d"), 1, []), undefined);
  assertEquals(ranked(judged, { goal: "max" }).map(({ trial }) => trial.name), ["c", "a", "b"]);
  assertEquals(ranked(judged, { goal: "min" }).map(({ trial }) => trial.name), ["a", "c", "b"]);
  assertAlmostEquals(judged[0]!.deviation!, 0.02, 1e-12);
  assertEquals(spreadInWords(judged[0]!, "top1"), "92.00 % ± 2.00 % (90.00 % to 94.00 %, 3 seeds)");
  assertEquals(spreadInWords(judged[1]!, "loss"), "0.9900");
});
