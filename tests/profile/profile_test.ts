import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { compile } from "../../lib/compile/compile.ts";
import { leaf, within } from "../../lib/graph/node.ts";
import { add, multiply } from "../../lib/graph/ops/elementwise.ts";
import { literal } from "../../lib/graph/ops/generate.ts";
import { trafficOf } from "../../lib/profile/launch.ts";
import { median } from "../../lib/profile/median.ts";
import { Profile } from "../../lib/profile/profile.ts";
import { timePlan } from "../../lib/profile/timing.ts";
import { ones, tensor } from "../../lib/tensor/create.ts";
import { Runtime } from "../../lib/tensor/runtime.ts";
import type { Device } from "../../lib/device/device.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import * as plot from "../../lib/show/plot.ts";
import { jupyterDisplay } from "../../lib/show/bundle.ts";
import "../../lib/show/register.ts";
import { testOnDevices } from "../device/devices.ts";

/** A small network on a device of the tests, and a batch for it. */
async function net(device: Device): Promise<Model> {
  const model = sequential([12, 12, 2], { seed: 3 })
    .conv2d(4, 3, { name: "conv" }).batchNorm({ name: "norm" }).relu({ name: "relu" })
    .maxPool2d(2, { name: "pool" }).dropout(0.2, { name: "drop" })
    .flatten({ name: "flat" }).dense(5, { name: "dense" });
  return await model.to(new Runtime(() => Promise.resolve(device)));
}

const x = () => ones([4, 12, 12, 2]).mul(0.5);

/** All numbers of a model, as one text. */
const numbersOf = async (model: Model) =>
  (await Promise.all(model.weights.map((weight) => weight.read()))).join();

testOnDevices(
  "profile: a prediction's multiply-adds are the model's, each launch has its layer",
  async (device) => {
    const model = await net(device), profile = await model.profile(x(), { repeats: 1 });
    assertEquals(profile.multiplyAdds, 4 * model.multiplyAdds);
    const { multiplyAdds } = profile.layers.find(({ layer }) => layer === "conv")!;
    assertEquals(multiplyAdds, 4 * model.summary().rows[1]!.multiplyAdds);
    assert(profile.launches.every(({ layer, part }) => layer !== undefined && part === "forward"));
    assert(profile.launches.every(({ milliseconds }) => milliseconds >= 0));
    assert(profile.wholeMilliseconds >= 0);
    const sum = profile.launches.reduce((sum, { share }) => sum + share, 0);
    assert(Math.abs(sum - 1) < 1e-9, `${sum}`);
    const { multiplyAddsPerSecond, bytesPerSecond } = profile.ceilings;
    assert(multiplyAddsPerSecond > 1e6 && bytesPerSecond > 1e6);
    // What norm and relu do to the result of conv is in its launch.
    const conv = profile.launches.find(({ kernel }) => kernel === "conv2d")!;
    assertEquals([conv.layer, [...conv.alsoFor].sort()], ["conv", ["norm", "relu"]]);
  },
);

testOnDevices(
  "profile: a training step's gradients and updates are told apart, and no weight changes",
  async (device) => {
    const model = await net(device), before = await numbersOf(model);
    const optimizer = sgd({ learningRate: 0.5, momentum: 0.9 });
    const profile = await model.profile(x(), { training: true, optimizer, repeats: 2 });
    assertEquals(await numbersOf(model), before);
    // Gradients of the kernel and of the image, but none of the network's input.
    const [conv, dense] = ["conv", "dense"].map((name) =>
      profile.layers.find((row) => row.layer === name)!
    );
    const { rows } = model.summary(), of = (name: string) => rows.find((row) => row.name === name)!;
    assertEquals(conv!.multiplyAdds, 2 * 4 * of("conv").multiplyAdds);
    assertEquals(dense!.multiplyAdds, 3 * 4 * of("dense").multiplyAdds);
    assertEquals(profile.multiplyAdds, conv!.multiplyAdds + dense!.multiplyAdds);
    for (const row of [conv!, dense!]) {
      for (const part of ["forward", "gradient", "update"] as const) {
        assert(row.parts[part]! >= 0, `${row.layer} ${part}`);
      }
    }
    const known = new Set<string | undefined>(model.layers.map(({ name }) => name));
    for (const { layer, part } of profile.launches) {
      assert(layer === undefined || known.has(layer), layer);
      assert(part !== "other", "a launch of which nobody knows what it is for");
      assert(layer !== undefined || part !== "forward", "a launch of no layer in the forward pass");
    }
  },
);

