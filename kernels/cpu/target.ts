import type { TileBlock } from "../native/block.ts";
import type { VectorLoop } from "../native/vector_loop.ts";

/** Native code for the register tiles of products, and for loops over vectors. */
export interface NativeTiles {
  readonly instructions: TileBlock["instructions"];
  /** Where the code of a tile or of a loop is, as the import `env.native` finds it; made if need be. */
  codeOf(wanted: TileBlock | VectorLoop): number;
}

/** What kernels are emitted for: WebAssembly, and native code for tiles where it may be run. */
export interface Target {
  readonly native?: NativeTiles;
  /** Whether convolutions may be computed by Winograd's minimal filtering, which has its own bits. */
  readonly winograd?: boolean;
  /** Threads that run a module at most, which are numbered from 0; one where it is not said. */
  readonly threads?: number;
}

/** WebAssembly alone. */
export const webAssembly: Target = {};
