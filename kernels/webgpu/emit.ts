import type { Kernel } from "../../lib/graph/kernel.ts";
import { emitters } from "./emitters.ts";
import type { Tiling } from "./product/tile.ts";
import type { Operands } from "./shader/bindings.ts";
import type { Dispatch, Emitted } from "./shader/source.ts";

export type { Dispatch, Emitted, Operands, Tiling };

/** Turns a kernel of a plan, whose outputs are not empty, into WGSL: dispatches in order. */
export function emit(kernel: Kernel, operands: Operands, tiling: Tiling): Emitted {
  const emitter = emitters[kernel.kind] as (...given: Parameters<typeof emit>) => Emitted;
  return emitter(kernel, operands, tiling);
}
