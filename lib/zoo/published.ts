import { checkParts } from "../core/errors.ts";
/**
 * What has been published for networks: how images are prepared, accuracy, and weights.
 *
 * @module
 */
import type { SquarePreprocessing } from "../core/preprocessing.ts";

/** torchvision's and timm's: RGB in units of the standard deviation over ImageNet. */
export const imageNetRgb: SquarePreprocessing = {
  resize: 256,
  crop: 224,
  channels: "rgb",
  normalization: { mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225] },
};

/** That of weights that came from TensorFlow: RGB from -1 to 1. */
export const symmetricRgb: SquarePreprocessing = {
  ...imageNetRgb,
  normalization: { mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5] },
};

/** Caffe's: BGR from 0 to 255, less the mean colour of ImageNet. */
export const caffeBgr: SquarePreprocessing = {
  ...imageNetRgb,
  channels: "bgr",
  normalization: {
    mean: [104 / 255, 117 / 255, 123 / 255],
    standardDeviation: [1 / 255, 1 / 255, 1 / 255],
  },
};

/** Digits: from 0 (background) to 1 (ink). */
export const digits: SquarePreprocessing = {
  channels: "gray",
  normalization: { mean: [0], standardDeviation: [1] },
};

/** Published accuracy of a net, in percent of images. */
export interface Published {
  /** Images whose most probable class is right. */
  readonly top1?: number;
  /** Images whose class is among the five most probable. */
  readonly top5?: number;
  /** Which weights or paper, and how it was measured. */
  readonly source: string;
}

/** Weights that somebody has published, to be given to `loadWeights`. */
export class PublishedWeights {
  /** The network, by its name in the zoo. */
  readonly model: string;
  /** What they were trained on. */
  readonly data: "imagenet" | "cifar10";
  /** Who published them, and for what program. */
  readonly source: string;
  /** Where they are. */
  readonly url: string;
  /** The data set's or project's folder in the cache and in a mirror. */
  readonly folder: string;
  /** The digest's algorithm, and as many of its hexadecimal digits as were published. */
  readonly digest: { readonly algorithm: "sha256" | "sha1"; readonly hex: string };
  /** Tensors of the file that the network need not have: auxiliary heads. */
  readonly ignore: RegExp | undefined;

  /**
   * The weights in a file; `publishedWeights` finds those of a network of the zoo. By default they
   * are of ImageNet, and the file's name ends in the first digits of its SHA-256.
   */
  constructor(
    file:
      & Pick<PublishedWeights, "model" | "source" | "url">
      & Partial<Pick<PublishedWeights, "data" | "folder" | "ignore">>
      & { readonly sha1?: string },
  ) {
    const parts = ["model", "source", "url"], finder = "publishedWeights() finds those of the zoo";
    checkParts("PublishedWeights", file, parts, finder);
    const named = /-([0-9a-f]{8,})\.[a-z]+$/.exec(file.url);
    if (!named && file.sha1 === undefined) {
      throw new RangeError(
        `PublishedWeights: expected sha1, or a url that ends as -0676ba61.pth, found ${file.url}`,
      );
    }
    this.model = file.model;
    this.data = file.data ?? "imagenet";
    this.source = file.source;
    this.url = file.url;
    this.folder = file.folder ?? "weights";
    this.digest = {
      algorithm: file.sha1 === undefined ? "sha256" : "sha1",
      // PyTorch's hub has the first digits of the SHA-256 in each name.
      hex: file.sha1 ?? named![1]!,
    };
    this.ignore = file.ignore;
  }

  /** The file's name. */
  get file(): string {
    return this.url.slice(this.url.lastIndexOf("/") + 1);
  }
}

/** Where the weights of a network are. */
export type WeightsOrigin = Omit<ConstructorParameters<typeof PublishedWeights>[0], "model">;

/** torchvision's first weights of a network, and their accuracy on ImageNet's validation set. */
export const torchvision = (name: string, top1: number, top5: number, ignore?: RegExp) => ({
  preprocessing: imageNetRgb,
  published: { top1, top5, source: "torchvision 0.29, IMAGENET1K_V1, one crop" },
  weights: {
    source: "torchvision, IMAGENET1K_V1",
    url: `https://download.pytorch.org/models/${name}.pth`,
    ignore,
  },
});

/** timm's legacy weights of a network, and their accuracy on ImageNet's validation set. */
export const timm = (name: string, top1: number, top5: number) => ({
  preprocessing: imageNetRgb,
  published: { top1, top5, source: "timm, legacy weights, one crop" },
  weights: {
    source: "timm, legacy_se…",
    url: `https://github.com/rwightman/pytorch-image-models/releases/download/${name}.pth`,
  },
});

/** The accuracy of an error rate, with the digits that were published. */
export const fromError = (percent: number): number => Number((100 - percent).toFixed(2));
