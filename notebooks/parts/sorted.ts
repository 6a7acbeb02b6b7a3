import { arrayDataset, type Dataset, Random } from "../../mod.ts";

/** The pictures in an order in which each batch of 16 has two classes, eight pictures of each. */
export function sorted(data: Dataset, seed: number): Dataset {
  const size = 8, random = new Random(seed);
  const labelOf = (index: number) => data.get(index).targets[0]![0]!;
  const byClass = Map.groupBy(Array.from({ length: data.length }, (_, i) => i), labelOf);
  const blocks = [...byClass.values()].flatMap((indices) =>
    Array.from(
      { length: Math.floor(indices.length / size) },
      (_, k) => indices.slice(k * size, (k + 1) * size),
    )
  );
  const indices = [...random.permutation(blocks.length)].flatMap((place) => blocks[place]!);
  const shape = data.inputs[0]!.shape, length = shape.reduce((a, b) => a * b);
  const pixels = new Uint8Array(indices.length * length);
  indices.forEach((index, row) =>
    pixels.set(data.get(index).inputs[0] as Uint8Array, row * length)
  );
  return arrayDataset({
    inputs: { data: pixels, shape },
    targets: Int32Array.from(indices, labelOf),
    ...data.classes !== undefined && { classes: data.classes },
    ...data.normalization !== undefined && { normalization: data.normalization },
  });
}
