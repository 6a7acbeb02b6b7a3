import { concatenate } from "../../tensor/combine.ts";
import { pairOf, type Size2d } from "../../tensor/functions/geometry.ts";
import { averagePool2d } from "../../tensor/functions/pool.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { defineLayer, Layer } from "../layer.ts";
import { checkImages, checkOptions, type LayerOptions } from "./options.ts";

/** Each window takes nodes of the graph, of which a saved model could ask for a billion. */
const mostWindows = 4096;

/** The mean of windows that cover images evenly: as many as are asked for, whatever the image. */
export const adaptiveAveragePool2dType = defineLayer<{ readonly size: readonly [number, number] }>({
  type: "adaptiveAveragePool2d",
  call: ([x], _, { size }) => {
    checkImages(x!.shape.slice(1));
    const [height, width] = x!.shape.slice(1) as [number, number];
    if (height % size[0] === 0 && width % size[1] === 0) {
      const window = [height / size[0], width / size[1]] as const;
      return window.every((d) => d === 1) ? x! : averagePool2d(x!, window);
    }
    if (Math.max(...size) > mostWindows) {
      throw new RangeError(`size: expected at most ${mostWindows}, found ${size.join("x")}`);
    }
    // A mean over rows, then one over columns.
    return meansAlong(meansAlong(x!, 1, size[0]), 2, size[1]);
  },
});

/** Window i of `count` runs from floor(i * length / count) to ceil((i + 1) * length / count). */
export function adaptiveWindow(length: number, count: number, i: number): [number, number] {
  return [Math.floor(i * length / count), Math.ceil((i + 1) * length / count)];
}

function meansAlong(x: Tensor, axis: number, count: number): Tensor {
  const means = Array.from({ length: count }, (_, i) => {
    const [from, to] = adaptiveWindow(x.shape[axis]!, count, i);
    const part = x.slice(
      x.shape.map((_, a) => a === axis ? from : 0),
      x.shape.with(axis, to - from),
    );
    return part.mean(axis, true);
  });
  return concatenate(means, axis);
}

/**
 * The mean of `size` windows of images, [h, w, c] to [size, size, c]: windows as large as the image
 * needs, overlapping where it is no multiple. As PyTorch's AdaptiveAvgPool2d.
 */
export function adaptiveAveragePool2d(size: Size2d, options: LayerOptions = {}): Layer {
  checkOptions("adaptiveAveragePool2d", options, []);
  const pair = pairOf(size, "adaptiveAveragePool2d: size");
  return new Layer(adaptiveAveragePool2dType, { size: pair }, options.name);
}
