import type { Kernel } from "../../lib/compile/kernel.ts";
import type { KernelBuilder } from "./builder.ts";
import { emitMap } from "./map.ts";
import { emitReduce } from "./reduce.ts";

/** Writes a kernel's stages into a module. */
type Emitter<K> = (builder: KernelBuilder, kernel: K) => void;

/** For each kind of kernel, what emits it. */
export const emitters: {
  readonly [Kind in Kernel["kind"]]?: Emitter<Extract<Kernel, { readonly kind: Kind }>>;
} = {
  map: emitMap,
  reduce: emitReduce,
};
