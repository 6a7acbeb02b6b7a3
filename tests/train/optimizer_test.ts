import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { leaf, type Node } from "../../lib/graph/node.ts";
import { Tensor } from "../../lib/tensor/tensor.ts";
import { record } from "../../lib/tensor/tracing.ts";
import { tensor } from "../../lib/tensor/create.ts";
import type { Weights } from "../../lib/nn/apply.ts";
import { crossEntropy } from "../../lib/tensor/functions/loss.ts";
import { gradient } from "../../lib/tensor/gradient.ts";
import { sequential } from "../../lib/train/make_model.ts";
import {
  clipByNorm,
  defineOptimizer,
  type Optimizer,
  type OptimizerRule,
} from "../../lib/train/optimizer.ts";
import {
  adadelta,
  adagrad,
  adam,
  adamW,
  lamb,
  lion,
  rmsprop,
  sgd,
} from "../../lib/train/optimizers.ts";
import { evaluate } from "../reference.ts";
import { bitsOf, corners, useCpu } from "./helpers.ts";

/** A weight after each step with the gradients given. */
function follow(optimizer: Optimizer, start: number, gradients: number[], rates: number[]) {
  const node = () => new Tensor(leaf([], "f32"));
  const weight = node(), gradient = node(), rate = node(), step = node();
  const slots = optimizer.slots.map(node);
  const state = { step, slots: Object.fromEntries(optimizer.slots.map((s, k) => [s, slots[k]!])) };
  const next = record(() => optimizer.step(weight, gradient, state, rate));
  let values = [start, ...slots.map(() => 0)];
  return gradients.map((g, i) => {
    const data = new Map<Node, number[]>([
      [gradient.node, [g]],
      [rate.node, [rates[i]!]],
      [step.node, [i]],
    ]);
    [weight, ...slots].forEach(({ node }, k) => data.set(node, [values[k]!]));
    const results = [next.weights, ...Object.values(next.state.slots)].map(({ node }) => node);
    values = evaluate(results, data).map((list) => list[0]!);
    return values[0]!;
  });
}

Deno.test("a velocity of gradients is another memory than one of steps", () => {
  const steps = sgd({ momentum: 0.9 }), gradients = sgd({ momentum: 0.9, velocity: "gradient" });
  assert(!steps.remembersAs(gradients));
  assert(sgd({ momentum: 0.5, velocity: "step" }).remembersAs(steps));
  // Without momentum there is no velocity, whatever it would be of.
  assert(sgd().remembersAs(sgd({ velocity: "gradient" })));
  assertThrows(
    () => sgd({ velocity: "gradients" as never }),
    RangeError,
    'did you mean "gradient"?',
  );
});

Deno.test("sgd is the rule of the AlexNet paper, also when the rate changes", () => {
  const gradients = [0.5, -1.25, 2, 0.125], rates = [0.01, 0.01, 0.001, 0.1];
  let [w, v] = [1.5, 0];
  const expected = gradients.map((g, i) => {
    v = 0.9 * v - 0.0005 * rates[i]! * w - rates[i]! * g;
    return w += v;
  });
  const found = follow(sgd({ momentum: 0.9, weightDecay: 0.0005 }), 1.5, gradients, rates);
  found.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-6));
});

Deno.test("Nesterov's form looks ahead by the new velocity", () => {
  const gradients = [0.5, -1.25, 2], rates = [0.1, 0.1, 0.01];
  let [w, v] = [1.5, 0];
  const expected = gradients.map((g, i) => {
    v = 0.8 * v - rates[i]! * g;
    return w += 0.8 * v - rates[i]! * g;
  });
  const found = follow(sgd({ momentum: 0.8, nesterov: true }), 1.5, gradients, rates);
  found.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-6));
});

Deno.test("adam's first step has the size of the learning rate, whatever the gradient's", () => {
  for (const gradient of [1e-3, 1, 1e3]) {
    const [w] = follow(adam(), 1, [gradient], [0.01]);
    assertAlmostEquals(w!, 0.99, 1e-6);
  }
});

