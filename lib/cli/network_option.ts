import { checkedBy, oneOf } from "../core/option_kinds.ts";
import type { Values } from "../core/options.ts";
import { unknownName } from "../core/suggest.ts";
import type { CacheOptions } from "../core/cache.ts";
import { deviceNames } from "../device/registry.ts";
import type { OpenNetwork } from "../evaluate/open_network.ts";
import { zoo } from "../zoo/zoo.ts";
import { option, path, UsageError } from "./command.ts";

/** The name of a network of the zoo. */
const network = checkedBy<string>((name, where) => {
  const known = zoo().map(({ name }) => name), found = known.find((one) => one === name);
  if (found !== undefined) return found;
  throw new RangeError(`${where}: ${unknownName("network", String(name), known)}`);
});

/** The option that names a network. */
export const networkOption = (help: string) => option(help, network, "NAME");

/** The option that names a device. */
export const deviceOption = option("where it runs (auto)", oneOf(deviceNames()));

/** The options that name a network and its weights. */
export const networkSchema = {
  model: networkOption("the network, one of those below; not needed for a model saved here"),
  weights: path("its weights: a file or URL, or imagenet or cifar10 for published ones"),
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
  { model, weights }: Values<typeof networkSchema>,
  options: CacheOptions,
): Promise<OpenNetwork> {
  if (weights === undefined) {
    throw new UsageError(
      `expected --${model === undefined ? "model NAME and --" : ""}weights FILE; see --help`,
    );
  }
  // What reads files of weights is not for commands that only name a network.
  const { openNetwork } = await import("../evaluate/open_network.ts");
  return await openNetwork(model, weights, options);
}
