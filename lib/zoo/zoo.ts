import { unknownName } from "../core/suggest.ts";
import { networks } from "./architectures.ts";
import type { ZooEntry } from "./entry.ts";
import type { PublishedWeights } from "./published.ts";

/**
 * All networks of the zoo, by architecture, the oldest first. Parameters and multiply-adds are counted in the graph
 * when they are read.
 *
 * ```ts
 * import { zoo } from "@striate/striate";
 * for (const net of zoo()) console.log(`${net}`); // a table: parameters, multiply-adds, accuracy
 * ```
 */
export function zoo(): readonly ZooEntry[] {
  return networks;
}

/**
 * A network of the zoo by its name on the command line.
 *
 * ```ts
 * import { zooEntry } from "@striate/striate";
 * const { parameters, published } = zooEntry("resnet50");
 * console.log(parameters, published?.top1); // 25557032 76.13
 * const small = zooEntry("resnet50").build({ classes: 10, inputShape: [64, 64, 3] });
 * console.log(small.outputShape); // [10]
 * ```
 *
 * @throws {RangeError} if there is no such network; the message has the nearest name.
 */
export function zooEntry(name: string): ZooEntry {
  return networkNamed(name, "zooEntry: ");
}

/**
 * The weights that are published for a network of the zoo: torchvision's, timm's (SE networks), the
 * BVLC's (GoogLeNet of 2014) and akamaster's (ResNets for CIFAR-10). `loadWeights` fetches them once,
 * checks their digest, and keeps them in the cache.
 *
 * ```ts
 * import { publishedWeights } from "@striate/striate";
 * const { url, digest } = publishedWeights("resnet50", "imagenet");
 * console.log(url); // https://download.pytorch.org/models/resnet50-0676ba61.pth
 * console.log(digest.hex); // 0676ba61: the first digits of its SHA-256, as published
 * ```
 *
 * ```ts ignore
 * import { loadWeights, publishedWeights, zooEntry } from "@striate/striate";
 * const net = zooEntry("resnet50").build();
 * await loadWeights(net, publishedWeights("resnet50")); // 98 MB, once
 * ```
 *
 * @param model the network's name in the zoo
 * @param data what they were trained on; may be left out where there is one kind
 * @throws {RangeError} if none are known
 */
export function publishedWeights(model: string, data?: "imagenet" | "cifar10"): PublishedWeights {
  const { weights } = networkNamed(model, "publishedWeights: ");
  if (weights === undefined) {
    const known = networks.filter((entry) =>
      entry.weights && (data ?? "imagenet") === entry.weights.data
    );
    throw new RangeError(
      `publishedWeights: ${model}: expected a network with published weights${
        data ? ` of ${data}` : ""
      }, which are ${known.map(({ name }) => name).join(", ")}`,
    );
  }
  if (data === undefined || data === weights.data) return weights;
  throw new RangeError(
    `${model}: expected weights trained on ${data}, found none: those known are of ${weights.data}`,
  );
}

/** The same, for what says itself who wants it: `where` is what the message begins with. */
export function networkNamed(name: string, where = ""): ZooEntry {
  const found = networks.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  throw new RangeError(where + unknownName("network", name, networks.map((entry) => entry.name)));
}
