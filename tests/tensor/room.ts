import type { Runtime } from "../../lib/tensor/runtime.ts";

/** Empties a runtime's store and lets it hold `count` small programs until it is disposed of. */
export function roomFor({ device, programs }: Runtime, count: number): Disposable {
  const { programBytes } = device;
  programs.clear();
  const limit = (bytes: number) =>
    Object.defineProperty(device, "programBytes", { value: bytes, configurable: true });
  limit(count * 2 ** 22 + 2 ** 21);
  return { [Symbol.dispose]: () => void limit(programBytes) };
}
