/**
 * Native code of the CPU device, where Deno lets it be run: x86-64 Linux with `--allow-ffi`. Memory for
 * code comes from the system, in one region that is reserved once; the code of a tile has pages of its
 * own, which are written before they may be executed and never after.
 *
 * Deno calls symbols of libraries fast, and addresses slowly. So `bsearch` of the C library is called,
 * to search one element, and calls our code to compare it.
 *
 * @module
 */

import { codeWord, type TileBlock } from "../../../kernels/native/block.ts";
import { emitTile } from "../../../kernels/native/tile.ts";
import { emitVectorLoop } from "../../../kernels/native/vector_code.ts";
import type { VectorLoop } from "../../../kernels/native/vector_loop.ts";
import { Assembler, at, Label } from "../../../kernels/native/x86.ts";
import type { NativeTiles } from "../../../kernels/cpu/target.ts";
import { bsearch, type Comparison, comparisonBy, pointerTo } from "./native_calls.ts";

/** Instructions beyond WebAssembly's, the best last. */
export const nativeInstructions = ["avx2", "avx512"] as const;
export type NativeInstructions = typeof nativeInstructions[number];

/** Native code cannot be made or run here; WebAssembly can. */
export class NativeCodeError extends Error {
  override readonly name = "NativeCodeError";
}

/** What is asked of the system. */
export interface System {
  /** Reserves addresses; undefined if it is refused. */
  reserve(bytes: number): bigint | undefined;
  /** Lets memory be written, or executed; false if it is refused. */
  protect(address: bigint, bytes: number, use: "write" | "execute"): boolean;
  /** Calls code. */
  compare: Comparison;
  /** Lets the system's library go. */
  close(): void;
}

/** Bytes of the region: addresses only, until they are used. And of a page. */
const regionBytes = 64 << 20, pageBytes = 4096;

