import type { CacheOptions } from "../../data/cache.ts";
import { type OpenNetwork, openNetwork } from "../evaluate/open_network.ts";
import { zoo, zooEntry } from "../zoo/zoo.ts";
import { type Option, text, UsageError, type Values } from "./command_line.ts";

/** The name of a network of the zoo. */
export const networkName = (help: string): Option<string> => ({
  help,
  valueName: "NAME",
  parse: (name) => zooEntry(name).name,
});

/** The options that name a network. */
export const networkOptions = {
  model: networkName("the network, one of those below; not needed for a model saved here"),
  weights: text("its weights: a file or URL, or imagenet or cifar10 for published ones", "FILE"),
};

/** The names of all networks, in lines for the help. */
export function formatNetworks(): string {
  const lines = [""];
  for (const { name } of zoo()) {
    if (`${lines.at(-1)} ${name}`.length > 98) lines.push("");
    lines.push(`${lines.pop()} ${name}`);
  }
  return lines.map((line) => ` ${line}`).join("\n");
}

/** The network that options name. A model that was saved here needs no name. */
export async function networkOf(
  { model, weights }: Values<typeof networkOptions>,
  options: CacheOptions,
): Promise<OpenNetwork> {
  if (weights === undefined) {
    throw new UsageError(
      `expected --${model === undefined ? "model NAME and --" : ""}weights FILE; see --help`,
    );
  }
  return await openNetwork(model, weights, options);
}
