/**
 * What TensorBoard shows, as messages of its files: scalars, histograms and pictures.
 *
 * Source: TensorFlow, tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
 *
 * @module
 */
import type { Histogram } from "../probe/histogram.ts";
import { Message } from "./protobuf.ts";

/** A PNG picture with its size. */
export interface Png {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly bytes: Uint8Array;
}

/** Something under a name: a number, a histogram or a picture. */
export type Shown = readonly [tag: string, value: number | Histogram | Png];

/** An event of a time in seconds, without what happened. */
const event = (time: number, step: number) => new Message().double(1, time).integer(2, step);

/** The first event of a file. */
export const versionEvent = (time: number): Uint8Array<ArrayBuffer> =>
  new Message().double(1, time).bytes(3, "brain.Event:2").encoded();

/** The event of a run that goes on: what was written of later steps before counts no more. */
export const resumedEvent = (time: number, step: number): Uint8Array<ArrayBuffer> =>
  event(time, step).bytes(7, new Message().integer(1, 1)).encoded();

/** The event of what there is to show at a step. */
export function summaryEvent(
  time: number,
  step: number,
  shown: readonly Shown[],
): Uint8Array<ArrayBuffer> {
  const summary = new Message();
  for (const [tag, value] of shown) {
    const one = new Message().bytes(1, tag);
    if (typeof value === "number") one.float(2, value);
    else if ("bytes" in value) one.bytes(4, imageOf(value));
    else one.bytes(5, histogramOf(value));
    summary.bytes(1, one);
  }
  return event(time, step).bytes(5, summary).encoded();
}

const imageOf = ({ width, height, channels, bytes }: Png) =>
  new Message().integer(1, height).integer(2, width).integer(3, channels).bytes(4, bytes);

/** The sums are those of the middles of the bins, which are all that is known. */
function histogramOf({ low, high, counts }: Histogram): Message {
  const width = (high - low) / counts.length;
  const middles = counts.map((_, i) => low + (i + 0.5) * width);
  const sum = (of: (middle: number) => number) =>
    counts.reduce((total, count, i) => total + count * of(middles[i]!), 0);
  return new Message()
    .double(1, low)
    .double(2, high)
    .double(3, sum(() => 1))
    .double(4, sum((middle) => middle))
    .double(5, sum((middle) => middle * middle))
    .packedDoubles(6, counts.map((_, i) => low + (i + 1) * width))
    .packedDoubles(7, counts);
}
