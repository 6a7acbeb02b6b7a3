import type { Profiled } from "./profiled.ts";
import { spansOf } from "./spans.ts";

/** An event of Chrome's trace format: something that lasts ("X"), or a name for a track ("M"). */
export interface TraceEvent {
  /** What readers write on it. */
  readonly name: string;
  /** What it is: "program", "part", "layer" or "launch". */
  readonly cat?: string;
  /** Its kind. */
  readonly ph: "X" | "M";
  /** The number of its process, which is 1. */
  readonly pid: number;
  /** The number of its thread, which is 1. */
  readonly tid: number;
  /** When it begins, in microseconds. */
  readonly ts?: number;
  /** How long it lasts, in microseconds. */
  readonly dur?: number;
  /** What is to be said of it. */
  readonly args: Readonly<Record<string, unknown>>;
}

const kinds = ["program", "part", "layer", "launch"];

/** A profile's launches one after another as events; those around others have their times within. */
export function chromeTrace(profile: Profiled) {
  const track = { pid: 1, tid: 1 };
  // Whole nanoseconds, so that what follows another begins no earlier than that ends.
  const microseconds = (milliseconds: number) => Math.round(milliseconds * 1e6) / 1e3;
  const events = spansOf(profile).map(({ level, name, start, milliseconds, launches }) => {
    const ts = microseconds(start), [launch, ...others] = launches;
    const sum = (of: (one: typeof launches[number]) => number) =>
      launches.reduce((total, one) => total + of(one), 0);
    const args = {
      multiplyAdds: sum(({ multiplyAdds }) => multiplyAdds),
      bytesRead: sum(({ bytesRead }) => bytesRead),
      bytesWritten: sum(({ bytesWritten }) => bytesWritten),
      ...level === 3 && others.length === 0 && {
        words: launch!.words,
        alsoFor: launch!.alsoFor.join(", "),
        ceilingShare: launch!.ceilingShare,
        limit: launch!.limit,
      },
    };
    const dur = Math.round((microseconds(start + milliseconds) - ts) * 1e3) / 1e3;
    return { name, cat: kinds[level]!, ph: "X", ...track, ts, dur, args } as const;
  });
  const named = (name: string, text: string): TraceEvent => ({
    name,
    ph: "M",
    ...track,
    args: { name: text },
  });
  const traceEvents: TraceEvent[] = [
    named("process_name", `Striate on ${profile.device}`),
    named("thread_name", "launches, by median times"),
    // Of those that begin together, what lasts longest first: readers nest them in this order.
    ...events.toSorted((a, b) =>
      a.ts - b.ts || b.dur - a.dur || kinds.indexOf(a.cat) - kinds.indexOf(b.cat)
    ),
  ];
  return { traceEvents, displayTimeUnit: "ms" } as const;
}
