import { checkShape, type Shape, sizeOf } from "../../core/shape.ts";
import {
  resolvePadding,
  type ZeroPadding,
  zeroPadding2d as padByZeros,
} from "../../tensor/functions/geometry.ts";
import { defineLayer, type Layer } from "../layer.ts";
import { both, element } from "../window.ts";
import { imagesOf } from "./images.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

const flattenType = defineLayer({
  type: "flatten",
  call: ([x]) => x!.reshape([x!.shape[0]!, sizeOf(x!.shape.slice(1))]),
});

const reshapeType = defineLayer<{ readonly shape: Shape }>({
  type: "reshape",
  call: ([x], _, { shape }) => {
    const size = sizeOf(x!.shape.slice(1));
    const known = shape.reduce((product, d) => d === -1 ? product : product * d, 1);
    const sizes = shape.map((d) => d === -1 ? size / known : d);
    if (sizeOf(sizes) !== size || sizes.some((d) => !Number.isInteger(d))) {
      throw new TypeError(`${size} numbers do not fill the shape [${shape.join(", ")}]`);
    }
    return x!.reshape([x!.shape[0]!, ...sizes]);
  },
});

const zeroPadding2dType = defineLayer<{ readonly padding: ZeroPadding }>({
  type: "zeroPadding2d",
  call: (inputs, _, { padding }) => padByZeros(imagesOf(inputs), padding),
  window: ({ padding }) => {
    const frame = resolvePadding(padding, [1, 1], [1, 1], [1, 1]);
    return both((axis) => ({ ...element, start: -frame[2 * axis]! }));
  },
});

/** All axes become one. */
export function flatten(given: LayerOptions = {}): Layer {
  return makeLayer(flattenType, given, {});
}

/** Another shape with as many numbers; one size may be -1. */
export function reshape(shape: Shape, given: LayerOptions = {}): Layer {
  if (!Array.isArray(shape)) {
    throw new TypeError(`reshape: expected a shape such as [7, 7, -1], found ${String(shape)}`);
  }
  if (shape.filter((d) => d === -1).length > 1) {
    throw new RangeError(`reshape: at most one size may be -1, found [${shape}]`);
  }
  checkShape(shape.map((d) => d === -1 ? 1 : d), "reshape");
  return makeLayer(reshapeType, given, {}, { shape });
}

/** A frame of zeros around images. */
export function zeroPadding2d(padding: ZeroPadding, given: LayerOptions = {}): Layer {
  resolvePadding(padding, [1, 1], [1, 1], [1, 1]);
  return makeLayer(zeroPadding2dType, given, {}, { padding });
}
