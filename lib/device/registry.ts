import { environment } from "../core/environment.ts";
import { DeviceError } from "../core/errors.ts";
import { anything, callback, listOf, number, required, text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { unknownName } from "../core/suggest.ts";
import type { Device, DeviceEntry, DeviceOptions } from "./device.ts";
import * as library from "./entries.ts";

/** The devices that there are, by name. */
const entries = new Map<string, DeviceEntry>(
  Object.values(library).map((entry) => [entry.name, entry]),
);

const entrySchema = {
  name: required(text()),
  rank: required(number()),
  options: required(listOf(text())),
  available: required(callback<DeviceEntry["available"]>()),
  open: required(callback<DeviceEntry["open"]>()),
} satisfies Schema<DeviceEntry>;

/** Stands for the available device of the highest rank. */
const auto = "auto";

/**
 * Makes a device known by its name, for `setDevice`, `openRuntime` and `STRIATE_DEVICE`. "auto" takes
 * the one of the highest rank that is available: "webgpu" has rank 10, "cpu" has 0. A name that is
 * known already gets the new entry. What a device must do is {@linkcode Device}.
 */
export function registerDevice(entry: DeviceEntry): void {
  options("registerDevice", entry, entrySchema);
  if (entry.name === auto) throw new RangeError(`registerDevice: "${auto}" names no single device`);
  entries.set(entry.name, entry);
}

/** The names by which a device can be asked for. */
export function deviceNames(): string[] {
  return [auto, ...entries.keys()];
}

/** The device that `STRIATE_DEVICE` asks for; "auto" where it is unset or may not be read. */
export function defaultDeviceName(): string {
  const variable = "STRIATE_DEVICE";
  const name = environment(variable) ?? auto;
  checkDeviceName(name, variable);
  return name;
}

/** Checks a device's name. */
export function checkDeviceName(name: string, where: string): void {
  if (name === auto || entries.has(name)) return;
  throw new RangeError(`${where}: ${unknownName("device", name, deviceNames())}`);
}

/**
 * Opens a device. "auto" takes the available one of the highest rank that opens, and gives it those
 * options that it has.
 *
 * @throws {RangeError} if there is no such device, or it has no such option.
 */
export async function openDevice(name: string, given: DeviceOptions = {}): Promise<Device> {
  checkDeviceName(name, "device");
  const candidates = name === auto
    ? [...entries.values()].sort((a, b) => b.rank - a.rank)
    : [entries.get(name)!];
  const schema = candidates.flatMap((entry) => entry.options.map((option) => [option, anything]));
  const values = options(`device ${name}`, given, Object.fromEntries(schema));
  let failure: unknown = new DeviceError("no device is available");
  for (const entry of candidates) {
    if (name === auto && !await entry.available()) continue;
    const known = Object.entries(values).filter(([option]) => entry.options.includes(option));
    try {
      return await entry.open(Object.fromEntries(known));
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      failure = error;
    }
  }
  throw failure;
}
