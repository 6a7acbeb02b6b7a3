import { ExpressionEmitter } from "../elementwise/expression.ts";
import { portableArithmetic } from "../elementwise/vector_loop.ts";
import { addressOf } from "../memory/address.ts";
import { storeLanes } from "../memory/lanes.ts";
import { plainTail, tailLoad } from "../product/tail.ts";
import type { Arguments } from "../stages/builder.ts";
import type { NativeTiles } from "../target.ts";
import type { Integer, Local, ModuleBuilder, Statement } from "../wasm/assembler.ts";
import { call, i32, v128 } from "../wasm/instructions.ts";
import type { Job } from "./job.ts";
import { nativeOutputs } from "./outputs_native.ts";
import { placeOf, type Positions, type TileGrid } from "./tiles.ts";
import { type Filtering, sideOf, transformOutputs } from "./transform.ts";

/** Stores the outputs of the tiles from `first` to before `end`, whose products are at `source`. */
export type OutputFunction = (
  args: Arguments,
  first: Integer,
  end: Integer,
  source: Integer,
) => Statement;

/** Emits the function that makes outputs of products, with the tail, and leaves out what is past the edges. */
export function outputFunction(
  module: ModuleBuilder,
  { result: [, height, width, channels], tail = plainTail }: Job,
  filtering: Filtering,
  grid: TileGrid,
  positions: Positions,
  native: NativeTiles | undefined,
): OutputFunction {
  const { outputs } = filtering,
    side = sideOf(filtering),
    pixel = channels * 4,
    line = width * pixel;
  const loads = tail.steps.filter((step) => step.kind === "load");
  const inputs = [...new Set(loads.map(({ input }) => input))];
  const types = [...inputs, ...tail.stores].map(() => "i32" as const);
  const whole = nativeOutputs(
    module,
    native,
    { line, pixel, channels },
    filtering,
    positions,
    tail,
  );
  const fn = module.function(["i32", "i32", "i32", ...types], (f, first, end, source, ...given) => {
    const input = (number: number): Local<"i32"> => given[inputs.indexOf(number)]!;
    const expression = new ExpressionEmitter(f, tail, input);
    f.count(first, end, 1, (tile) => {
      const place = placeOf(f, tile, grid, filtering);
      const start = addressOf(
        f,
        0,
        [place.image, height * line],
        [place.row, line],
        [place.column, pixel],
      );
      const left = {
        rows: f.local(i32.sub(height, place.row)),
        columns: f.local(i32.sub(width, place.column)),
      };
      /** Emits what is done for output `number` of a side, if there are so many before the edge. */
      const unlessPast = (size: number, left: Integer, number: number, body: () => void) =>
        number === 0 || size % outputs === 0 ? body() : f.if(i32.ltU(number, left), body);
      const vector = (offset: Integer, lanes: number) =>
        f.scope(() => {
          const from = f.local(i32.add(source, offset)), at = f.local(i32.add(start, offset));
          const vectors = portableArithmetic(f);
          const columns = Array.from({ length: side }, (_, x) => {
            const loaded = Array.from(
              { length: side },
              (_, y) => f.local(v128.load(from, (y * side + x) * positions.position)),
            );
            return transformOutputs(vectors, filtering, loaded);
          });
          for (let y = 0; y < outputs; y++) {
            unlessPast(height, left.rows, y, () =>
              f.scope(() => {
                const row = columns.map((column) => column[y]!);
                transformOutputs(vectors, filtering, row).forEach((result, x) =>
                  unlessPast(width, left.columns, x, () =>
                    f.scope(() => {
                      const there = y * line + x * pixel;
                      const values = expression.emit({
                        result,
                        load: (step) =>
                          tailLoad(
                            step,
                            input(step.input),
                            i32.add(at, there),
                            offset,
                          ),
                      });
                      values.forEach((value, store) => {
                        const base = given[inputs.length + store]!;
                        storeLanes(f, i32.add(i32.add(base, at), there), f.local(value), lanes);
                      });
                    }))
                );
              }));
          }
        });
      const portable = () => {
        const vectors = Math.floor(channels / 4);
        f.count(0, vectors * 16, 16, (offset) => vector(offset, 4));
        if (channels % 4 !== 0) vector(i32.constant(vectors * 16), channels % 4);
      };
      if (whole === undefined) portable();
      else {
        const isWhole = (size: number, left: Integer) =>
          size % outputs === 0 ? i32.constant(1) : i32.ltU(outputs - 1, left);
        f.if(
          i32.and(isWhole(height, left.rows), isWhole(width, left.columns)),
          () => {
            const places = loads.map(({ input: number, view: { offset, strides: [row] } }) =>
              addressOf(f, i32.add(input(number), offset * 4), [start, row === 0 ? 0 : 1])
            );
            const to = f.local(i32.add(given[inputs.length]!, start));
            whole(f, [source, to, ...places], i32.constant(1));
          },
          portable,
        );
      }
      f.increase(source, positions.row);
    });
  });
  return (args, first, end, source) =>
    call(
      fn,
      first,
      end,
      source,
      ...inputs.map((number) => args.input(number)),
      ...tail.stores.map((_, store) => args.output(store)),
    );
}
