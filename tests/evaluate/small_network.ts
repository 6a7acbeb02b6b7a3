/** A network and some images that the tests of evaluations share. */
import { evaluateImages, type EvaluateImagesOptions } from "../../lib/evaluate/evaluate.ts";
import type { ImageSource } from "../../lib/images/image_source.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { images } from "../images/files.ts";

export const preprocessing = {
  resize: 12,
  crop: 8,
  channels: "bgr",
  normalization: { mean: [0.4, 0.5, 0.6], standardDeviation: [0.25, 0.25, 0.25] },
} as const;
export const net = () => sequential([8, 8, 3], { seed: 3 }).conv2d(6, 3).relu().flatten().dense(7);
export const names = [...images.keys()];

/** The images of the fixtures, with a corrupt one in the middle. */
export function source(read: string[] = []): ImageSource {
  const list = [...names.slice(0, 5), "bad.jpg", ...names.slice(5)];
  return {
    name: "fixtures",
    length: list.length,
    classes: undefined,
    images: () =>
      list.map((name, i) => ({
        name,
        label: i % 7,
        read: () => {
          read.push(name);
          return Promise.resolve(images.get(name)?.slice() ?? new Uint8Array([1, 2]));
        },
      })),
  };
}

export const evaluate = (options: Partial<EvaluateImagesOptions> = {}, from = source()) =>
  evaluateImages(net(), from, { preprocessing, batchSize: 4, threads: 1, ...options });
