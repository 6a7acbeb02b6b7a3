/** How a thread calls native code. Imported by the workers, so kept small. */

/** Has `code` compare the element at `element` with `key`: calls it with the two, once. */
export type Comparison = (
  key: Deno.PointerObject,
  element: Deno.PointerObject,
  code: Deno.PointerObject,
) => void;

/** The object that stands for an address other than 0. */
export const pointerTo = (address: bigint): Deno.PointerObject =>
  Deno.UnsafePointer.create(address)!;

/** The type of the C library's search. */
export const bsearch = {
  parameters: ["pointer", "pointer", "pointer", "pointer", "pointer"],
  result: "void",
} as const;

/** Has a search look at one element, of one byte: so it compares once. */
export function comparisonBy(
  search: Deno.DynamicLibrary<{ bsearch: typeof bsearch }>["symbols"]["bsearch"],
): Comparison {
  const one = pointerTo(1n);
  return (key, element, code) => search(key, element, one, one, code);
}

/** This thread's, opened when it is first needed. */
let comparison: Comparison | undefined;

/**
 * What modules with native code import besides the memory: `native` calls what the frame at the address
 * `frame` says.
 */
export function nativeImports(
  memory: WebAssembly.Memory,
  frame: number,
  trampoline: bigint,
): { readonly native: () => void; readonly frame: WebAssembly.Global } {
  const compare = comparison ??= comparisonBy(
    Deno.dlopen("libc.so.6", { bsearch }).symbols.bsearch,
  );
  // Shared memory stays where it is when it grows.
  const bytes = new Uint8Array(memory.buffer as unknown as ArrayBuffer);
  const start = Deno.UnsafePointer.of(bytes)!;
  const key = pointerTo(BigInt(Deno.UnsafePointer.value(start)) + BigInt(frame));
  const code = pointerTo(trampoline);
  return {
    native: () => compare(key, start, code),
    frame: new WebAssembly.Global({ value: "i32", mutable: false }, frame),
  };
}
