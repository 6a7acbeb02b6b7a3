import type { Preprocessing } from "../core/preprocessing.ts";
import type { ExampleTransform } from "../train/transform.ts";
import { Pipeline } from "./pipeline.ts";
import type { StepConfig } from "./steps.ts";

/**
 * What threads do to images by the steps of a pipeline: the module that {@linkcode mapOnThread} is given.
 * An example is an image's bytes, with its height and width as a second input.
 */
export default function ({ steps, channels }: {
  readonly steps: readonly StepConfig[];
  readonly channels: Preprocessing["channels"];
}): ExampleTransform {
  const pipeline = new Pipeline(steps);
  return ({ inputs: [pixels, size] }, _index, _epoch, random) => {
    const [height, width] = size!;
    const before = { height: height!, width: width!, data: pixels as Uint8Array<ArrayBuffer> };
    const { data } = pipeline.apply(before, random);
    return { inputs: [channels === "bgr" ? swapped(data) : data], targets: [] };
  };
}

/** Red, green and blue as blue, green and red. */
function swapped(rgb: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bgr = new Uint8Array(rgb.length);
  for (let i = 0; i < rgb.length; i += 3) {
    [bgr[i], bgr[i + 1], bgr[i + 2]] = [rgb[i + 2]!, rgb[i + 1]!, rgb[i]!];
  }
  return bgr;
}
