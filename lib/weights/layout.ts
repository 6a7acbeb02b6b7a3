import type { TensorData } from "../core/dtype.ts";
import { sizeOf } from "../core/shape.ts";
import type { WeightTensor } from "./weight_file.ts";

/** Numbers that are read at once: what is turned round is not held twice. */
const blockSize = 1 << 20;

/**
 * Gives memory back at once. The collector lets hundreds of megabytes lie that nothing refers to, and
 * a large model would be held twice.
 */
export function release(data: TensorData): void {
  data.buffer.transfer(0);
}

/**
 * The numbers of a kernel stored as [outputs, channels, height, width], in the order [height, width,
 * channels, outputs]: the convolution's OIHW becomes HWIO, a dense layer's [out, in] becomes [in,
 * out], and where that layer follows a flatten, its inputs change from CHW to HWC.
 */
export async function readOutputsLast(
  tensor: WeightTensor,
  outputs: number,
  [channels, height, width]: readonly [number, number, number],
): Promise<Float32Array<ArrayBuffer>> {
  const inputs = channels * height * width;
  const result = new Float32Array(sizeOf(tensor.shape));
  const rows = Math.max(1, Math.floor(blockSize / inputs));
  for (let first = 0; first < outputs; first += rows) {
    const count = Math.min(rows, outputs - first);
    const block = await tensor.read(first * inputs, (first + count) * inputs);
    for (let channel = 0, from = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < height * width; pixel++, from++) {
        let to = (pixel * channels + channel) * outputs + first;
        for (let at = from; at < block.length; at += inputs) result[to++] = block[at]!;
      }
    }
    release(block);
  }
  return result;
}
