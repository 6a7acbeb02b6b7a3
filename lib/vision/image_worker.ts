/// <reference lib="deno.worker" />
import { lanes } from "./lanes.ts";
import type { PrepareReply, PrepareRequest } from "./image_pool.ts";
import { readViews } from "./views.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<PrepareRequest>) => void;
  postMessage(reply: PrepareReply, transfer?: Transferable[]): void;
};

// One image is decoded while another is resized; more would wait, and photographs are large.
const run = lanes(2);

scope.onmessage = ({ data }) => run(() => answer(data));

async function answer({ id, bytes, decode, preprocessing, views }: PrepareRequest): Promise<void> {
  try {
    const pixels = await readViews(bytes, preprocessing, { ...decode, ...views });
    scope.postMessage({ id, pixels }, [pixels.buffer]);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    scope.postMessage({ id, error: { name, message } });
  }
}
