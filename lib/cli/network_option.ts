import { oneOf, positiveInteger, text } from "../core/option_kinds.ts";
import type { Values } from "../core/options.ts";
import type { CacheOptions } from "../core/cache.ts";
import { splitPath } from "../core/files.ts";
import { defaultDeviceName, deviceNames } from "../device/registry.ts";
import type { OpenNetwork } from "../evaluate/open_network.ts";
import type { ZooEntry } from "../zoo/entry.ts";
import { networks as usual } from "../zoo/lenet5.ts";
import { option, path, UsageError } from "./command.ts";

/** The option that names a network; `entryOf` finds it. */
export const networkOption = (help: string) => option(help, text(), "NAME");

/**
 * The network of the zoo that `--model` names. The other architectures are not for a program that
 * trains the usual one.
 *
 * @throws {UsageError} if there is none of that name
 */
export async function entryOf(name: string): Promise<ZooEntry> {
  const found = usual.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const { networkNamed } = await import("../zoo/zoo.ts");
  try {
    return networkNamed(name);
  } catch (error) {
    throw new UsageError(`--model: ${(error as Error).message}`);
  }
}

/** The option that names a device. */
export const deviceOption = option("where it runs (auto)", oneOf(deviceNames()));

/** The option that says how many threads the CPU computes with. */
export const threadsOption = option("threads of the CPU (one for each core)", positiveInteger());

/** The options of a device. */
interface DeviceChoice {
  readonly device?: string | undefined;
  readonly threads?: number | undefined;
}

/** Whether a device is the CPU, or may be. */
export const mayBeCpu = (device: string): boolean => device === "cpu" || device === "auto";

/**
 * Refuses threads of another device than the CPU.
 *
 * @throws {UsageError} for such
 */
export function checkThreads({ device: given, threads }: DeviceChoice): void {
  const device = given ?? defaultDeviceName();
  if (threads === undefined || mayBeCpu(device)) return;
  const choice = given === undefined ? `STRIATE_DEVICE=${device}` : `--device ${device}`;
  throw new UsageError(
    `--threads: is for the CPU, and ${choice} asks for another device; leave one of them out`,
  );
}

/**
 * Has the device compute that the options name, and by so many threads where it is the CPU.
 *
 * @throws {UsageError} for threads of another device
 */
export async function chooseDevice({ device, threads }: DeviceChoice): Promise<void> {
  if (device === undefined && threads === undefined) return;
  checkThreads({ device, threads });
  const { setDevice } = await import("../tensor/runtime.ts");
  await setDevice(device ?? defaultDeviceName(), threads === undefined ? {} : { threads });
}

/** The options that name a network and its weights. */
export const networkSchema = {
  model: networkOption("the network, one of those below; not needed for a model saved here"),
  weights: path(
    "its weights: a file, URL, folder of a run, imagenet or cifar10",
  ),
};

/** The names of all networks, in lines for the help. */
export async function formatNetworks(): Promise<string> {
  const { zoo } = await import("../zoo/zoo.ts");
  const lines = [""];
  for (const { name } of zoo()) {
    if (`${lines.at(-1)} ${name}`.length > 98) lines.push("");
    lines.push(`${lines.pop()} ${name}`);
  }
  return lines.map((line) => ` ${line}`).join("\n");
}

/** A table of all networks: how large they are, how accurate, and what weights are published. */
export async function listNetworks(): Promise<readonly string[]> {
  const [{ zoo }, { zooHeading }] = await Promise.all([
    import("../zoo/zoo.ts"),
    import("../zoo/entry.ts"),
  ]);
  return [zooHeading, ...zoo().map(String)];
}

/**
 * The file of the model in a folder that `deno task train` has written, or the place as it is.
 *
 * @throws {Deno.errors.NotFound} for a path where nothing is
 */
export async function weightsPlace(place: string): Promise<string> {
  if (/^\w+:\/\//.test(place) || place === "imagenet" || place === "cifar10") return place;
  const file = `${place.replace(/[/\\]+$/, "")}/model.safetensors`;
  const isFile = (path: string) => Deno.stat(path).then(({ isFile }) => isFile, () => false);
  if (await isFile(file)) return file;
  await Deno.stat(place).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(
      `--weights: there is no file or folder ${place}; imagenet (or cifar10) stands for weights ` +
        "that are published",
    );
  });
  return place;
}

/** What a model that was saved is called: as the folder of its run, or else as its file. */
export function savedName(place: string): string {
  const whole = place.replace(/([/\\]model\.safetensors)?[/\\]*$/, "");
  return splitPath(whole)[1].replace(/\.\w+$/, "");
}

/** The network that options name. A model that was saved here needs no name. */
export async function networkOf(
  { model, weights }: Values<typeof networkSchema>,
  options: CacheOptions,
): Promise<OpenNetwork> {
  if (weights === undefined) {
    throw new UsageError(
      model === undefined
        ? "expected --weights, a file or the folder of a run, or --model NAME and --weights imagenet; " +
          "see --help"
        : `--model ${model}: expected --weights too: imagenet (or cifar10) for those that are ` +
          "published, or a file; see --help",
    );
  }
  // What reads files of weights is not for commands that only name a network.
  if (model !== undefined) await entryOf(model);
  const { openWeightsOf } = await import("./open_weights.ts");
  return await openWeightsOf(model, await weightsPlace(weights), options);
}
