/** The taps of a window that meet one phase of the stride: so many, from the first on. */
export interface PhaseTaps {
  readonly first: number;
  readonly count: number;
}

/**
 * Which taps of a window meet the positions of each phase, those equal modulo the stride: taps t with
 * t * dilation = phase modulo the stride, which are `step` apart. Both devices compute the gradient
 * of strided convolutions for their images by phases.
 */
export function tapsByPhase(
  size: number,
  stride: number,
  dilation: number,
): { readonly step: number; readonly phases: readonly PhaseTaps[] } {
  const step = stride / greatestCommonDivisor(stride, dilation);
  const phases = Array.from({ length: stride }, (_, phase): PhaseTaps => {
    for (let first = 0; first < Math.min(size, step); first++) {
      if ((first * dilation) % stride === phase) {
        return { first, count: Math.ceil((size - first) / step) };
      }
    }
    return { first: 0, count: 0 };
  });
  return { step, phases };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
