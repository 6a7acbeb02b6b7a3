import type { Kernel } from "../../lib/graph/kernel.ts";
import { emitters } from "./emitters.ts";
import type { Forced } from "./product/block.ts";
import type { Tiling } from "./product/tile.ts";
import type { Operands } from "./shader/bindings.ts";
import type { Dispatch, Emitted } from "./shader/source.ts";

export type { Dispatch, Emitted, Forced, Operands, Tiling };

/** Turns a kernel of a plan, whose outputs are not empty, into WGSL: dispatches in order. */
export function emit(
  kernel: Kernel,
  operands: Operands,
  tiling: Tiling,
  forced: Forced = {},
): Emitted {
  const emitter = emitters[kernel.kind] as (...given: Parameters<typeof emit>) => Emitted;
  return emitter(kernel, operands, tiling, forced);
}
