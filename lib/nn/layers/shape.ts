import { checkShape, type Shape, sizeOf } from "../../core/shape.ts";
import { resolvePadding } from "../../tensor/functions/geometry.ts";
import { type ZeroPadding, zeroPadding2d as padByZeros } from "../../tensor/functions/padding.ts";
import { defineLayer, Layer } from "../layer.ts";
import { checkImages, checkOptions, type LayerOptions } from "./options.ts";

/** All axes but the batch become one. */
export const flattenType = defineLayer({
  type: "flatten",
  call: ([x]) => x!.reshape([x!.shape[0]!, sizeOf(x!.shape.slice(1))]),
});

/** Another shape for each example. */
export const reshapeType = defineLayer<{ readonly shape: Shape }>({
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

/** A frame of zeros around images. */
export const zeroPadding2dType = defineLayer<{ readonly padding: ZeroPadding }>({
  type: "zeroPadding2d",
  call: ([x], _, { padding }) => {
    checkImages(x!.shape.slice(1));
    return padByZeros(x!, padding);
  },
});

/** Flattening: see {@linkcode LayerMethods.flatten}. */
export function flatten(options: LayerOptions = {}): Layer {
  return new Layer(flattenType, checkOptions("flatten", options, []), options.name);
}

/** Reshaping: see {@linkcode LayerMethods.reshape}. */
export function reshape(shape: Shape, options: LayerOptions = {}): Layer {
  checkOptions("reshape", options, []);
  if (!Array.isArray(shape)) {
    throw new TypeError(`reshape: expected a shape such as [7, 7, -1], found ${String(shape)}`);
  }
  if (shape.filter((d) => d === -1).length > 1) {
    throw new RangeError(`reshape: at most one size may be -1, found [${shape}]`);
  }
  checkShape(shape.map((d) => d === -1 ? 1 : d), "reshape");
  return new Layer(reshapeType, { shape }, options.name);
}

/** Padding by zeros: see {@linkcode LayerMethods.zeroPadding2d}. */
export function zeroPadding2d(padding: ZeroPadding, options: LayerOptions = {}): Layer {
  checkOptions("zeroPadding2d", options, []);
  resolvePadding(padding, [1, 1], [1, 1], [1, 1]);
  return new Layer(zeroPadding2dType, { padding }, options.name);
}
