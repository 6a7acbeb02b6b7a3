import type { LaunchProfile, Profiled } from "./profiled.ts";
import { layerText } from "./spans.ts";

/** Launches in the table of those that take longest. */
const longest = 20;

/** A number with as many digits as say something: 1,234, 12.3, 0.0123. */
export function figure(number: number): string {
  const places = number >= 100 ? 0 : number >= 10 ? 1 : number >= 1 ? 2 : number >= 0.1 ? 3 : 4;
  return number.toLocaleString("en", {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
}

/** A count in millions. */
export const millions = (count: number): string => count === 0 ? "" : figure(count / 1e6);

/** A share as percent. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** How near a launch comes to which ceiling. */
export const ceilingText = ({ ceilingShare, limit }: LaunchProfile): string =>
  `${Math.round(100 * ceilingShare)} % of ${limit}`;

/** For which layers a launch is, as one cell. */
export const layersText = (launch: LaunchProfile): string =>
  [layerText(launch), ...launch.alsoFor.map((name) => `+ ${name}`)].slice(0, 3).join(" ") +
  (launch.alsoFor.length > 2 ? " …" : "");

/** What was measured, in sentences. */
export function profileSummary(profile: Profiled): readonly string[] {
  const { training, batchSize, device, repeats, launches, milliseconds, ceilings } = profile;
  const { multiplyAddsPerSecond, bytesPerSecond } = ceilings, { wholeMilliseconds } = profile;
  const reached = wholeMilliseconds > 0
    ? `, ${figure(profile.multiplyAdds / wholeMilliseconds / 1e6)} billion multiply-adds a second`
    : "";
  return [
    `${training ? "a training step" : "a prediction"} of ${batchSize} on ${device}: ` +
    `${figure(wholeMilliseconds)} ms${reached}`,
    `its ${launches.length} launches by themselves: ${figure(milliseconds)} ms together, ` +
    `${percent(wholeMilliseconds > 0 ? milliseconds / wholeMilliseconds : 0)} of that ` +
    `(medians of ${repeats})`,
    `ceilings: ${figure(multiplyAddsPerSecond / 1e9)} billion multiply-adds and ` +
    `${figure(bytesPerSecond / 1e9)} GB a second, of a large product and of a large copy`,
  ];
}

/** The parts of a step that launches have, in the order of the step. */
export function partsOf({ launches }: Profiled) {
  const order = ["forward", "loss", "gradient", "update", "measures", "other"] as const;
  return order.filter((part) => launches.some((launch) => launch.part === part));
}

/** A profile as a text. */
export function profileText(profile: Profiled): string {
  const parts = partsOf(profile), slowest = slowestOf(profile, longest);
  const byLayer = columns(
    ["layer", "launches", ...parts, "ms", "share", "M multiply-adds", "MB"],
    profile.layers.map((row) => [
      layerText(row),
      String(row.launches),
      ...parts.map((part) => row.parts[part] === undefined ? "" : figure(row.parts[part])),
      figure(row.milliseconds),
      percent(row.share),
      millions(row.multiplyAdds),
      millions(row.bytes),
    ]),
    1,
  );
  const byLaunch = columns(
    ["layer", "part", "kernel", "what it computes", "ms", "share", "of the nearer ceiling"],
    slowest.map((launch) => [
      layersText(launch),
      launch.part,
      launch.kernel,
      launch.words,
      figure(launch.milliseconds),
      percent(launch.share),
      ceilingText(launch),
    ]),
    4,
  );
  const some = slowest.length < profile.launches.length
    ? `the ${slowest.length} longest launches of ${profile.launches.length}`
    : "launches, the longest first";
  return [...profileSummary(profile), "", ...byLayer, "", some, ...byLaunch].join("\n");
}

/** The launches that take longest, at most so many. */
export function slowestOf({ launches }: Profiled, most: number): readonly LaunchProfile[] {
  return launches.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, most);
}

/** A table of text; the first columns stand left, the others right. */
function columns(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  left: number,
): string[] {
  const all = [heading, ...rows];
  const widths = heading.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const lines = all.map((row) =>
    row.map((text, i) => i < left ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))
      .join("  ").trimEnd()
  );
  return lines.toSpliced(1, 0, "-".repeat(widths.reduce((sum, width) => sum + width + 2, -2)));
}
