import { identityShortcut } from "../nn/layers/identity_shortcut.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import { convolution } from "./blocks.ts";

/** A block's branch: what is added to its input. Its layers' names begin with `name`. */
export type Branch = (
  x: SymbolicValue,
  name: string,
  stage: number,
  stride: number,
) => SymbolicValue;

/** A block's input in the shape of what is added to it. */
export type Shortcut = (
  x: SymbolicValue,
  name: string,
  filters: number,
  stride: number,
) => SymbolicValue;

/**
 * The stages of a residual net: `counts` blocks each, all but the first stage halve the image.
 * Without shortcuts it is a plain net.
 */
export function residualStages(
  x: SymbolicValue,
  counts: readonly number[],
  branch: Branch,
  shortcut: Shortcut | undefined,
): SymbolicValue {
  counts.forEach((count, stage) => {
    for (let i = 0; i < count; i++) {
      const name = `layer${stage + 1}.${i}`;
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const y = branch(x, name, stage, stride);
      const kept = shortcut?.(x, name, y.shape[2]!, stride);
      x = (kept ? y.add(kept, { name: `${name}.add` }) : y).relu({ name: `${name}.relu` });
    }
  });
  return x;
}

/** Shortcuts free of parameters: pixels are left out where an image is halved, and zeros are its new channels. */
export const identity: Shortcut = (x, name, filters, stride) =>
  stride === 1 ? x : x.apply(identityShortcut(filters, stride, { name: `${name}.shortcut` }));

/** Shortcuts that are projected where the shape changes, by a `window` where they halve an image. */
export const projected = (window: 1 | 3): Shortcut => (x, name, filters, stride) => {
  if (stride === 1 && x.shape[2] === filters) return x;
  const kernelSize = stride === 1 ? 1 : window, padding = (kernelSize - 1) / 2;
  return convolution(x, `${name}.downsample.0`, filters, kernelSize, { stride, padding })
    .batchNorm({ name: `${name}.downsample.1` });
};

/** Two 3x3 convolutions: the branch of ResNet-18 and 34. */
export function basicBranch(
  x: SymbolicValue,
  name: string,
  filters: number,
  stride: number,
): SymbolicValue {
  const y = convolution(x, `${name}.conv1`, filters, 3, { stride, padding: 1 })
    .batchNorm({ name: `${name}.bn1` }).relu({ name: `${name}.relu1` });
  return convolution(y, `${name}.conv2`, filters, 3, { padding: 1 })
    .batchNorm({ name: `${name}.bn2` });
}

/** Which convolution of a bottleneck halves the image, and its sizes. */
export interface BottleneckOptions {
  /** Filters of the three convolutions. */
  readonly filters: readonly [number, number, number];
  readonly stride: number;
  /** Whether the first (1x1) convolution halves the image, not the second (3x3). */
  readonly early?: boolean;
  /** Groups of the second convolution; 1 by default. */
  readonly groups?: number;
}

/** A 1x1, a 3x3 and a 1x1 convolution: the branch of ResNet-50 and deeper nets. */
export function bottleneckBranch(
  x: SymbolicValue,
  name: string,
  { filters, stride, early = false, groups = 1 }: BottleneckOptions,
): SymbolicValue {
  const [first, second] = early ? [stride, 1] : [1, stride];
  const y = convolution(x, `${name}.conv1`, filters[0], 1, { stride: first! })
    .batchNorm({ name: `${name}.bn1` }).relu({ name: `${name}.relu1` });
  const z = convolution(y, `${name}.conv2`, filters[1], 3, { stride: second!, padding: 1, groups })
    .batchNorm({ name: `${name}.bn2` }).relu({ name: `${name}.relu2` });
  return convolution(z, `${name}.conv3`, filters[2], 1).batchNorm({ name: `${name}.bn3` });
}
