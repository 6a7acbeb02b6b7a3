import type { Pair } from "../graph/kernel.ts";

/** What a unit of a layer reads along one axis: the first unit's first element, how many, the step. */
export interface LayerWindow {
  /** The first element; negative in the padding. */
  readonly start: number;
  /** How many elements. */
  readonly size: number;
  /** How far the next unit's lies from it. */
  readonly stride: number;
}

/** What a unit reads down and across. */
export type LayerWindows = readonly [down: LayerWindow, across: LayerWindow];

/** The window that is an element. */
export const element: LayerWindow = { start: 0, size: 1, stride: 1 };

/** A window for each axis. */
export const both = (window: (axis: 0 | 1) => LayerWindow): LayerWindows => [window(0), window(1)];

/** The window of `size` that moves by `stride` over an image with padding at the top, .., right. */
export const moving = (
  size: Pair,
  stride: Pair,
  padding: readonly [number, number, number, number],
): LayerWindows =>
  both((axis) => ({ start: -padding[2 * axis]!, size: size[axis], stride: stride[axis] }));
