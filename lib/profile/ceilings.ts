import { compile } from "../compile/compile.ts";
import type { Device } from "../device/device.ts";
import { leaf, type Node } from "../graph/node.ts";
import { negate } from "../graph/ops/elementwise.ts";
import { matmul } from "../graph/ops/matmul.ts";
import type { Allocate } from "./timing.ts";

/** What a device reached in two programs that do little else. */
export interface Ceilings {
  /** Multiply-adds in a second, of a product of two large square matrices. */
  readonly multiplyAddsPerSecond: number;
  /** Bytes read and written in a second, where all numbers of a large array are negated into another. */
  readonly bytesPerSecond: number;
}

/** Sides of matrices and lengths of arrays: the next one where the one before takes less than `enough` ms. */
const sides = [512, 1024, 2048, 4096], lengths = [2 ** 22, 2 ** 24], enough = 20;

/** Milliseconds that are measured together at least, and the most runs for that. */
const together = 100, mostRuns = 64;

const measured = new WeakMap<Device, Promise<Ceilings>>();

/** The ceilings of a device, which are measured once. */
export function ceilingsOf(device: Device, allocate: Allocate): Promise<Ceilings> {
  return measured.getOrInsertComputed(device, () => {
    const measuring = measure(device, allocate);
    // What failed, for want of memory say, is tried again.
    measuring.catch(() => measured.delete(device));
    return measuring;
  });
}

async function measure(device: Device, allocate: Allocate): Promise<Ceilings> {
  const product = (side: number) => {
    const leaves = [leaf([side, side], "f32"), leaf([side, side], "f32")] as const;
    return { root: matmul(...leaves), leaves, work: side ** 3 };
  };
  const copy = (length: number) => {
    const x = leaf([length], "f32");
    return { root: negate(x), leaves: [x], work: 2 * length * Float32Array.BYTES_PER_ELEMENT };
  };
  return {
    multiplyAddsPerSecond: await rateOf(device, allocate, sides.map(product)),
    bytesPerSecond: await rateOf(device, allocate, lengths.map(copy)),
  };
}

/** What is measured: a program of one launch, and how much it does. */
interface Program {
  readonly root: Node;
  readonly leaves: readonly Node[];
  readonly work: number;
}

/** How much a device does in a second, in the last program that it was worth to look at. */
async function rateOf(device: Device, allocate: Allocate, programs: readonly Program[]) {
  let rate = 0;
  for (const { root, leaves, work } of programs) {
    const time = await bestTime(device, allocate, root, leaves);
    rate = work / time * 1000;
    if (time > enough) break;
  }
  return rate;
}

/** The best time of a program in milliseconds: whatever else the machine does makes it only longer. */
async function bestTime(
  device: Device,
  allocate: Allocate,
  root: Node,
  leaves: readonly Node[],
): Promise<number> {
  const plan = compile([root], leaves);
  using stack = new DisposableStack();
  const bound = plan.bindings.map((bytes) => {
    const storage = allocate(bytes);
    stack.defer(() => storage.release());
    device.write(storage, new Float32Array(bytes / 4).fill(0.5));
    return storage;
  });
  const executable = device.load(plan);
  stack.defer(() => executable.release());
  const time = async (runs: number) => {
    const began = performance.now();
    for (let run = 0; run < runs; run++) executable.run(bound);
    await device.finish();
    return (performance.now() - began) / runs;
  };
  await time(1);
  const runs = Math.min(mostRuns, Math.ceil(together / await time(1)));
  return Math.min(await time(runs), await time(runs), await time(runs));
}
