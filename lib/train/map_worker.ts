/// <reference lib="deno.worker" />
import { Random } from "../core/random.ts";
import type { Example } from "./batch.ts";
import type { MapReply, MapRequest } from "./map_threads.ts";

type Transform = (
  example: Example,
  index: number,
  epoch: number,
  random: Random,
) => Example | Promise<Example>;

/** What modules make of their settings, by both. */
const transforms = new Map<string, Promise<Transform>>();

addEventListener("message", async ({ data }: MessageEvent<MapRequest>) => {
  const { id, module, settings, example, index, epoch, seed } = data;
  try {
    const key = JSON.stringify([module, settings]);
    const transform = await transforms.getOrInsertComputed(key, () => load(module, settings));
    reply({ id, example: await transform(example, index, epoch, new Random(...seed)) });
  } catch (error) {
    reply({ id, error: error instanceof Error ? error : new Error(String(error)) });
  }
});

async function load(module: string, settings: unknown): Promise<Transform> {
  const { default: make } = await import(module);
  const transform: unknown = typeof make === "function" ? make(settings) : undefined;
  if (typeof transform === "function") return transform as Transform;
  throw new TypeError(
    `parallelMap: ${module}: expected a default export that is a function of settings and gives the ` +
      "function which changes examples, found none",
  );
}

function reply(reply: MapReply): void {
  postMessage(reply);
}