/** Linux, by way of its C library. */
export function linux(): System {
  const library = Deno.dlopen("libc.so.6", {
    bsearch,
    mmap: { parameters: ["usize", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
    mprotect: { parameters: ["pointer", "usize", "i32"], result: "i32" },
  });
  const { symbols } = library;
  const privateAnonymous = 0x22, noAccess = 0, readWrite = 3, readExecute = 5;
  return {
    reserve(bytes) {
      const pointer = symbols.mmap(0n, BigInt(bytes), noAccess, privateAnonymous, -1, 0n);
      const address = BigInt(Deno.UnsafePointer.value(pointer));
      return address === 0n || address === 2n ** 64n - 1n ? undefined : address;
    },
    protect: (address, bytes, use) =>
      symbols.mprotect(
        pointerTo(address),
        BigInt(bytes),
        use === "write" ? readWrite : readExecute,
      ) === 0,
    compare: comparisonBy(symbols.bsearch),
    close: () => library.close(),
  };
}

/** Memory for code, and what lies there. */
export class NativeCode {
  /** What of `nativeInstructions` this machine has. */
  readonly available: readonly NativeInstructions[];
  /** Where calls begin: compares a frame, whose last word says which code, with the memory. */
  readonly trampoline: bigint;
  readonly #open: () => System;
  /** While something is asked of it. */
  #opened: System | undefined;
  readonly #region: bigint;
  /** Bytes of the region in use. */
  #used = 0;
  readonly #made = new Map<string, number>();

  /** Reserves memory and looks at the machine. A NativeCodeError says what is missing. */
  constructor(open = linux) {
    this.#open = open;
    const region = this.#region = this.#reserve();
    const features = region + BigInt(this.#add(featuresCode()));
    this.available = instructionsOf((leaf) => {
      // In memory of its own, which does not move.
      const words = new Uint32Array(new ArrayBuffer(16));
      words[0] = leaf;
      this.#system.compare(Deno.UnsafePointer.of(words)!, pointerTo(1n), pointerTo(features));
      return words;
    });
    this.trampoline = region + BigInt(this.#add(trampolineCode(region)));
  }

  #reserve(): bigint {
    const region = this.#system.reserve(regionBytes);
    if (region === undefined) throw new NativeCodeError("the system gives no memory for code");
    return region;
  }

  /** The system, until the work at hand is done: a library that stays open would count as a leak. */
  get #system(): System {
    if (this.#opened !== undefined) return this.#opened;
    let opened: System;
    try {
      opened = this.#open();
    } catch (error) {
      throw new NativeCodeError(String(error), { cause: error });
    }
    queueMicrotask(() => {
      this.#opened = undefined;
      opened.close();
    });
    return this.#opened = opened;
  }

  /** The tiles of a plan, with the best instructions that it may use. */
  tilesFor(instructions: NativeInstructions): NativeTiles {
    return { instructions, codeOf: (wanted) => this.#codeOf(wanted) };
  }

  /** Where the code of a tile or of a loop begins, in the region. */
  #codeOf(wanted: TileBlock | VectorLoop): number {
    const key = JSON.stringify(wanted);
    return this.#made.getOrInsertComputed(key, () => {
      try {
        return this.#add("steps" in wanted ? emitVectorLoop(wanted) : emitTile(wanted));
      } catch (error) {
        // A stride that is beyond reach of an instruction.
        if (error instanceof RangeError) throw new NativeCodeError(error.message, { cause: error });
        throw error;
      }
    });
  }

  /** Puts code into pages of its own. */
  #add(code: Uint8Array): number {
    const bytes = Math.ceil(code.length / pageBytes) * pageBytes, place = this.#used;
    if (place + bytes > regionBytes) throw new NativeCodeError("no memory for code is left");
    const address = this.#region + BigInt(place);
    const refused = (use: string) => new NativeCodeError(`the system does not let code be ${use}`);
    // Pages that were refused once are left alone.
    this.#used += bytes;
    if (!this.#system.protect(address, bytes, "write")) throw refused("written");
    const memory = Deno.UnsafePointerView.getArrayBuffer(pointerTo(address), bytes);
    new Uint8Array(memory).set(code);
    if (!this.#system.protect(address, bytes, "execute")) throw refused("executed");
    return place;
  }
}

/** Goes on at the code that the frame's word after the arguments says, an offset in the region. */
function trampolineCode(region: bigint): Uint8Array {
  const code = new Assembler();
  code.move32("rax", at("rdi", 4 * codeWord));
  code.constant("rcx", region);
  code.add("rax", "rcx");
  code.jumpTo("rax");
  return code.code;
}

/** Leaves of CPUID, and one of our own for what XGETBV says. */
const leaf = { features: 1, more: 7, saved: 0xffff_ffff } as const;

/** The words at the key: a leaf, in whose place come rax, rbx, rcx and rdx of CPUID or of XGETBV. */
function featuresCode(): Uint8Array {
  const code = new Assembler(), saved = new Label(), done = new Label();
  code.push("rbx");
  code.compare32(at("rdi"), leaf.saved | 0);
  code.jumpIf("zero", saved);
  code.move32("rax", at("rdi"));
  code.constant("rcx", 0);
  code.cpuid();
  code.jump(done);
  code.place(saved);
  code.constant("rcx", 0);
  code.xgetbv();
  code.place(done);
  (["rax", "rbx", "rcx", "rdx"] as const).forEach((register, word) =>
    code.store32(at("rdi", 4 * word), register)
  );
  code.pop("rbx");
  code.constant("rax", 1);
  code.return();
  return code.code;
}

/** What the machine has: the processor the instructions, the system a place to save the registers. */
function instructionsOf(ask: (leaf: number) => Uint32Array): NativeInstructions[] {
  const bit = (word: number, number: number) => (word >>> number & 1) === 1;
  const hasAll = (word: number, bits: number) => (word & bits) === bits;
  const [mostLeaf] = ask(0) as unknown as [number];
  if (mostLeaf < leaf.more) return [];
  const [, , features] = ask(leaf.features) as unknown as [number, number, number];
  const [, more] = ask(leaf.more) as unknown as [number, number];
  const fma = bit(features, 12), osxsave = bit(features, 27), avx = bit(features, 28);
  if (!osxsave) return [];
  const [saved] = ask(leaf.saved) as unknown as [number];
  const found: NativeInstructions[] = [];
  if (avx && fma && bit(more, 5) && hasAll(saved, 0x06)) found.push("avx2");
  if (found.length > 0 && bit(more, 16) && hasAll(saved, 0xe6)) found.push("avx512");
  return found;
}

/** The process's native code, or why there is none. */
let shared: NativeCode | NativeCodeError | undefined;

/**
 * The process's native code, which all devices share: what was made is kept to its end. A
 * NativeCodeError says why there is none.
 */
export function nativeCode(): NativeCode {
  try {
    shared ??= new NativeCode();
  } catch (error) {
    if (!(error instanceof NativeCodeError)) throw error;
    shared = error;
  }
  if (shared instanceof NativeCodeError) throw shared;
  return shared;
}
