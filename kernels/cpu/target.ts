import type { TileBlock } from "../native/block.ts";

/** Native code for the register tiles of products. */
export interface NativeTiles {
  readonly instructions: TileBlock["instructions"];
  /** Where the code of a tile is, as the import `env.native` finds it; made if need be. */
  codeOf(block: TileBlock): number;
}

/** What kernels are emitted for: WebAssembly, and native code for tiles where it may be run. */
export interface Target {
  readonly native?: NativeTiles;
}

/** WebAssembly alone. */
export const webAssembly: Target = {};
