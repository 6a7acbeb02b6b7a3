import { checkedBy, oneOf, required } from "../../core/option_kinds.ts";
import type { Values } from "../../core/options.ts";
import { concatenate, stack } from "../../tensor/combine.ts";
import { pairOf, type Size2d } from "../../tensor/functions/settings.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { defineLayer, type Layer } from "../layer.ts";
import { both } from "../window.ts";
import { imagesOf, times } from "./images.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

/** Settings of upsample2d. */
export interface Upsample2dOptions extends LayerOptions {
  /** How pixels between pixels are found: the "nearest" one (the default), or a line ("bilinear"). */
  readonly method?: "nearest" | "bilinear";
}

/** Each row between two rows takes nodes of the graph, of which a saved model could ask for a billion. */
const largest = 64;

const schema = {
  size: required(checkedBy((value, where) => {
    const pair = pairOf(value, where);
    if (Math.max(...pair) <= largest) return pair;
    throw new RangeError(`${where}: expected at most ${largest}, found ${pair.join("x")}`);
  })),
  method: oneOf(["nearest", "bilinear"], "nearest"),
};

const type = defineLayer<Values<typeof schema>>({
  type: "upsample2d",
  schema,
  call: (inputs, _, { size, method }) => {
    const x = imagesOf(inputs), along = method === "nearest" ? repeated : interpolated;
    return along(along(x, 1, size[0]), 2, size[1]);
  },
  window: ({ size, method }) =>
    both((axis) => {
      const read = method === "nearest" ? 1 : 2;
      return { start: 0.5 / size[axis] - read / 2, size: read, stride: 1 / size[axis] };
    }),
  words: ({ size, method }) => `upsample ${times(size)}, ${method}`,
});

/** Each element `factor` times. */
function repeated(x: Tensor, axis: number, factor: number): Tensor {
  const each = x.shape.toSpliced(axis + 1, 0, factor);
  return x.expandDims(axis + 1).broadcastTo(each)
    .reshape(x.shape.with(axis, x.shape[axis]! * factor));
}

/** `factor` elements on the lines between each and its neighbours; the edges are repeated. */
function interpolated(x: Tensor, axis: number, factor: number): Tensor {
  if (factor === 1) return x;
  const length = x.shape[axis]!;
  const part = (from: number, size: number) =>
    x.slice(x.shape.map(() => 0).with(axis, from), x.shape.with(axis, size));
  const before = length === 1 ? x : concatenate([part(0, 1), part(0, length - 1)], axis);
  const after = length === 1 ? x : concatenate([part(1, length - 1), part(length - 1, 1)], axis);
  const phases = Array.from({ length: factor }, (_, i) => {
    // How far from the element's centre, in elements.
    const offset = (i + 0.5) / factor - 0.5;
    return x.mul(1 - Math.abs(offset)).add((offset < 0 ? before : after).mul(Math.abs(offset)));
  });
  return stack(phases, axis + 1).reshape(x.shape.with(axis, length * factor));
}

/**
 * Images `size` times as high and wide: PyTorch's Upsample with `align_corners=False`, Keras'
 * UpSampling2D.
 *
 * ```ts
 * import { sequential, tensor } from "@striate/striate";
 * const net = sequential([1, 2, 1]).upsample2d([1, 2], { method: "bilinear" });
 * const y = await net.predict(tensor([0, 4]).reshape([1, 1, 2, 1]));
 * console.log(await y.flatten().array()); // [0, 1, 3, 4]
 * ```
 */
export function upsample2d(size: Size2d, given: Upsample2dOptions = {}): Layer {
  return makeLayer(type, given, { size });
}
