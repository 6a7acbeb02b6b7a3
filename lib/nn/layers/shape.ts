import { options } from "../../core/options.ts";
import { checkShape, type Shape, sizeOf } from "../../core/shape.ts";
import { resolvePadding } from "../../tensor/functions/geometry.ts";
import { type ZeroPadding, zeroPadding2d as padByZeros } from "../../tensor/functions/padding.ts";
import { defineLayer, Layer } from "../layer.ts";
import { both, element } from "../window.ts";
import { checkImages } from "./images.ts";
import { type LayerOptions, layerSchema } from "./layer_options.ts";

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
  call: ([x], _, { padding }) => {
    checkImages(x!.shape.slice(1));
    return padByZeros(x!, padding);
  },
  window: ({ padding }) => {
    const frame = resolvePadding(padding, [1, 1], [1, 1], [1, 1]);
    return both((axis) => ({ ...element, start: -frame[2 * axis]! }));
  },
});

/** All axes become one. */
export function flatten(given: LayerOptions = {}): Layer {
  const { name, ...config } = options("flatten", given, layerSchema);
  return new Layer(flattenType, config, name);
}

/** Another shape with as many numbers; one size may be -1. */
export function reshape(shape: Shape, given: LayerOptions = {}): Layer {
  const { name } = options("reshape", given, layerSchema);
  if (!Array.isArray(shape)) {
    throw new TypeError(`reshape: expected a shape such as [7, 7, -1], found ${String(shape)}`);
  }
  if (shape.filter((d) => d === -1).length > 1) {
    throw new RangeError(`reshape: at most one size may be -1, found [${shape}]`);
  }
  checkShape(shape.map((d) => d === -1 ? 1 : d), "reshape");
  return new Layer(reshapeType, { shape }, name);
}

/** A frame of zeros around images. */
export function zeroPadding2d(padding: ZeroPadding, given: LayerOptions = {}): Layer {
  const { name } = options("zeroPadding2d", given, layerSchema);
  resolvePadding(padding, [1, 1], [1, 1], [1, 1]);
  return new Layer(zeroPadding2dType, { padding }, name);
}
