import { bytesPerElement, typedArray } from "../../lib/core/dtype.ts";
import { Random } from "../../lib/core/random.ts";
import { sizeOf } from "../../lib/core/shape.ts";
import { compile } from "../../lib/compile/compile.ts";
import type { Fusion } from "../../lib/compile/fuse.ts";
import type { Device } from "../../lib/device/device.ts";
import { gradients } from "../../lib/graph/gradient.ts";
import { leaf, type Node } from "../../lib/graph/node.ts";
import * as e from "../../lib/graph/ops/elementwise.ts";
import { concatenate, reshape, reverse, transpose } from "../../lib/graph/ops/layout.ts";
import { matmul } from "../../lib/graph/ops/matmul.ts";
import { reduceSum } from "../../lib/graph/ops/reduce.ts";
import type { Largest } from "../largest.ts";
import { evaluate } from "../reference.ts";
import { difference } from "./compare.ts";
import { offset } from "../nodes.ts";

/** A step that is run again and again and replaces some of its leaves. */
export interface Step {
  readonly name: string;
  readonly leaves: readonly Node[];
  /** For a leaf, by number, what replaces it. */
  readonly next: ReadonlyMap<number, Node>;
  readonly outputs: readonly Node[];
}

const f32 = (...shape: number[]) => leaf(shape, "f32");

/** Every step. */
export function steps(): Step[] {
  const list: Step[] = [];
  const add = (name: string, leaves: Node[], next: [number, Node][], outputs: Node[] = []) =>
    list.push({ name, leaves, next: new Map(next), outputs });

  const x = f32(5, 4), w = f32(4, 3), bias = f32(3), velocity = f32(4, 3);
  const loss = e.scale(reduceSum(e.tanh(e.add(matmul(x, w), bias))), 1 / 15);
  const [gw, gb] = gradients(loss, [w, bias]) as [Node, Node];
  const newBias = e.subtract(bias, e.scale(gb, 0.1));
  const newVelocity = e.add(e.scale(velocity, 0.9), gw);
  add("gradient descent", [x, w, bias], [[1, e.subtract(w, e.scale(gw, 0.1))], [2, newBias]], [
    loss,
  ]);
  add("momentum", [x, w, bias, velocity], [
    [1, e.subtract(w, e.scale(newVelocity, 0.1))],
    [3, newVelocity],
  ], [loss]);

  const a = f32(3, 4), b = f32(3, 4);
  add("a swap", [a, b], [[0, b], [1, a]]);
  add("a swap of computed values", [a, b], [[0, e.tanh(b)], [1, e.sin(a)]]);
  add("both from both", [a, b], [[0, e.tanh(e.add(a, b))], [1, e.tanh(e.subtract(a, b))]], [
    e.multiply(a, b),
  ]);
  add("the same for two", [a, b], [[0, e.tanh(e.add(a, b))], [1, e.tanh(e.add(a, b))]]);
  add("unchanged", [a, b], [[0, a]], [e.exp(a)]);
  add("one becomes the other's past", [a, b], [[0, e.sin(a)], [1, a]], [e.add(a, b)]);

  add("what it was is an output", [a, b], [[0, e.sin(a)], [1, e.sin(b)]], [
    a,
    reshape(b, [4, 3]),
    a,
  ]);

  const square = f32(4, 4), other = f32(4, 4);
  add("transposed", [square], [[0, transpose(square)]]);
  add("a sum with its transpose", [square], [[0, e.scale(e.add(square, transpose(square)), 0.5)]]);
  add("reversed", [square], [[0, reverse(square, [0])]], [reduceSum(square, [1])]);
  add("multiplied by itself", [square], [[0, e.tanh(matmul(square, square))]]);
  add("multiplied, with itself in the tail", [square], [
    [0, e.tanh(e.add(matmul(square, square), square))],
  ]);
  add("normalised", [square], [
    [0, e.divide(square, e.sqrt(reduceSum(e.multiply(square, square))))],
  ]);

  add("transposed into each other, and shown twice", [square, other], [
    [0, transpose(other)],
    [1, transpose(square)],
  ], [transpose(other), transpose(other), square]);

  const wide = f32(2, 6);
  add("under another shape", [wide, a], [[0, reshape(e.sin(a), [2, 6])]], [
    concatenate([wide, wide], 0),
  ]);
  const count = leaf([], "i32"), next = offset(count, 1);
  add("a counter", [count], [[0, next]]);
  add("a counter that is an output too", [count], [[0, next]], [next, e.convert(next, "f32")]);
  return list;
}

/** Runs a step three times, updating its leaves in place, on a device and by the reference. */
export async function compareStep(
  device: Device,
  step: Step,
  settings: readonly Partial<Fusion>[],
  largest: Largest,
): Promise<void> {
  for (const fusion of settings) largest.check(await errorOf(device, step, fusion), step.name);
}

/** The largest difference after three runs. */
async function errorOf(
  device: Device,
  { leaves, next, outputs }: Step,
  fusion: Partial<Fusion>,
): Promise<number> {
  const updated = [...next.keys()], roots = [...next.values(), ...outputs];
  const updates = new Map(updated.map((number, i) => [i, number]));
  const plan = compile(roots, leaves, { updates, fusion });
  const executable = device.load(plan);
  const random = new Random(3);
  const data = new Map<Node, Float64Array>(leaves.map((node) => [
    node,
    Float64Array.from(
      { length: sizeOf(node.shape) },
      () => node.dtype === "i32" ? random.integer(9) : Math.fround(random.uniform(-1, 1)),
    ),
  ]));
  const storages = plan.bindings.map((bytes) => device.allocate(bytes));
  leaves.forEach((node, i) => device.write(storages[i]!, typedArray(node.dtype, data.get(node)!)));
  let expected: Float64Array[] = [];
  for (let round = 0; round < 3; round++) {
    executable.run(storages);
    expected = evaluate(roots, data);
    updated.forEach((number, i) => data.set(leaves[number]!, expected[i]!));
  }
  let most = 0;
  const check = async (node: Node, binding: number, numbers: Float64Array) => {
    const bytes = sizeOf(node.shape) * bytesPerElement[node.dtype];
    const found = typedArray(node.dtype, await device.read(storages[binding]!, bytes));
    most = Math.max(most, difference(found, numbers, node.dtype !== "f32"));
  };
  for (const [i, root] of roots.entries()) await check(root, plan.outputs[i]!, expected[i]!);
  // The leaves that are not replaced are as they were.
  for (const [i, node] of leaves.entries()) await check(node, i, data.get(node)!);
  executable.release();
  for (const storage of storages) storage.release();
  return most;
}
