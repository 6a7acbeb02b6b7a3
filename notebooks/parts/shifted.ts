import type { Dataset } from "../../mod.ts";

/** Grey pictures moved to the right by some pixels; what comes in at the left is black. */
export function shifted(pictures: Dataset, by: number): Dataset {
  const [, width] = pictures.inputs[0]!.shape as [number, number];
  return pictures.map(({ inputs: [pixels], targets }) => ({
    inputs: [
      Uint8Array.from(pixels!, (_, i) => i % width < by ? 0 : pixels![i - by]!),
    ],
    targets,
  }), pictures.normalization === undefined ? {} : { normalization: pictures.normalization });
}
