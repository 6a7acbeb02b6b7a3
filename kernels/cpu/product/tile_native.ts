import { codeWord, tileArguments, type TileBlock } from "../../native/block.ts";
import type { NativeTiles } from "../target.ts";
import type { ModuleBuilder } from "../wasm/assembler.ts";
import { call, i32 } from "../wasm/instructions.ts";
import { loadsOf } from "../../native/tail.ts";
import { orderOf } from "./chains.ts";
import type { TileArguments, TileFunction, TileOptions } from "./tile_function.ts";

/**
 * A tile in native code, as a function that leaves its arguments where the thread's frame is, and calls
 * the code by way of the module's import.
 */
export function nativeTile(
  module: ModuleBuilder,
  tiles: NativeTiles,
  instructions: TileBlock["instructions"],
  width: number,
  options: TileOptions,
): TileFunction {
  const { reduction, ...same } = options;
  const code = tiles.codeOf({
    ...same,
    instructions,
    vectors: width / (instructions === "avx2" ? 8 : 16),
    order: orderOf(reduction),
  });
  const { native, frame } = module.native();
  const types = [...tileArguments, ...loadsOf(same.tail ?? [])].map(() => "i32" as const);
  const fn = module.function(types, (f, ...values) => {
    values.toSpliced(codeWord, 0, f.local(i32.constant(code))).forEach((value, word) =>
      f.do(i32.store(frame, value, word * 4))
    );
    f.do(call(native));
  });
  return {
    walks: true,
    call: (given: TileArguments) =>
      call(fn, ...tileArguments.map((name) => given[name]), ...given.tail ?? []),
  };
}
