/// <reference lib="deno.worker" />
/**
 * Decompresses one Brotli file. What Deno holds for a damaged one, up to several megabytes, is given
 * back by a garbage collection that may never come, but surely with its worker (2.9.6).
 *
 * @module
 */
import { type BrotliAnswer, type BrotliQuestion, inflate } from "./inflate.ts";

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
