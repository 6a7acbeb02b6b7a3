import { constant } from "../nn/initializer.ts";
import { radialBasis } from "../nn/layers/radial_basis.ts";
import { scaledTanh } from "../nn/layers/scaled_tanh.ts";
import { selectChannels } from "../nn/layers/select_channels.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import { model } from "../train/make_model.ts";
import type { Model } from "../train/model.ts";
import { bitmapSize, digitBitmap } from "./digit_bitmaps.ts";
import { type ArchitectureOptions, digitSchema, settingsOf } from "./architecture_options.ts";
import { ZooEntry } from "./entry.ts";
import { paper } from "./lenet5.ts";

/** A set of neighbours, in a ring of six maps. */
const ring = (start: number, ...steps: number[]) => steps.map((step) => (start + step) % 6);

/**
 * Which of the six maps of S2 each of the sixteen of C3 reads (the paper's table I): three
 * neighbours, four neighbours, two pairs, or all. Maps that read as many go together.
 */
const table: readonly (readonly (readonly number[])[])[] = [
  [0, 1, 2, 3, 4, 5].map((i) => ring(i, 0, 1, 2)),
  [0, 1, 2, 3, 4, 5].map((i) => ring(i, 0, 1, 2, 3)),
  [0, 1, 2].map((i) => ring(i, 0, 1, 3, 4)),
  [[0, 1, 2, 3, 4, 5]],
];

/** The paper's first weights spread with the number of inputs of a unit. */
const kernelInitializer = "lecunUniform";

/**
 * LeNet-5 as it was in 1998, with 60,000 learnt parameters: pooling (S2, S4) with a learnt factor
 * and bias for each map, a third layer of which each map reads only some (C3), a scaled hyperbolic
 * tangent, and outputs (radial basis functions) that compare 84 units with fixed bitmaps of the
 * digits. The model yields minus the squared distances: with the cross-entropy that is the paper's
 * loss (equation 9) but for its constant. Images of 28x28 are padded to the paper's 32x32.
 *
 * It is for the ten digits alone: other `classes` or another `width` are an error.
 *
 * The paper's images are white (-0.1) with black ink (1.175), which keeps the mean near 0.
 * {@linkcode lenet5} is the net as it is common now.
 *
 * Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
 * recognition", Proceedings of the IEEE 86, 1998, section II-B.
 *
 * ```ts
 * import { lenet1998 } from "@striate/striate";
 * const net = lenet1998();
 * console.log(net.parameters); // 60000
 * ```
 */
export function lenet1998(given: ArchitectureOptions = {}): Model {
  const { image, classes, width, seed } = settingsOf("lenet1998", given, digitSchema, 28);
  if (classes !== 10 || width !== 1) {
    throw new RangeError(
      "lenet1998: expected 10 classes and width 1, as its outputs compare with the bitmaps of the " +
        `digits, found ${classes} and ${width}; lenet5 takes any`,
    );
  }
  const padding = image.shape[0]! < 32 ? "same" : "valid";
  const activate = (x: SymbolicValue, name: string) =>
    x.apply(scaledTanh({ name: `${name}.tanh` }));
  let x = activate(image.conv2d(6, 5, { padding, kernelInitializer, name: "c1" }), "c1");
  x = activate(learntPool(x, "s2"), "s2");
  x = activate(sparseConvolution(x, "c3"), "c3");
  x = activate(learntPool(x, "s4"), "s4");
  x = activate(x.conv2d(120, 5, { kernelInitializer, name: "c5" }), "c5").flatten();
  x = activate(x.dense(bitmapSize, { kernelInitializer, name: "f6" }), "f6");
  const net = model(image, x.apply(radialBasis(10, { name: "output" })), { seed });
  const centers = Array.from({ length: 10 }, (_, digit) => digitBitmap(digit));
  net.weight("output.centers").assign(
    Float32Array.from({ length: 10 * bitmapSize }, (_, i) => centers[i % 10]![Math.floor(i / 10)]!),
  );
  return net;
}

/** The mean of 2x2 pixels, times a learnt factor, plus a learnt bias: two parameters a map. */
function learntPool(x: SymbolicValue, name: string): SymbolicValue {
  const groups = x.shape[2]!;
  return x.averagePool2d(2, { name: `${name}.mean` })
    .conv2d(groups, 1, { groups, kernelInitializer: constant(1), name });
}

/** Sixteen 5x5 filters of which each reads the maps of the table: convolutions in groups. */
function sparseConvolution(x: SymbolicValue, name: string): SymbolicValue {
  const [first, ...rest] = table.map((sets, i) => {
    const part = `${name}.${i}`;
    return x.apply(selectChannels(sets.flat(), { name: `${part}.maps` }))
      .conv2d(sets.length, 5, { groups: sets.length, kernelInitializer, name: part });
  });
  return first!.concatenate(rest, { name });
}

export const networks: readonly ZooEntry[] = [
  new ZooEntry({
    name: "lenet5-1998",
    build: lenet1998,
    paper,
    // Background -0.1 and ink 1.175.
    preprocessing: {
      channels: "gray",
      normalization: { mean: [0.1 / 1.275], standardDeviation: [1 / 1.275] },
    },
    published: { top1: 99.05, source: "the paper's section III-B, 60,000 images, no distortions" },
  }),
];
