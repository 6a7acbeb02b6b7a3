/// <reference lib="deno.worker" />
/**
 * Decompresses one Brotli file. What Deno holds for a damaged one, up to several megabytes, is given
 * back by a garbage collection that may never come, but surely with its worker (2.9.6).
 *
 * @module
 */
import { inflate } from "./inflate.ts";

/** What the worker is asked. */
export interface BrotliQuestion {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly limit: number;
}

/** The content, if it is not above the limit, or what is wrong with the data. */
export type BrotliAnswer =
  | { readonly content: Uint8Array<ArrayBuffer> | undefined }
  | { readonly error: string };

addEventListener("message", async (event) => {
  const { bytes, limit } = (event as MessageEvent<BrotliQuestion>).data;
  let answer: BrotliAnswer;
  try {
    answer = { content: await inflate(bytes, "Brotli", limit) };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  const transfer = "content" in answer && answer.content ? [answer.content.buffer] : [];
  postMessage(answer, transfer);
}, { once: true });
