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

/** The search of the C library, in an array of one element. */
export function bsearch(): Comparison {
  const { symbols } = Deno.dlopen("libc.so.6", {
    bsearch: {
      parameters: ["pointer", "pointer", "pointer", "pointer", "pointer"],
      result: "void",
    },
  });
  const one = pointerTo(1n);
  return (key, element, code) => symbols.bsearch(key, element, one, one, code);
}

/**
 * What modules with native code import besides the memory: `native` calls what the frame at the address
 * `frame` says.
 */
export function nativeImports(
  memory: WebAssembly.Memory,
  frame: number,
  trampoline: bigint,
): { readonly native: () => void; readonly frame: WebAssembly.Global } {
  const search = bsearch();
  // Shared memory stays where it is when it grows.
  const bytes = new Uint8Array(memory.buffer as unknown as ArrayBuffer);
  const start = Deno.UnsafePointer.of(bytes)!;
  const key = pointerTo(BigInt(Deno.UnsafePointer.value(start)) + BigInt(frame));
  const code = pointerTo(trampoline);
  return {
    native: () => search(key, start, code),
    frame: new WebAssembly.Global({ value: "i32", mutable: false }, frame),
  };
}
