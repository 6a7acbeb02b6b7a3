import { describeValue } from "../../core/errors.ts";
import { checkedBy, required } from "../../core/option_kinds.ts";
import type { Values } from "../../core/options.ts";
import { checkShape, type Shape, sizeOf } from "../../core/shape.ts";
import {
  resolvePadding,
  type ZeroPadding,
  zeroPadding2d as padByZeros,
} from "../../tensor/functions/geometry.ts";
import { paddingOption } from "../../tensor/functions/settings.ts";
import { defineLayer, type Layer } from "../layer.ts";
import { both, element } from "../window.ts";
import { imagesOf } from "./images.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

const flattenType = defineLayer({
  type: "flatten",
  schema: {},
  call: ([x]) => x!.reshape([x!.shape[0]!, sizeOf(x!.shape.slice(1))]),
});

const reshapeSchema = {
  shape: required(checkedBy<Shape>((value, where) => {
    if (!Array.isArray(value)) {
      const found = describeValue(value);
      throw new TypeError(`${where}: expected a shape such as [7, 7, -1], found ${found}`);
    }
    if (value.filter((d) => d === -1).length > 1) {
      const found = describeValue(value);
      throw new RangeError(`${where}: at most one size may be -1, found ${found}`);
    }
    checkShape(value.map((d) => d === -1 ? 1 : d), where);
    return value;
  })),
};

const reshapeType = defineLayer<Values<typeof reshapeSchema>>({
  type: "reshape",
  schema: reshapeSchema,
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

const zeroPadding2dSchema = {
  padding: required(checkedBy<ZeroPadding>((value, where) => {
    const padding = paddingOption.read(value, where);
    if (typeof padding !== "string") return padding;
    throw new TypeError(`${where}: expected numbers, found ${describeValue(padding)}`);
  })),
};

const zeroPadding2dType = defineLayer<Values<typeof zeroPadding2dSchema>>({
  type: "zeroPadding2d",
  schema: zeroPadding2dSchema,
  call: (inputs, _, { padding }) => padByZeros(imagesOf(inputs), padding),
  window: ({ padding }) => {
    const frame = resolvePadding(padding, [1, 1], [1, 1], [1, 1]);
    return both((axis) => ({ ...element, start: -frame[2 * axis]! }));
  },
});

/** All axes become one. */
export function flatten(given: LayerOptions = {}): Layer {
  return makeLayer(flattenType, given);
}

/** Another shape with as many numbers; one size may be -1. */
export function reshape(shape: Shape, given: LayerOptions = {}): Layer {
  return makeLayer(reshapeType, given, { shape });
}

/** A frame of zeros around images. */
export function zeroPadding2d(padding: ZeroPadding, given: LayerOptions = {}): Layer {
  return makeLayer(zeroPadding2dType, given, { padding });
}
