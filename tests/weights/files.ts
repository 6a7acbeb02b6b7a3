/** What several tests of files of weights need. */
import { assert } from "@std/assert";
import { type ByteSource, bytesSource } from "../../lib/weights/byte_source.ts";
import type { WeightFile } from "../../lib/weights/weight_file.ts";

/** The bytes of a fixture. */
export function fixture(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
}

/** A tensor that a script of the fixtures wrote. */
export interface Listed {
  readonly shape: number[];
  readonly values: (number | string)[];
}

/** What the PyTorch fixtures hold. */
export const expected: {
  readonly kinds: Record<string, Listed>;
  readonly net: Record<string, Listed>;
  readonly images: Listed;
  readonly logits: Listed;
} = JSON.parse(new TextDecoder().decode(fixture("pth_expected.json")));

/** The numbers of a listed tensor, as f32. */
export const numbers = ({ values }: Listed): Float32Array<ArrayBuffer> =>
  Float32Array.from(values, Number);

/** Bytes with a name. */
export const source = (bytes: Uint8Array, where = "test"): ByteSource => bytesSource(bytes, where);

const mirror = Deno.env.get("STRIATE_MIRROR") ?? "";

/** A test on a file of the mirror; skipped where it has none such. */
export function realTest(name: string, files: string[], fn: (paths: string[]) => Promise<void>) {
  const paths = files.map((file) => `${mirror}/${file}`);
  const there = mirror !== "" && paths.every((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
  Deno.test({
    name: `${name} (skipped unless STRIATE_MIRROR has ${files.join(", ")})`,
    ignore: !there,
    fn: () => fn(paths),
  });
}

/**
 * Cuts a file short and damages its bytes in every place: opening it, and reading all of it, must
 * succeed or fail with an error of ours, and never hang. Returns how many of the damaged were refused.
 */
export async function damage(
  bytes: Uint8Array<ArrayBuffer>,
  open: (source: ByteSource) => Promise<WeightFile>,
  step = 1,
): Promise<number> {
  let refused = 0;
  const attempt = async (damaged: Uint8Array, what: string) => {
    try {
      using file = await open(source(damaged));
      for (const tensor of file.tensors.values()) await tensor.read();
    } catch (error) {
      const known = error instanceof SyntaxError || error instanceof RangeError;
      assert(
        known && !/call stack|array (buffer )?length/i.test(error.message),
        `${what}: ${error}`,
      );
      refused++;
    }
  };
  for (let i = 0; i < bytes.length; i += step) {
    await attempt(bytes.subarray(0, i), `cut at ${i}`);
    for (const value of [0, 0xff, bytes[i]! ^ 1]) {
      await attempt(bytes.with(i, value), `byte ${i} set to ${value}`);
    }
  }
  return refused;
}
