import type { Shape } from "../core/shape.ts";
import { convolutionGeometry, pairOf, resolvePadding } from "../tensor/functions/geometry.ts";
import type { Pair } from "../graph/kernel.ts";
import type { Layer } from "./layer.ts";
import { adaptiveWindow } from "./layers/adaptive_pool.ts";
import type { SymbolicValue } from "./symbolic.ts";

/**
 * What a layer's units see of the input image. A unit's field is where its first one's is, moved by
 * the stride; it may reach beyond the image into the padding.
 */
export interface ReceptiveField {
  /** The layer's name. */
  readonly name: string;
  /** Height and width of the field, in pixels of the input. */
  readonly size: readonly [number, number];
  /** How many pixels the fields of two neighbouring units lie apart, down and across. */
  readonly stride: readonly [number, number];
  /** The middle of the first unit's field: row and column, 0 being the middle of the first pixel. */
  readonly center: readonly [number, number];
}

/** What a unit reads along one axis: the first unit's first element, how many, and the step. */
interface Window {
  /** Negative in the padding. */
  readonly start: number;
  readonly size: number;
  readonly stride: number;
}

type Windows = readonly [Window, Window];

/** The window that is an element. */
const element: Window = { start: 0, size: 1, stride: 1 };

const both = (window: (axis: 0 | 1) => Window): Windows => [window(0), window(1)];

/** Windows of the layer types that move over images, by type, for images of `size`. */
const rules: Readonly<
  // deno-lint-ignore no-explicit-any
  Record<string, (config: any, size: Pair) => Windows>
> = {
  conv2d: (config, size) => {
    const { stride, padding, dilation } = convolutionGeometry(config, size, config.kernelSize);
    return both((axis) => ({
      start: -padding[2 * axis]!,
      size: (config.kernelSize[axis] - 1) * dilation[axis] + 1,
      stride: stride[axis],
    }));
  },
  convTranspose2d: (config, size) => {
    const { stride, padding, dilation } = convolutionGeometry(config, size, config.kernelSize);
    // An output reads the inputs whose window lies over it: one in `stride` of the window's places.
    return both((axis) => {
      const window = (config.kernelSize[axis] - 1) * dilation[axis] + 1;
      const read = Math.ceil(window / stride[axis]);
      const center = (padding[2 * axis]! - (window - 1) / 2) / stride[axis];
      return { start: center - (read - 1) / 2, size: read, stride: 1 / stride[axis] };
    });
  },
  maxPool2d: pooling,
  averagePool2d: pooling,
  adaptiveAveragePool2d: (config, size) =>
    both((axis) => {
      const [length, count] = [size[axis], config.size[axis]];
      const sizes = Array.from({ length: count }, (_, i) => {
        const [from, to] = adaptiveWindow(length, count, i);
        return to - from;
      });
      return { start: 0, size: Math.max(...sizes), stride: length / count };
    }),
  zeroPadding2d: ({ padding }) => {
    const frame = resolvePadding(padding, [1, 1], [1, 1], [1, 1]);
    return both((axis) => ({ ...element, start: -frame[2 * axis]! }));
  },
  identityShortcut: ({ stride }) => both(() => ({ ...element, stride })),
};

// deno-lint-ignore no-explicit-any
function pooling(config: any, size: Pair): Windows {
  const window = pairOf(config.window, "window");
  const stride = pairOf(config.stride ?? window, "stride");
  const padding = resolvePadding(config.padding ?? "valid", size, window, stride);
  return both((axis) => ({
    start: -padding[2 * axis]!,
    size: window[axis],
    stride: stride[axis],
  }));
}

/** Height and width of an image; a vector counts as a single pixel. */
const pixels = (shape: Shape): Pair => shape.length === 3 ? [shape[0]!, shape[1]!] : [1, 1];

/** What a layer reads of one of its inputs. */
function windowsOf(layer: Layer, from: Shape, to: Shape): Windows {
  const rule = rules[layer.type.type];
  const [before, after] = [pixels(from), pixels(to)];
  if (rule !== undefined) return rule(layer.config, before);
  // Any other layer works pixel by pixel if it keeps the size, else it sees all pixels. An input of
  // one pixel (a gate) is the same for all.
  return both((axis) =>
    before[axis] === after[axis] || before[axis] === 1
      ? element
      : { ...element, size: before[axis] }
  );
}

/** What is seen of the image through a window over a layer that sees `field` of it. */
const seen = (field: Window, window: Window): Window => ({
  start: field.start + window.start * field.stride,
  size: field.size + (window.size - 1) * field.stride,
  stride: field.stride * window.stride,
});

/** The field around several, of which the one with most units says how they move. */
function around(parts: readonly { readonly field: Window; readonly units: number }[]): Window {
  const start = Math.min(...parts.map(({ field }) => field.start));
  const end = Math.max(...parts.map(({ field }) => field.start + field.size));
  const leading = parts.reduce((a, b) => b.units > a.units ? b : a);
  return { start, size: end - start, stride: leading.field.stride };
}

/**
 * The receptive fields of the layers that yield `values` (each after its sources) from an image.
 * A layer that is applied more than once is listed once, as it is first applied.
 *
 * @throws {TypeError} if an input is no image.
 */
export function receptiveFields(
  values: readonly SymbolicValue[],
  nameOf: (layer: Layer) => string,
): ReceptiveField[] {
  const fields = new Map<SymbolicValue, Windows>();
  const result = new Map<Layer, ReceptiveField>();
  for (const value of values) {
    const { layer, sources } = value;
    if (layer === undefined) {
      if (value.shape.length !== 3) {
        throw new TypeError(
          `receptiveFields: expected a model of images [height, width, channels], found an input of shape [${value.shape}]`,
        );
      }
      fields.set(value, [element, element]);
      continue;
    }
    const field = both((axis) =>
      around(sources.map((source) => ({
        field: seen(fields.get(source)![axis], windowsOf(layer, source.shape, value.shape)[axis]),
        units: pixels(source.shape)[axis],
      })))
    );
    fields.set(value, field);
    if (result.has(layer)) continue;
    const [y, x] = field;
    result.set(layer, {
      name: nameOf(layer),
      size: [y.size, x.size],
      stride: [y.stride, x.stride],
      center: [y.start + (y.size - 1) / 2, x.start + (x.size - 1) / 2],
    });
  }
  return [...result.values()];
}
