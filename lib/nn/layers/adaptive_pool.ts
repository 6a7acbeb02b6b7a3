import { checkedBy, required } from "../../core/option_kinds.ts";
import type { Values } from "../../core/options.ts";
import { concatenate } from "../../tensor/combine.ts";
import { averagePool2d } from "../../tensor/functions/pool.ts";
import { pairOf, type Size2d } from "../../tensor/functions/settings.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { defineLayer, type Layer } from "../layer.ts";
import { both } from "../window.ts";
import { imagesOf, times } from "./images.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

/** Each window takes nodes of the graph, of which a saved model could ask for a billion. */
const mostWindows = 4096;

const schema = { size: required(checkedBy((value, where) => pairOf(value, where))) };

const type = defineLayer<Values<typeof schema>>({
  type: "adaptiveAveragePool2d",
  schema,
  call: (inputs, _, { size }) => {
    const x = imagesOf(inputs);
    const [height, width] = x.shape.slice(1) as [number, number];
    if (height % size[0] === 0 && width % size[1] === 0) {
      const window = [height / size[0], width / size[1]] as const;
      return window.every((d) => d === 1) ? x : averagePool2d(x, window);
    }
    if (Math.max(...size) > mostWindows) {
      throw new RangeError(`size: expected at most ${mostWindows}, found ${size.join("x")}`);
    }
    // A mean over rows, then one over columns.
    return meansAlong(meansAlong(x, 1, size[0]), 2, size[1]);
  },
  window: ({ size }, image) =>
    both((axis) => {
      const [length, count] = [image[axis], size[axis]];
      const sizes = Array.from({ length: count }, (_, i) => {
        const [from, to] = windowOf(length, count, i);
        return to - from;
      });
      return { start: 0, size: Math.max(...sizes), stride: length / count };
    }),
  role: "pooling",
  words: ({ size }) => `adaptive average pool ${times(size)}`,
});

/** Window i of `count` runs from floor(i * length / count) to ceil((i + 1) * length / count). */
function windowOf(length: number, count: number, i: number): [number, number] {
  return [Math.floor(i * length / count), Math.ceil((i + 1) * length / count)];
}

function meansAlong(x: Tensor, axis: number, count: number): Tensor {
  const means = Array.from({ length: count }, (_, i) => {
    const [from, to] = windowOf(x.shape[axis]!, count, i);
    const part = x.slice(x.shape.map(() => 0).with(axis, from), x.shape.with(axis, to - from));
    return part.mean(axis, true);
  });
  return concatenate(means, axis);
}

/**
 * The mean of `size` windows of images, [h, w, c] to [size, size, c]: windows as large as the image
 * needs, overlapping where it is no multiple. As PyTorch's AdaptiveAvgPool2d.
 */
export function adaptiveAveragePool2d(size: Size2d, given: LayerOptions = {}): Layer {
  return makeLayer(type, given, { size });
}
