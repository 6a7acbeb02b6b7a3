import { leaf } from "../../../lib/graph/node.ts";
import type { Node } from "../../../lib/graph/node.ts";
import type { Layer } from "../../../lib/nn/layer.ts";
import { Tensor } from "../../../lib/tensor/tensor.ts";
import { record } from "../../../lib/tensor/tracing.ts";
import type { Shape } from "../../../lib/core/shape.ts";
import { evaluate } from "../../reference.ts";

/** What a layer yields for one example: its shape and numbers, by the reference evaluator. */
export function call(
  layer: Layer,
  shape: Shape,
  x: readonly number[],
  given: Readonly<Record<string, readonly number[]>> = {},
): { shape: Shape; data: number[] } {
  layer.infer([shape], "");
  const input = leaf([1, ...shape], "f32");
  const data = new Map<Node, Float64Array>([[input, Float64Array.from(x)]]);
  const weights = Object.fromEntries(
    Object.entries(layer.weights).map(([name, { shape }]) => {
      const node = leaf(shape, "f32");
      data.set(node, Float64Array.from(given[name]!));
      return [name, new Tensor(node)];
    }),
  );
  const context = { training: false, random: () => new Tensor(input), update: () => {} };
  const result = record(() => layer.type.call([new Tensor(input)], weights, layer.config, context));
  return { shape: result.shape.slice(1), data: [...evaluate([result.node], data)[0]!] };
}

/** 0, 1, 2 and so on. */
export const count = (size: number): number[] => Array.from({ length: size }, (_, i) => i);
