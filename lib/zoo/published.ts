import type { Normalization } from "../nn/preprocess.ts";

/** How images are prepared for a net with published weights. */
export interface Preprocessing {
  /** The shorter side after scaling, in pixels; undefined where images are taken as they are. */
  readonly resize?: number;
  /** Side of the square cut out of the middle, in pixels. */
  readonly crop?: number;
  /** Order of the channels that the weights expect. */
  readonly channels: "rgb" | "bgr" | "gray";
  /** Constants of each channel, in the order of `channels`, in units of pixel / 255. */
  readonly normalization: Normalization;
}

/** Published accuracy of a net, in percent of images. */
export interface Published {
  /** Images whose most probable class is right. */
  readonly top1?: number;
  /** Images whose class is among the five most probable. */
  readonly top5?: number;
  /** Which weights or paper, and how it was measured. */
  readonly source: string;
}

const rgb = {
  mean: [0.485, 0.456, 0.406],
  standardDeviation: [0.229, 0.224, 0.225],
};

/** torchvision's and timm's: RGB in units of the standard deviation over ImageNet. */
export const imageNetRgb: Preprocessing = {
  resize: 256,
  crop: 224,
  channels: "rgb",
  normalization: rgb,
};

/** That of weights that came from TensorFlow: RGB from -1 to 1. */
export const symmetricRgb: Preprocessing = {
  ...imageNetRgb,
  normalization: { mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5] },
};

/** Caffe's: BGR from 0 to 255, less the mean colour of ImageNet. */
export const caffeBgr: Preprocessing = {
  resize: 256,
  crop: 224,
  channels: "bgr",
  normalization: {
    mean: [104 / 255, 117 / 255, 123 / 255],
    standardDeviation: [1 / 255, 1 / 255, 1 / 255],
  },
};

/** CIFAR images as the published CIFAR ResNets see them: ImageNet's constants, no resizing. */
export const cifarRgb: Preprocessing = { channels: "rgb", normalization: rgb };

/** Digits: from 0 (background) to 1 (ink). */
export const digits: Preprocessing = {
  channels: "gray",
  normalization: { mean: [0], standardDeviation: [1] },
};

/** Digits as in 1998: background -0.1 and ink 1.175, which keeps the mean near 0. */
export const digits1998: Preprocessing = {
  channels: "gray",
  normalization: { mean: [0.1 / 1.275], standardDeviation: [1 / 1.275] },
};

/** The papers, by what came first in each. */
export const papers = {
  lenet: "LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document " +
    "recognition, Proceedings of the IEEE 86, 1998",
  alexnet: "Krizhevsky, Sutskever and Hinton, ImageNet classification with deep convolutional " +
    "neural networks, NIPS 2012",
  oneTower: "Krizhevsky, One weird trick for parallelizing convolutional neural networks, 2014, " +
    "arXiv 1404.5997",
  zfnet: "Zeiler and Fergus, Visualizing and understanding convolutional networks, ECCV 2014, " +
    "arXiv 1311.2901",
  vgg: "Simonyan and Zisserman, Very deep convolutional networks for large-scale image " +
    "recognition, ICLR 2015, arXiv 1409.1556",
  googlenet: "Szegedy et al., Going deeper with convolutions, CVPR 2015, arXiv 1409.4842",
  inceptionV3: "Szegedy et al., Rethinking the Inception architecture for computer vision, " +
    "CVPR 2016, arXiv 1512.00567",
  resnet: "He, Zhang, Ren and Sun, Deep residual learning for image recognition, CVPR 2016, " +
    "arXiv 1512.03385",
  resnext:
    "Xie, Girshick, Dollár, Tu and He, Aggregated residual transformations for deep neural " +
    "networks, CVPR 2017, arXiv 1611.05431",
  senet: "Hu, Shen and Sun, Squeeze-and-excitation networks, CVPR 2018, arXiv 1709.01507",
  squeezenet: "Iandola et al., SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and " +
    "<0.5MB model size, 2016, arXiv 1602.07360",
} as const;
