/// <reference lib="deno.worker" />
import { lanes } from "./lanes.ts";
import type { PrepareReply, PrepareRequest } from "./image_pool.ts";
import { readViews } from "./views.ts";

// One image is decoded while another is resized; more would wait, and photographs are large.
const run = lanes(2);

addEventListener("message", ({ data }: MessageEvent<PrepareRequest>) => run(() => answer(data)));

async function answer(request: PrepareRequest): Promise<void> {
  const { id, bytes, decode, preprocessing, views, count } = request;
  try {
    const prepared = await readViews(bytes, preprocessing, { ...decode, ...views }, count);
    reply({ id, views: prepared }, [prepared.data.buffer]);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    reply({ id, error: { name, message } });
  }
}

function reply(reply: PrepareReply, transfer: Transferable[] = []): void {
  postMessage(reply, transfer);
}
