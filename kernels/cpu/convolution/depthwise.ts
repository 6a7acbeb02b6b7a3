/**
 * Depthwise convolutions: each filter reads one channel, so that there is no product of matrices, but
 * vectors run along the channels, of pixels and of taps alike.
 *
 * @module
 */
import { sizeOf } from "../../../lib/core/shape.ts";
import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { ExpressionEmitter } from "../elementwise/expression.ts";
import { addressOf } from "../memory/address.ts";
import { storeLanes } from "../memory/lanes.ts";
import { type RowAxis, stepsOf, type SumAxis } from "../product/axes.ts";
import type { Product } from "../product/product.ts";
import { plainTail, tailLoad } from "../product/tail.ts";
import type { Part } from "../stages/parts.ts";
import { partOfUnits } from "../stages/units.ts";
import { overChannels } from "../window/walk.ts";
import type { FunctionBuilder, Integer } from "../wasm/assembler.ts";
import { f32x4, i32, v128 } from "../wasm/instructions.ts";

/** Multiply-adds that a task does, about. */
const taskSize = 32768;

/** Most taps that are written out one after another. */
const mostWritten = 25;

/** Whether each channel of the image has a filter of its own; not where there is nothing to compute. */
export function isDepthwise({ image, kernel, output, geometry }: ConvolutionKernel): boolean {
  const { groups } = geometry;
  return groups >= 4 && groups === image[3] && groups === kernel[3] &&
    sizeOf(kernel) * sizeOf(output) > 0;
}

/**
 * The part that computes a product (see `convolutionProduct`) whose groups have one channel and one filter
 * each. Its rows are images, rows and columns of windows; it sums over rows and columns of taps.
 */
export function depthwisePart(product: Product): Part {
  const { groups: { count: channels }, rows: axes, tail = plainTail } = product;
  const [images, rows, columns] = axes as [RowAxis, RowAxis, RowAxis];
  const perUnit = Math.max(1, stepsOf(product.reduction)) * columns.count * channels;
  return partOfUnits(images.count * rows.count, taskSize / perUnit, (f, args) => {
    const expression = new ExpressionEmitter(f, tail, args.input);
    const [a, b] = [f.local(product.a(args)), f.local(product.b(args))];
    return (unit) => {
      const image = f.local(i32.divU(unit, rows.count));
      const row = f.local(i32.remU(unit, rows.count));
      const at = addressOf(f, a, [image, images.a], [row, rows.a]);
      const place = addressOf(
        f,
        i32.constant(product.resultOffset),
        [image, images.result],
        [row, rows.result],
      );
      f.count(0, columns.count, 1, () => {
        overChannels(f, channels, (offset, lanes) => {
          f.scope(() => {
            const sums = lanes.map(() => f.local(f32x4.constant(0)));
            overTaps(f, product, [i32.add(at, offset), i32.add(b, offset)], (pixel, weight, to) => {
              sums.forEach((sum, v) => {
                const x = v128.load(pixel, to.a + v * 16);
                f.set(sum, f32x4.madd(x, v128.load(weight, to.b + v * 16), sum));
              });
            });
            const here = f.local(i32.add(place, offset));
            sums.forEach((sum, v) =>
              f.scope(() => {
                const values = expression.emit({
                  result: sum,
                  load: (load) => tailLoad(load, args.input(load.input), here, offset, v * 16),
                });
                values.forEach((value, store) => {
                  const to = i32.add(args.output(store), here);
                  storeLanes(f, to, f.local(value), lanes[v]!, v * 4);
                });
              })
            );
          });
        });
        f.increase(at, columns.a);
        f.increase(place, columns.result);
      });
    };
  });
}

/** Calls `body` for each tap with the addresses of its pixel and its weight, and bytes to be added. */
function overTaps(
  f: FunctionBuilder,
  { reduction }: Product,
  [image, kernel]: readonly [Integer, Integer],
  body: (
    pixel: Integer,
    weight: Integer,
    bytes: { readonly a: number; readonly b: number },
  ) => void,
): void {
  const [down, across] = reduction as [SumAxis, SumAxis];
  const pixel = f.local(image), weight = f.local(kernel);
  const row = (y: number) => {
    for (let x = 0; x < across.count; x++) {
      body(pixel, weight, { a: y * down.a + x * across.a, b: y * down.b + x * across.b });
    }
  };
  if (down.count * across.count <= mostWritten) {
    for (let y = 0; y < down.count; y++) row(y);
    return;
  }
  f.count(0, down.count, 1, () => {
    row(0);
    f.increase(pixel, down.a);
    f.increase(weight, down.b);
  });
}
