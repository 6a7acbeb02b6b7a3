import { assert, assertEquals } from "@std/assert";
import { compile } from "../../lib/compile/compile.ts";
import { Pacer, workOf } from "../../lib/device/webgpu/pacer.ts";
import { leaf, type Node } from "../../lib/graph/node.ts";
import { matmul } from "../../lib/graph/ops/matmul.ts";
import { testOnOwnWebgpu } from "../kernels/webgpu/run_kernel.ts";
import { runOn } from "./compare.ts";

Deno.test("how much is submitted at once, and how far loops run ahead, follow from the time taken", () => {
  let now = 1000;
  const pacer = new Pacer(() => now), slow = pacer.share;
  assertEquals(pacer.pace, { stride: 1, ahead: 0 });
  const steps = (count: number, work: number, milliseconds: number) => {
    for (let i = 0; i < count; i++) pacer.queued(work);
    const done = pacer.waiting();
    now += milliseconds;
    done();
  };
  steps(1, 1e9, 10_000); // slower than was thought: shares stay small
  assertEquals([pacer.share, pacer.pace.stride], [slow, 1]);
  steps(4, 1e9, 40); // 100 million a millisecond
  assertEquals([pacer.share, pacer.pace.stride], [50 * 1e8, 10]);
  steps(100, 1e6, 10); // a tenth of a millisecond each: no further ahead than 64
  assertEquals([pacer.share, pacer.pace.stride], [50 * 1e8, 64]);
  now += 1e6;
  pacer.waiting()(); // nothing was queued
  assertEquals(pacer.pace.stride, 64);
  steps(1, 1e9, 5000);
  assertEquals(pacer.pace.stride, 1);
});

testOnOwnWebgpu("a long program is submitted in pieces, in order", async (device) => {
  const size = 512, x = leaf([size, size], "f32");
  let y: Node = x;
  for (let k = 0; k < 8; k++) y = matmul(x, y);
  // The matrix that moves rows by one: its power moves them by nine.
  const data = Float32Array.from(
    { length: size * size },
    (_, i) => (Math.floor(i / size) + 1) % size === i % size ? 1 : 0,
  );
  const { queue } = device.gpu, submit = queue.submit.bind(queue);
  let submits = 0;
  queue.submit = (buffers) => {
    submits += [...buffers].length;
    submit(buffers);
  };
  const [found] = await runOn(device, { roots: [y], leaves: [x], data: new Map([[x, data]]) });
  const expected = data.map((_, i) => (Math.floor(i / size) + 9) % size === i % size ? 1 : 0);
  assertEquals(Array.from(found!), Array.from(expected));
  const plan = compile([y], [x]);
  const work = plan.launches.reduce((sum, launch) => sum + workOf(plan, launch), 0);
  assert(work > 2 * new Pacer().share, "more than two shares");
  assert(submits >= 3, `${submits} submits, one of them to read`);
});