Deno.test("clipByNorm shortens all gradients together, and long ones only", () => {
  const a = leaf([2], "f32"), b = leaf([], "f32");
  const clip = (limit: number) =>
    evaluate(
      record(() => clipByNorm([new Tensor(a), new Tensor(b)], limit)).map(({ node }) => node),
      new Map([[a, [2, 3]], [b, [6]]]),
    ).map((x) => [...x]);
  assertEquals(clip(8), [[2, 3], [6]]);
  const [[x, y], [z]] = clip(3.5) as [[number, number], [number]];
  assertAlmostEquals(Math.hypot(x, y, z), 3.5, 1e-5);
  assertAlmostEquals(y / x, 1.5, 1e-6);
  assertAlmostEquals(z / x, 3, 1e-6);
});

Deno.test("clipping acts on the gradients of all weights in a step", async () => {
  await useCpu();
  const net = sequential([2]).dense(1);
  const before = await net.weight("dense1.kernel").read();
  await net.trainOnBatch(tensor([[30, 40]]), tensor([[1e4]]), {
    loss: "meanSquaredError",
    optimizer: sgd({ learningRate: 1, clipNorm: 0.5 }),
  });
  const after = await net.weight("dense1.kernel").read();
  const bias = await net.weight("dense1.bias").read();
  const moved = Math.hypot(after[0]! - before[0]!, after[1]! - before[1]!, bias[0]!);
  assertAlmostEquals(moved, 0.5, 1e-4);
});

Deno.test("the weights after a step of a program are those of the rule", async () => {
  await useCpu();
  const net = sequential([1], { seed: 3 }).dense(1, { bias: false });
  const [start] = await net.weight("dense1.kernel").read();
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 });
  const x = 2, y = 3;
  let [w, v] = [start!, 0];
  for (let i = 0; i < 3; i++) {
    const { loss } = await net.trainOnBatch(tensor([[x]]), tensor([[y]]), {
      loss: "meanSquaredError",
      optimizer,
    });
    assertAlmostEquals(loss, (w * x - y) ** 2, 1e-4);
    v = 0.9 * v - 0.01 * 0.1 * w - 0.1 * 2 * x * (w * x - y);
    w += v;
  }
  const [found] = await net.weight("dense1.kernel").read();
  assertAlmostEquals(found!, w, 1e-5);
  assert("dense1.kernel" in await bitsOf(net));
});

Deno.test("lamb: a weight of zeros, or a step of none, has the learning rate alone", async () => {
  const optimizer = lamb({ learningRate: 0.5, weightDecay: 0 });
  const weights = [tensor([0, 0]), tensor([3, 4])];
  const gradients = [tensor([2, -7]), tensor([0, 0])];
  const { weights: [zero, still] } = optimizer.step(weights, gradients, optimizer.init(weights));
  (await zero!.data()).forEach((x, i) => assertAlmostEquals(x, [-0.5, 0.5][i]!, 1e-5));
  assertEquals(await still!.array(), [3, 4]);
});

Deno.test("clipValue cuts each number, before clipNorm shortens all", async () => {
  const optimizer = sgd({ learningRate: 1, clipValue: 3, clipNorm: 2.5 });
  const weights = tensor([0, 0]), state = optimizer.init(weights);
  const after = optimizer.step(weights, tensor([-300, 4]), state).weights;
  const side = 2.5 / Math.SQRT2;
  (await after.data()).forEach((x, i) => assertAlmostEquals(x, [side, -side][i]!, 1e-4));
  assert(!optimizer.computesAs(sgd({ learningRate: 1, clipNorm: 2.5 })));
});

