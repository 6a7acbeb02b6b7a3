import type { Shape } from "../core/shape.ts";
import type { Pair } from "../graph/kernel.ts";
import type { Layer } from "./layer.ts";
import type { SymbolicValue } from "./symbolic.ts";
import { both, element, type LayerWindow, type LayerWindows } from "./window.ts";

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

/** Height and width of an image; a vector counts as a single pixel. */
const pixels = (shape: Shape): Pair => shape.length === 3 ? [shape[0]!, shape[1]!] : [1, 1];

/** What a layer reads of one of its inputs. An input of one pixel (a gate) is the same for all. */
function windowsOf({ type, config }: Layer, from: Shape, to: Shape): LayerWindows {
  const [before, after] = [pixels(from), pixels(to)];
  return type.window?.(config, before) ??
    both((axis) =>
      type.pointwise && before[axis] === after[axis] ? element : { ...element, size: before[axis] }
    );
}

/** What is seen of the image through a window over a layer that sees `field` of it. */
const seen = (field: LayerWindow, window: LayerWindow): LayerWindow => ({
  start: field.start + window.start * field.stride,
  size: field.size + (window.size - 1) * field.stride,
  stride: field.stride * window.stride,
});

/** The field around several, of which the one with most units says how they move. */
function around(
  parts: readonly { readonly field: LayerWindow; readonly units: number }[],
): LayerWindow {
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
  const fields = new Map<SymbolicValue, LayerWindows>();
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
