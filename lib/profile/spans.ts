import type { LaunchProfile, Profiled } from "./profiled.ts";

/** Something that lasts: all of it, a part of the step, a layer in it, or a launch. */
export interface Span {
  /** 0 for all, 1 for the parts, 2 for layers, 3 for launches. */
  readonly level: number;
  readonly name: string;
  /** In milliseconds since the start. */
  readonly start: number;
  readonly milliseconds: number;
  /** The launches within. */
  readonly launches: readonly LaunchProfile[];
}

/** What a launch is of, where it belongs to no layer. */
export const layerText = ({ layer }: { readonly layer?: string | undefined }): string =>
  layer ?? "no layer";

/**
 * The launches of a profile one after another, with what they belong to around them: neighbours of one
 * layer, and of one part of the step, are one span.
 */
export function spansOf({ launches, training, milliseconds }: Profiled): readonly Span[] {
  const whole = training ? "training step" : "prediction";
  const spans: Span[] = [{ level: 0, name: whole, start: 0, milliseconds, launches }];
  const levels: readonly ((launch: LaunchProfile) => string)[] = [
    ({ part }) => part,
    (launch) => `${launch.part} ${layerText(launch)}`,
  ];
  for (const [i, keyOf] of levels.entries()) {
    let start = 0, first = 0;
    while (first < launches.length) {
      const key = keyOf(launches[first]!);
      let end = first + 1;
      while (end < launches.length && keyOf(launches[end]!) === key) end++;
      const within = launches.slice(first, end);
      const milliseconds = within.reduce((sum, launch) => sum + launch.milliseconds, 0);
      const name = i === 0 ? within[0]!.part : layerText(within[0]!);
      spans.push({ level: i + 1, name, start, milliseconds, launches: within });
      [start, first] = [start + milliseconds, end];
    }
  }
  let start = 0;
  for (const launch of launches) {
    const { kernel: name, milliseconds } = launch;
    spans.push({ level: 3, name, start, milliseconds, launches: [launch] });
    start += milliseconds;
  }
  return spans;
}