Deno.test("settings out of range and unknown ones are refused", () => {
  assertThrows(() => sgd({ momentum: 1 }), RangeError, "sgd: momentum");
  assertThrows(() => sgd({ nesterov: true }), RangeError, "expected a momentum above 0");
  assertThrows(() => sgd({ learningRate: -1 }), RangeError, "learningRate");
  assertThrows(() => sgd({ learningRate: NaN }), RangeError, "learningRate");
  assertThrows(() => sgd({ weightDecay: Infinity }), RangeError, "weightDecay");
  assertThrows(() => adam({ beta2: 1 }), RangeError, "adam: beta2");
  assertThrows(() => adamW({ clipNorm: 0 }), RangeError, "adamW: clipNorm");
  assertThrows(() => lion({ clipValue: -1 }), RangeError, "lion: clipValue");
  assertThrows(() => adadelta({ epsilon: 0 }), RangeError, "adadelta: epsilon");
  assertThrows(() => rmsprop({ decay: -0.1 }), RangeError, "rmsprop: decay");
  assertThrows(() => adagrad({ weightDecay: -1 }), RangeError, "adagrad: weightDecay");
  const misspelt = { learningrate: 0.1 } as object;
  assertThrows(() => adam(misspelt), RangeError, 'did you mean "learningRate"?');
});

Deno.test("rate factors are for weights by name, or by the name of their layer", async () => {
  await useCpu();
  const kernels = { "a.kernel": tensor(1), "a.bias": tensor(1), "b.kernel": tensor(1) };
  const step = async (rateFactors: Record<string, number>) => {
    const optimizer = sgd({ learningRate: 0.5, rateFactors });
    const { weights } = optimizer.step(kernels, kernels, optimizer.init(kernels));
    return await Promise.all(Object.values(weights).map((t) => t.item()));
  };
  assertEquals(await step({}), [0.5, 0.5, 0.5]);
  assertEquals(await step({ a: 0 }), [1, 1, 0.5]);
  assertEquals(await step({ "*.kernel": 2 }), [0, 0.5, 0]);
  // The first that fits counts.
  assertEquals(await step({ "a.bias": 0, "*": 2 }), [0, 1, 0]);
  assertThrows(() => sgd({ rateFactors: { a: -1 } }), RangeError, "sgd: rateFactors: a: expected");
  assertThrows(() => sgd({ rateFactors: 3 as never }), TypeError, 'such as { "conv*": 0.1 }');
});

Deno.test("rate factors are for blocks of layers too, and a factor of no weight is an error", async () => {
  await useCpu();
  const net = () =>
    sequential([3], { seed: 1 }).dense(3, { name: "body.1.fc" }).relu().dense(3, {
      name: "body.10",
    })
      .dense(3, { name: "head" });
  const train = async (rateFactors: Record<string, number>) => {
    const one = net(), before = await bitsOf(one);
    await one.fit(corners(12), { optimizer: sgd({ learningRate: 0.1, rateFactors }) });
    const after = await bitsOf(one);
    return Object.keys(after).filter((name) => String(before[name]) !== String(after[name]));
  };
  assertEquals(await train({ "body.1": 0, "*.bias": 0 }), ["body.10.kernel", "head.kernel"]);
  assertEquals(await train({ body: 0 }), ["head.kernel", "head.bias"]);
  assertEquals(await train({ "body.10.kernel": 1, "*": 0 }), ["body.10.kernel"]);
  const refused: [Record<string, number>, string][] = [
    [{ hed: 10 }, 'fit: sgd: rateFactors: unknown layer "hed"; did you mean "head"? Known: body'],
    [{ head: 10, "conv*": 2 }, 'unknown layer "conv*"'],
    [{ "*": 0.1, head: 1 }, '"*" stands before it; put the special before the general'],
    [{ body: 1, head: 1, "*.kernel": 1 }, '"*.kernel" alone fits, or fits first, found none'],
  ];
  for (const [factors, message] of refused) {
    await assertRejects(() => train(factors), RangeError, message);
  }
  await assertRejects(
    () =>
      net().trainOnBatch(tensor([[1, 2, 3]]), tensor([0], { dtype: "i32" }), {
        optimizer: sgd({ rateFactors: { hed: 1 } }),
      }),
    RangeError,
    "trainOnBatch: sgd: rateFactors",
  );
  // What is frozen may have a factor: it may be unfrozen later.
  await net().freeze("head").fit(corners(3), { optimizer: sgd({ rateFactors: { head: 2 } }) });
});

