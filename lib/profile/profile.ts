import { checkParts } from "../core/errors.ts";
import type { Ceilings } from "./ceilings.ts";
import { chromeTrace, type TraceEvent } from "./chrome_trace.ts";
import type {
  LaunchProfile,
  LayerProfile,
  Profiled,
  ProfileData,
  ProfilePart,
} from "./profiled.ts";
import { profileText } from "./text.ts";

/**
 * Where the time of a prediction or of a training step goes, launch by launch: what
 * {@linkcode Model.profile} has measured. `show` draws it, and as a text it is a table.
 */
export class Profile implements Profiled {
  readonly device: string;
  readonly training: boolean;
  readonly batchSize: number;
  readonly repeats: number;
  readonly wholeMilliseconds: number;
  readonly ceilings: Ceilings;
  readonly launches: readonly LaunchProfile[];
  readonly layerNames: readonly string[];

  /** A profile of what was measured. */
  constructor(data: ProfileData) {
    checkParts("Profile", data, ["device", "launches"], "profile() of a model gives one");
    this.device = data.device;
    this.training = data.training;
    this.batchSize = data.batchSize;
    this.repeats = data.repeats;
    this.wholeMilliseconds = data.wholeMilliseconds;
    this.ceilings = data.ceilings;
    this.launches = data.launches;
    this.layerNames = data.layerNames;
  }

  /**
   * The sum of all launches in milliseconds. It is not quite the time of the whole program: each launch
   * was timed by itself, and where it ran several times its numbers lay nearer.
   */
  get milliseconds(): number {
    return total(this.launches, ({ milliseconds }) => milliseconds);
  }

  /** Multiply-adds of all launches, for the whole batch. */
  get multiplyAdds(): number {
    return total(this.launches, ({ multiplyAdds }) => multiplyAdds);
  }

  /** Bytes that all launches read and write. */
  get bytes(): number {
    return total(this.launches, bytesOf);
  }

  /**
   * The sums by layer, in the order in which the layers compute; what belongs to none comes last. A
   * launch counts for the layer of its kernel, whatever was fused into it.
   */
  get layers(): readonly LayerProfile[] {
    const groups = Map.groupBy(this.launches, ({ layer }) => layer), sum = this.milliseconds;
    return [...this.layerNames, undefined].flatMap((layer) => {
      const launches = groups.get(layer);
      if (launches === undefined) return [];
      const milliseconds = total(launches, ({ milliseconds }) => milliseconds);
      const parts: Partial<Record<ProfilePart, number>> = {};
      for (const { part, milliseconds } of launches) {
        parts[part] = (parts[part] ?? 0) + milliseconds;
      }
      return [{
        layer,
        launches: launches.length,
        milliseconds,
        parts,
        share: sum > 0 ? milliseconds / sum : 0,
        multiplyAdds: total(launches, ({ multiplyAdds }) => multiplyAdds),
        bytes: total(launches, bytesOf),
      }];
    });
  }

  /** What was measured, with the sums, as plain data. */
  toJSON(): Omit<ProfileData, "layerNames"> & {
    readonly milliseconds: number;
    readonly multiplyAdds: number;
    readonly bytes: number;
    readonly layers: readonly (Omit<LayerProfile, "layer"> & { readonly layer: string | null })[];
  } {
    const { layerNames: _, ...data } = { ...this };
    const { milliseconds, multiplyAdds, bytes } = this;
    const layers = this.layers.map((row) => ({ ...row, layer: row.layer ?? null }));
    return { ...data, milliseconds, multiplyAdds, bytes, layers };
  }

  /**
   * The launches one after another in Chrome's trace format, which chrome://tracing, Perfetto and
   * speedscope read: `JSON.stringify(profile.chromeTrace())` is the file. Around the launches stand
   * their layers, and around these the parts of the step.
   *
   * Source of the format: Trace Event Format, https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
   */
  chromeTrace(): { readonly traceEvents: readonly TraceEvent[]; readonly displayTimeUnit: "ms" } {
    return chromeTrace(this);
  }

  /** The tables as a text: the layers, and the launches that take longest. */
  toString(): string {
    return profileText(this);
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

const bytesOf = ({ bytesRead, bytesWritten }: LaunchProfile) => bytesRead + bytesWritten;

const total = <T>(list: readonly T[], of: (item: T) => number): number =>
  list.reduce((sum, item) => sum + of(item), 0);
