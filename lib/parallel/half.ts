/**
 * Numbers as f16, scaled by a power of two so that the largest uses its range: gradients are small.
 * A message is the scale as f32, and then the numbers.
 *
 * @module
 */

/** Bytes of a message of so many numbers, a multiple of 4. */
export const halfBytes = (count: number): number => 4 + Math.ceil(count / 2) * 4;

/** f16 ends at 65,504; a power of two below leaves room for rounding. */
const largest = 2 ** 15;

/** Writes numbers as a message. */
export function toHalf(numbers: Float32Array, message: Uint8Array<ArrayBuffer>): void {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) {
    const size = Math.abs(numbers[i]!);
    if (size > most) most = size;
  }
  const isUsual = most > 0 && most < Infinity;
  const scale = isUsual ? 2 ** Math.min(100, Math.floor(Math.log2(largest / most))) : 1;
  const { scales, halves } = partsOf(message, numbers.length);
  scales[0] = scale;
  for (let i = 0; i < numbers.length; i++) halves[i] = numbers[i]! * scale;
}

/** Puts the numbers of a message in place of others, or adds them. */
export function fromHalf(
  message: Uint8Array<ArrayBuffer>,
  numbers: Float32Array,
  adds: boolean,
): void {
  const { scales, halves } = partsOf(message, numbers.length), factor = 1 / scales[0]!;
  if (adds) { for (let i = 0; i < numbers.length; i++) numbers[i]! += halves[i]! * factor; }
  else for (let i = 0; i < numbers.length; i++) numbers[i] = halves[i]! * factor;
}

function partsOf({ buffer, byteOffset }: Uint8Array<ArrayBuffer>, count: number) {
  return {
    scales: new Float32Array(buffer, byteOffset, 1),
    halves: new Float16Array(buffer, byteOffset + 4, count),
  };
}
