import { describeValue } from "../../core/errors.ts";
import { checkedBy, required } from "../../core/option_kinds.ts";
import type { Values } from "../../core/options.ts";
import { concatenate } from "../../tensor/combine.ts";
import { defineLayer, type Layer } from "../layer.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

const schema = {
  channels: required(checkedBy<readonly number[]>((value, where) => {
    const isValid = Array.isArray(value) && value.length > 0 &&
      value.every((channel) => Number.isInteger(channel) && channel >= 0);
    if (isValid) return [...value];
    throw new RangeError(
      `${where}: expected integers of at least 0, found ${describeValue(value)}`,
    );
  })),
};

const type = defineLayer<Values<typeof schema>>({
  type: "selectChannels",
  schema,
  call: ([x], _, { channels }) => {
    const count = x!.shape.at(-1)!;
    const outside = channels.find((channel) => channel >= count);
    if (outside !== undefined) {
      throw new RangeError(`channels: expected less than ${count}, found ${outside}`);
    }
    const parts = runs(channels).map(([from, size]) =>
      x!.slice(x!.shape.map(() => 0).with(-1, from), x!.shape.with(-1, size))
    );
    return concatenate(parts, -1);
  },
  pointwise: true,
});

/** Neighbours go together: [0, 1, 2, 5, 0] is [[0, 3], [5, 1], [0, 1]], a start and a length each. */
function runs(channels: readonly number[]): [number, number][] {
  const result: [number, number][] = [];
  for (const channel of channels) {
    const last = result.at(-1);
    if (last !== undefined && last[0] + last[1] === channel) last[1]++;
    else result.push([channel, 1]);
  }
  return result;
}

/**
 * Some of the channels (the last axis), in any order: [..., c] to [..., channels.length]. Followed by a convolution
 * in groups, each filter sees the channels that a table gives it.
 */
export function selectChannels(channels: readonly number[], given: LayerOptions = {}): Layer {
  return makeLayer(type, given, { channels });
}