testOnDevices(
  "timing: however often launches run, each repeat is two steps of the program",
  async (device) => {
    const steps = leaf([1000], "f32");
    const [next, seen] = [add(steps, literal(1, [1000])), multiply(steps, literal(2, [1000]))];
    const fusion = { elementwise: false, copies: false };
    const plan = compile([next, seen], [steps], { updates: new Map([[0, 0]]), fusion });
    assertEquals(plan.launches.length, 2);
    const bound = plan.bindings.map((bytes) => device.allocate(bytes));
    for (const storage of bound) device.write(storage, new Float32Array(1000));
    const allocate = (bytes: number) => device.allocate(bytes), before = device.allocatedBytes;
    const times = await timePlan(device, allocate, plan, { bound, repeats: 3 });
    assertEquals(times.launches.length, 2);
    assert([...times.launches, times.whole, times.wait].every((time) => time >= 0));
    // The program and its launches once before all, and in each repeat.
    const last = 2 + 3 * 2 - 1;
    const numbers = new Float32Array(await device.read(bound[plan.outputs[1]!]!, 4000));
    assertEquals(new Set(numbers), new Set([2 * last]));
    await device.finish();
    assertEquals(device.allocatedBytes, before);
    for (const storage of bound) storage.release();
  },
);

/** A profile of launches that nobody measured. */
function made(): Profile {
  const launch = (
    layer: string | undefined,
    part: "forward" | "gradient" | "loss",
    milliseconds: number,
  ) => ({
    kernel: "map",
    words: "add [10]",
    layer,
    part,
    alsoFor: [],
    milliseconds,
    share: milliseconds / 10,
    multiplyAdds: 100 * milliseconds,
    bytesRead: 8,
    bytesWritten: 4,
    limit: "memory" as const,
    ceilingShare: 0.5,
  });
  return new Profile({
    device: "cpu",
    training: true,
    batchSize: 2,
    repeats: 3,
    wholeMilliseconds: 8,
    ceilings: { multiplyAddsPerSecond: 1e9, bytesPerSecond: 1e9 },
    launches: [
      launch("a", "forward", 1),
      launch("a", "forward", 2),
      launch("b", "forward", 0.3),
      launch(undefined, "loss", 0.7),
      launch("b", "gradient", 2),
      launch("a", "gradient", 4),
    ],
    layerNames: ["a", "b", "c"],
  });
}

Deno.test("profile: sums by layer, as a text and as plain data", () => {
  const profile = made();
  assertEquals(profile.layers.map(({ layer, launches }) => [layer, launches]), [
    ["a", 3],
    ["b", 2],
    [undefined, 1],
  ]);
  assertEquals(profile.layers[0]!.parts, { forward: 3, gradient: 4 });
  assertEquals(profile.layers[0]!.share, 0.7);
  const text = String(profile);
  assertStringIncludes(text, "a training step of 2 on cpu: 8.00 ms");
  assertStringIncludes(text, "6 launches by themselves: 10.0 ms together, 125.0 % of that");
  assertStringIncludes(text, "no layer");
  const plain = JSON.parse(JSON.stringify(profile));
  assertEquals([plain.milliseconds, plain.bytes, plain.launches.length], [10, 72, 6]);
  assertEquals(plain.layers.at(-1).layer, null);
  assertEquals(new Profile({ ...plain, layerNames: ["a", "b"] }).milliseconds, 10);
});