Deno.test("a step on a tree is fit's step, and changes nothing that it is given", async () => {
  await useCpu();
  const net = () => sequential([3], { seed: 1 }).dense(2, { name: "out" });
  const [fitted, own] = [net(), net()], optimizer = adam({ clipNorm: 0.1, learningRate: 0.01 });
  const x = tensor([[1, 2, 3], [0, 1, -1]]), y = tensor([0, 1], { dtype: "i32" });
  const slopes = gradient((weights: Weights) => crossEntropy(own.apply(x, { weights }), y));
  let weights = own.trainableWeights, state = optimizer.init(weights);
  for (let i = 0; i < 3; i++) {
    await fitted.trainOnBatch(x, y, { optimizer });
    ({ weights, state } = optimizer.step(weights, slopes(weights), state));
  }
  assertEquals(await own.toBytes(), await net().toBytes());
  own.assign(weights);
  const [a, b] = await Promise.all([fitted, own].map((net) => net.weight("out.kernel").read()));
  a!.forEach((w, i) => assertAlmostEquals(b![i]!, w, 1e-6));
  assertEquals(await state.step.item(), 3);
  assertThrows(
    () => optimizer.step(weights, { "out.kernel": x }, state),
    TypeError,
    "expected out.kernel,out.bias as the weights",
  );
});

Deno.test("a loop without jit leaves no step undone: the next begins at data, not at the first", () => {
  const optimizer = adam(), slopes = gradient((w: Tensor) => w.square().sum());
  let weights = tensor([1, 2, 3]), state = optimizer.init(weights);
  for (let i = 0; i < 2; i++) {
    ({ weights, state } = optimizer.step(weights, slopes(weights), state));
    const kinds = [weights, state.step, ...Object.values(state.slots)].map((t) => t.node.op.kind);
    assertEquals(kinds, ["leaf", "leaf", "leaf", "leaf"]);
  }
});

Deno.test("what does not fit the weights is an error before any work, in a rule of one's own too", () => {
  const weights = { a: tensor([1, 2]), b: tensor(3) }, optimizer = adam();
  const step = (gradients: Weights, state = optimizer.init<Weights>(weights)) => () =>
    optimizer.step<Weights>(weights, gradients, state);
  assertThrows(
    step({ a: tensor(1), b: tensor(1) }),
    TypeError,
    "a: expected f32 [2], found f32 []",
  );
  assertThrows(
    step({ a: tensor([1, 1]) }),
    TypeError,
    "step: gradients: expected a,b as the weights",
  );
  const { a } = weights, others = optimizer.init<Weights>({ a });
  assertThrows(
    step(weights, others),
    TypeError,
    "step: mean: expected a,b as the weights, found a",
  );
  const bad = (update: () => unknown) => () =>
    defineOptimizer({ name: "bad", slots: ["m"], update: update as OptimizerRule["update"] })
      .step(a, a, { step: tensor(0), slots: { m: a } });
  const cases: [() => unknown, string][] = [
    [() => a, "bad: update: expected a tensor, found undefined"],
    [() => ({ weight: a.sum(), slots: [a] }), "bad: update: expected f32 [2], found f32 []"],
    [() => ({ weight: a, slots: [a.sum()] }), "bad: update: m: expected f32 [2], found f32 []"],
  ];
  for (const [update, message] of cases) assertThrows(bad(update), TypeError, message);
  assertEquals(adam({ clipNorm: 1 }).step([], [], adam().init([])).weights, []);
});
