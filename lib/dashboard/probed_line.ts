import type { ActivationSeen, Seen, WeightSeen } from "../probe/probe.ts";
import type { Filters } from "../probe/filters.ts";
import type { Histogram } from "../probe/histogram.ts";
import type { Probed } from "../probe/probe_file.ts";

type Unknown = Readonly<Record<string, unknown>>;

/**
 * A look at a network, as a line of a file has it; undefined where that is none, and without what is not
 * as it should be: the line may be cut off, or of another version.
 */
export function probedIn(line: string): Probed | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value) || ![value.epoch, value.step].every(Number.isFinite)) return undefined;
  const { weights, activations, filters, ...moment } = value;
  const seen: Seen = {
    weights: those(weights, isWeight),
    activations: those(activations, isActivation),
    ...isFilters(filters) && { filters },
  };
  return { ...moment as unknown as Omit<Probed, keyof Seen>, ...seen };
}

const isObject = (value: unknown): value is Unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON has null for what is infinite or no number. */
const areNumbers = (list: readonly unknown[]) =>
  list.every((one) => one === null || typeof one === "number");

/** The members of an object that are what they should be. */
const those = <T>(value: unknown, is: (one: unknown) => one is T): Readonly<Record<string, T>> =>
  Object.fromEntries(
    Object.entries(isObject(value) ? value : {})
      .filter((entry): entry is [string, T] => is(entry[1])),
  );

const isHistogram = (value: unknown): value is Histogram =>
  isObject(value) && areNumbers([value.low, value.high]) && Array.isArray(value.counts) &&
  areNumbers(value.counts);

const isWeight = (value: unknown): value is WeightSeen =>
  isObject(value) && areNumbers([value.norm, value.gradient ?? 0]) && isHistogram(value.histogram);

const isActivation = (value: unknown): value is ActivationSeen =>
  isObject(value) && areNumbers([value.zeros, value.deviation]) && isHistogram(value.histogram);

const isFilters = (value: unknown): value is Filters =>
  isObject(value) && typeof value.name === "string" && typeof value.pixels === "string" &&
  Number.isFinite(value.range) && Array.isArray(value.shape) && value.shape.length === 4 &&
  value.shape.every(Number.isFinite);
