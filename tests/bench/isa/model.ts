/**
 * A model of the time of a training step on NVIDIA cards, from the machine code that AMD's would run:
 * instructions of the loops, workgroups over processors, waits, bytes over bandwidth, and a gap after
 * each dispatch. None of it was measured on a card: it is for comparing kernels, and may be 40 % off.
 *
 * @module
 */
import { emit } from "../../../kernels/webgpu/emit.ts";
import type { Plan } from "../../../lib/compile/plan.ts";
import type { Kernel } from "../../../lib/graph/kernel.ts";
import { sizeOf } from "../../../lib/core/shape.ts";
import type { IsaFigures } from "./disassembly.ts";
import { isaFigures, type NamedDispatch } from "./isa.ts";
import { bytesOfLaunch, operandsOf } from "./step_plan.ts";

interface Card {
  readonly name: string;
  readonly processors: number;
  /** Cycles a second. */
  readonly clock: number;
  /** Bytes a second, of those that can be had. */
  readonly bandwidth: number;
}

const cards: readonly Card[] = [
  { name: "H200", processors: 132, clock: 1.98e9, bandwidth: 0.87 * 4.3e12 },
  { name: "RTX 4090", processors: 128, clock: 2.52e9, bandwidth: 0.87 * 0.95e12 },
];

/** Seconds after a dispatch until the next begins, in which one at least is done, and of a load. */
const gap = 2.5e-6, least = 2e-6, latency = 6e-7;

/** What of a training step is what: launches, dispatches, bytes, and milliseconds on each card. */
export interface StepModel {
  readonly launches: number;
  readonly dispatches: number;
  readonly pipelines: number;
  readonly gigabytes: number;
  readonly milliseconds: Readonly<Record<string, number>>;
  /** Milliseconds on the first card, by kind of launch, and the gaps. */
  readonly parts: Readonly<Record<string, number>>;
}

/** The inner length of a product, or undefined for a kernel that is none. */
function depthOf(kernel: Kernel): number | undefined {
  if (kernel.kind === "matmul") return kernel.k;
  if (!("kernel" in kernel)) return undefined;
  const [height, width, channels, filters] = kernel.kernel as [number, number, number, number];
  const { stride, groups } = kernel.geometry;
  switch (kernel.kind) {
    case "conv2d":
      return height * width * channels;
    case "conv2dInputGradient":
      return Math.ceil(height / stride[0]) * Math.ceil(width / stride[1]) * filters / groups;
    case "conv2dKernelGradient":
      return sizeOf(kernel.output.slice(0, 3));
  }
}

/** Seconds of a product's first dispatch: cycles of a step along the inner dimension, for each warp. */
function productTime(depth: number, code: string, figures: IsaFigures, card: Card): number {
  const constant = (name: string) => Number(new RegExp(`const ${name} = (\\d+)u`).exec(code)![1]);
  const { multiplyAdds, instructions } = figures.loop!;
  const steps = Math.ceil(depth / constant("CHUNKS") / constant("DEPTH"));
  // In pairs of warps.
  const share = figures.workgroups * constant("THREADS") / 64 / card.processors;
  const warps = 2 * Math.min(8, Math.ceil(share));
  // Four instructions a cycle, what local memory gives, and what so many warps cannot hide.
  const cycles = Math.max(
    instructions / 4,
    0.215 * multiplyAdds,
    (instructions + 900) / warps,
  ) / 0.9;
  return (share > 4 ? share : Math.ceil(share)) * 2 * steps * cycles / card.clock;
}

/** Seconds of the loads of a reduction's dispatch that wait for one another. */
function chainTime(code: string): number {
  const constant = (name: string) => Number(new RegExp(`const ${name} = (\\d+)u`).exec(code)?.[1]);
  const chain = constant("LENGTH") / (constant("LANES") * 4);
  return code.includes("shared_values") ? Math.ceil(chain) * latency : 0;
}

/** The figures of a plan's training step. */
export async function modelStep(plan: Plan): Promise<StepModel> {
  const launches = plan.launches.map((launch) => ({
    kernel: launch.kernel,
    bytes: bytesOfLaunch(plan, launch),
    emitted: emit(launch.kernel, operandsOf(plan, launch), "workgroup"),
  }));
  const all = launches.flatMap(({ emitted }) => emitted.dispatches);
  const distinct = new Map<string, NamedDispatch>();
  for (const dispatch of all) {
    if (!distinct.has(dispatch.code)) {
      distinct.set(dispatch.code, { ...dispatch, name: `${distinct.size}` });
    }
  }
  // Only those of products are looked at.
  const products = new Set(
    launches.filter(({ kernel }) => depthOf(kernel) !== undefined)
      .map(({ emitted }) => emitted.dispatches[0]!.code),
  );
  const looked = [...products].map((code) => distinct.get(code)!);
  const figures = new Map(
    (await isaFigures(looked)).map((figure, i) => [looked[i]!.code, figure]),
  );
  const timesOn = (card: Card) => {
    const parts: Record<string, number> = {};
    for (const { kernel, bytes, emitted: { dispatches, scratch = 0 } } of launches) {
      const depth = depthOf(kernel), [first] = dispatches, { bandwidth } = card;
      if (first === undefined) continue;
      const figure = figures.get(first.code);
      const work = depth !== undefined && figure?.loop !== undefined && /block_a/.test(first.code)
        ? productTime(depth, first.code, figure, card)
        : 0;
      // Parts of sums are written once and read once.
      const chains = dispatches.reduce((sum, { code }) => sum + chainTime(code), 0);
      const time = Math.max(work, bytes / bandwidth) + scratch * 2 / bandwidth +
        Math.max(chains, least * dispatches.length);
      parts[kernel.kind] = (parts[kernel.kind] ?? 0) + 1e3 * time;
      parts.gaps = (parts.gaps ?? 0) + 1e3 * gap * dispatches.length;
    }
    return parts;
  };
  const rounded = (value: number) => Number(value.toPrecision(3));
  const [parts] = cards.map(timesOn) as [Record<string, number>];
  return {
    launches: launches.length,
    dispatches: all.length,
    pipelines: distinct.size,
    gigabytes: rounded(launches.reduce((sum, { bytes }) => sum + bytes, 0) / 1e9),
    milliseconds: Object.fromEntries(cards.map((card) => [
      card.name,
      rounded(Object.values(timesOn(card)).reduce((a, b) => a + b, 0)),
    ])),
    parts: Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, rounded(value)])),
  };
}