Deno.test("profile: the events of its trace nest, and none overlaps another in part", () => {
  const { traceEvents } = JSON.parse(JSON.stringify(made().chromeTrace()));
  const spans = traceEvents.filter(({ ph }: { ph: string }) => ph === "X");
  assertEquals(spans.map(({ cat, name }: Record<string, string>) => `${cat} ${name}`), [
    "program training step",
    ...["part forward", "layer a", "launch map", "launch map", "layer b", "launch map"],
    ...["part loss", "layer no layer", "launch map"],
    ...["part gradient", "layer b", "launch map", "layer a", "launch map"],
  ]);
  const open: { end: number }[] = [];
  for (const { ts, dur, pid, tid } of spans) {
    assertEquals([pid, tid], [1, 1]);
    while (open.length > 0 && ts >= open.at(-1)!.end - 1e-9) open.pop();
    const around = open.at(-1)?.end ?? Infinity;
    assert(ts + dur <= around + 1e-6, `${ts} + ${dur} beyond ${around}`);
    open.push({ end: ts + dur });
  }
  assertEquals(spans[0].dur, 10_000);
});

Deno.test("profile: a chart with a bar for each span, and a notebook's display", async () => {
  const profile = made(), figure = plot.profile(profile, { title: "made up" });
  const traces = figure.data as unknown as readonly { name: string; base: number[]; y: string[] }[];
  assertEquals(traces.map(({ name, y }) => [name, y.length]), [
    ["training step", 1],
    ["forward", 6],
    ["loss", 3],
    ["gradient", 5],
  ]);
  assertEquals(traces[1]!.base.filter((_, i) => traces[1]!.y[i] === "launch"), [0, 1, 3]);
  assertStringIncludes(figure.svg(), "gradient");
  const shown = await (profile as unknown as Record<symbol, () => Promise<Record<string, string>>>)[
    jupyterDisplay
  ]!();
  assertStringIncludes(shown["text/html"]!, "no layer");
  assertEquals(shown["text/plain"], String(profile));
});

Deno.test("profile: bytes are those that have to be touched, each value once", () => {
  const x = leaf([8, 16], "f32"), row = leaf([1, 16], "f32");
  const y = within(
    { layer: "one", part: "forward" },
    () => add(multiply(x, x), literal(2, [8, 16])),
  );
  const plan = compile([y], [x, row]);
  assertEquals(plan.launches.length, 1);
  assertEquals(trafficOf(plan, plan.launches[0]!), { bytesRead: 512, bytesWritten: 512 });
  assertEquals(plan.launches[0]!.origins, [{ layer: "one", part: "forward" }]);
  assertEquals([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]);
});

testOnDevices("profile: mistakes are told before anything is measured", async (device) => {
  const model = await net(device);
  const fails = (given: unknown, text: string, input: unknown = x()) =>
    assertRejects(
      () => model.profile(input as never, given as never),
      Error,
      text,
    );
  await fails({}, "profile: expected [null, 12, 12, 2], found [4, 3]", ones([4, 3]));
  await fails({}, "profile: expected tensors, found", "text");
  await fails({ repeats: 0 }, "profile: repeats");
  await fails({ repeat: 2 }, 'did you mean "repeats"?');
  await fails({ optimizer: sgd() }, "optimizer is of a training step; add training: true");
  await fails(
    { training: true, targets: tensor([1, 2]) },
    "targets: expected 4 examples as the inputs have, found 2",
  );
}, ["cpu"]);

testOnDevices(
  "profile: bytes that become numbers are of no layer, and of the forward pass",
  async (device) => {
    const model = sequential([4, 4, 1]).flatten().dense(2, { name: "last" });
    await model.to(new Runtime(() => Promise.resolve(device)));
    const images = tensor(new Uint8Array(32), { shape: [2, 4, 4, 1] });
    const { launches } = await model.profile(images, { repeats: 1 });
    assertEquals(launches.map(({ kernel, layer, part }) => [kernel, layer, part]), [
      ["map", undefined, "forward"],
      ["matmul", "last", "forward"],
    ]);
  },
  ["cpu"],
);
