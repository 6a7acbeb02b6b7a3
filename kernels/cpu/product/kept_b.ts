import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import type { Integer } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";

/**
 * Bytes up to which a packed B is kept. Larger ones are those of dense layers, for which reading the
 * memory is the work, packed or not.
 */
const mostBytes = 16 << 20;

/**
 * Where all of B is kept once it is packed: for weights, which do not change from one prediction to
 * the next. Undefined where B changes with each run, or is too large.
 */
export function keptB(
  builder: KernelBuilder,
  bytes: number,
): ((args: Arguments) => Integer) | undefined {
  if (!builder.constants.includes(1) || bytes > mostBytes) return undefined;
  const offset = builder.kept.reserve(bytes);
  return (args) => i32.add(args.kept, offset);
}
