import { tapsByPhase } from "../../phases.ts";

/**
 * Along one axis, the image positions first, first + stride, …, `count` of them, which the same taps
 * of the kernel reach: `tap`, tap + tapStep, …, `taps` of them. Position `first` + i * stride gets
 * what tap number j yields from the output gradient at start + i - j * step.
 */
export interface Phase {
  readonly first: number;
  readonly count: number;
  readonly tap: number;
  readonly tapStep: number;
  readonly taps: number;
  readonly start: number;
  readonly step: number;
}

/** The phases of an axis: an output gradient o meets position o * stride - padding + tap * dilation. */
export function phasesOf(
  length: number,
  size: number,
  stride: number,
  padding: number,
  dilation: number,
): Phase[] {
  const { step: tapStep, phases } = tapsByPhase(size, stride, dilation);
  return Array.from({ length: Math.min(stride, length) }, (_, first): Phase => {
    const { first: tap, count: taps } = phases[(first + padding) % stride]!;
    return {
      first,
      count: Math.ceil((length - first) / stride),
      tap,
      tapStep,
      taps,
      start: taps === 0 ? 0 : (first + padding - tap * dilation) / stride,
      step: tapStep * dilation / stride,
    };
  });
}

/**
 * The frame of an output gradient of `length` elements that all phases stay in: how many elements
 * it has before the gradient's first (crops, if below 0), and in all.
 */
export function extentOf(
  phases: readonly Phase[],
  length: number,
): { before: number; length: number } {
  const reached = phases.filter(({ taps }) => taps > 0);
  if (reached.length === 0) return { before: 0, length };
  const low = Math.min(...reached.map(({ start, taps, step }) => start - (taps - 1) * step));
  const high = Math.max(...reached.map(({ start, count }) => start + count - 1));
  return { before: -low, length: high - low + 1 };
}
