import type { Ceilings } from "./ceilings.ts";

/** What a launch does for which layer: "gradient" of "conv1"; "loss" of none. */
export type ProfilePart = "forward" | "loss" | "gradient" | "update" | "measures" | "other";

/** A launch of a program: one kernel, with all that was fused into it. */
export interface LaunchProfile {
  /** Its kernel: "conv2d", "matmul", "map", "reduce" and so on. */
  readonly kernel: string;
  /** What it computes, with its sizes. */
  readonly words: string;
  /** The layer that it is computed for; undefined for what belongs to none, as the loss. */
  readonly layer: string | undefined;
  /** What it is of that layer, or of none. */
  readonly part: ProfilePart;
  /** Other layers of which something was fused into it. */
  readonly alsoFor: readonly string[];
  /** Time of one run in milliseconds: the median over the repeats. */
  readonly milliseconds: number;
  /** Its share of the sum of all launches, from 0 to 1. */
  readonly share: number;
  /** Multiplications with an addition, of matmuls and convolutions, for the whole batch. */
  readonly multiplyAdds: number;
  /** Bytes that it has to read at least, each value once. */
  readonly bytesRead: number;
  /** Bytes that it writes. */
  readonly bytesWritten: number;
  /** What it is nearer to: what the device can compute, or what its memory can move. */
  readonly limit: "arithmetic" | "memory";
  /** How near: the time that it would take at that ceiling, as a share of its own. */
  readonly ceilingShare: number;
}

/** All launches of a layer. */
export interface LayerProfile {
  /** The layer's name; undefined for what belongs to none. */
  readonly layer: string | undefined;
  /** How many launches there are. */
  readonly launches: number;
  /** Milliseconds of all. */
  readonly milliseconds: number;
  /** Milliseconds by what they are for; of a layer forward, gradient and update. */
  readonly parts: Readonly<Partial<Record<ProfilePart, number>>>;
  /** Its share of the sum of all launches, from 0 to 1. */
  readonly share: number;
  /** Multiply-adds for the whole batch. */
  readonly multiplyAdds: number;
  /** Bytes read and written. */
  readonly bytes: number;
}

/** What a profile is made of. */
export interface ProfileData {
  /** The device: its kind and its description. */
  readonly device: string;
  /** Whether it is a training step, with gradients and update, and not a prediction. */
  readonly training: boolean;
  /** Examples of the batch. */
  readonly batchSize: number;
  /** How many times each launch had its turn. */
  readonly repeats: number;
  /** The time of the whole program in milliseconds, measured between the launches: a median. */
  readonly wholeMilliseconds: number;
  /** What the device can do. */
  readonly ceilings: Ceilings;
  /** The launches, in the order in which they run. */
  readonly launches: readonly LaunchProfile[];
  /** The names of all layers, in the order in which they compute. */
  readonly layerNames: readonly string[];
}

/** A profile with its sums. */
export interface Profiled extends ProfileData {
  /** The sum of all launches in milliseconds. */
  readonly milliseconds: number;
  /** Multiply-adds of all launches, for the whole batch. */
  readonly multiplyAdds: number;
  /** Bytes that all launches read and write. */
  readonly bytes: number;
  /** The sums by layer, in the order in which the layers compute; what belongs to none comes last. */
  readonly layers: readonly LayerProfile[];
}
