import type { Preprocessing } from "../core/preprocessing.ts";

/** torchvision's and timm's: RGB in units of the standard deviation over ImageNet. */
export const imageNetRgb: Preprocessing = {
  resize: 256,
  crop: 224,
  channels: "rgb",
  normalization: { mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225] },
};

/** That of weights that came from TensorFlow: RGB from -1 to 1. */
export const symmetricRgb: Preprocessing = {
  ...imageNetRgb,
  normalization: { mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5] },
};

/** Caffe's: BGR from 0 to 255, less the mean colour of ImageNet. */
export const caffeBgr: Preprocessing = {
  ...imageNetRgb,
  channels: "bgr",
  normalization: {
    mean: [104 / 255, 117 / 255, 123 / 255],
    standardDeviation: [1 / 255, 1 / 255, 1 / 255],
  },
};

/** Digits: from 0 (background) to 1 (ink). */
export const digits: Preprocessing = {
  channels: "gray",
  normalization: { mean: [0], standardDeviation: [1] },
};
