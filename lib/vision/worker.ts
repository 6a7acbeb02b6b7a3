/// <reference lib="deno.worker" />
import type { PrepareReply, PrepareRequest } from "./pool.ts";
import { readViews } from "./preprocess.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<PrepareRequest>) => void;
  postMessage(reply: PrepareReply, transfer?: Transferable[]): void;
};

scope.onmessage = async ({ data: { id, bytes, decode, preprocessing, views } }) => {
  try {
    const pixels = await readViews(bytes, preprocessing, { ...decode, ...views });
    scope.postMessage({ id, pixels }, [pixels.buffer]);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    scope.postMessage({ id, error: { name, message } });
  }
};
