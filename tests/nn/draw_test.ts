import { assertEquals } from "@std/assert";
import { Random } from "../../lib/core/random.ts";
import { draw } from "../../lib/nn/draw.ts";
import type { Distribution } from "../../lib/nn/initializer.ts";
import { zeros } from "../../lib/tensor/create.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { sequential } from "../../lib/train/make_model.ts";

/** What `Random` gives. */
function expected(distribution: Distribution, size: number, seed: number, stream: number) {
  const target = new Float32Array(size), random = new Random(seed, stream);
  if (distribution.kind === "uniform") {
    random.fillUniform(target, distribution.low, distribution.high);
  } else random.fillNormal(target, distribution.mean, distribution.standardDeviation);
  return target;
}

const normal = (mean: number, standardDeviation: number) =>
  ({ kind: "normal", mean, standardDeviation }) as const;

for (
  const [name, distribution] of Object.entries<Distribution>({
    uniform: { kind: "uniform", low: -0.13, high: 0.29 },
    normal: normal(0, 0.037),
    "normal around a mean": normal(-3.5, 1.25),
    "normal without spread": normal(0.1, 0),
    // Each is in the middle between two numbers of f32, where only the host is sure of the rounding.
    "normal, all in doubt": normal(1 + 2 ** -24, 1e-20),
  })
) {
  Deno.test(`draw, ${name}: the numbers of Random, of any count, seed and stream`, () => {
    for (const size of [0, 1, 15, 16, 70_001]) {
      assertEquals(draw(distribution, size, 1, 2), expected(distribution, size, 1, 2), `${size}`);
    }
    const seed = 2 ** 40 + 3, stream = 2 ** 33 + 5;
    assertEquals(draw(distribution, 50, seed, stream), expected(distribution, 50, seed, stream));
  });
}

Deno.test("large first weights are the same whether they are waited for or not", async () => {
  await setDevice("cpu", { threads: 1 });
  const [waited, atOnce] = [1, 2].map(() => sequential([300], { seed: 3 }).dense(301));
  const [kernel] = atOnce!.weights;
  const numbers = await kernel!.read();
  await waited!.predict(zeros([1, 300]));
  assertEquals(await waited!.weights[0]!.read(), numbers);
});
