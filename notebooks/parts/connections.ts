import type { Model } from "../../mod.ts";

/**
 * Which maps of S2 each map of C3 reads in the LeNet-5 of 1998, row by row for S2: 1 where it does.
 * Read from the graph, whose `selectChannels` layers list, map after map, the channels that are read.
 */
export function connections(net: Model): number[][] {
  const read = Array.from({ length: 6 }, () => new Array<number>(16).fill(0));
  let map = 0;
  for (const layer of net.layers) {
    if (layer.type !== "selectChannels") continue;
    const channels = layer.config.channels as number[];
    const filters = net.layer(layer.name.replace(".maps", "")).outputShape[2]!;
    const each = channels.length / filters;
    channels.forEach((channel, i) => read[channel]![map + Math.floor(i / each)] = 1);
    map += filters;
  }
  return read;
}
