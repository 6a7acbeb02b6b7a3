/**
 * Weights that others have published for the networks of the zoo.
 *
 * @module
 */
import { unknownName } from "../core/suggest.ts";

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

  /** An entry of the list; {@linkcode publishedWeights} finds one. */
  constructor(row: Row) {
    this.model = row.model;
    this.data = row.data ?? "imagenet";
    this.source = row.source;
    this.url = row.url;
    this.folder = row.folder ?? "weights";
    this.digest = {
      algorithm: row.sha1 === undefined ? "sha256" : "sha1",
      // PyTorch's hub has the first digits of the SHA-256 in each name.
      hex: row.sha1 ?? /-([0-9a-f]{8,})\.[a-z]+$/.exec(row.url)![1]!,
    };
    this.ignore = row.ignore;
  }

  /** The file's name. */
  get file(): string {
    return this.url.slice(this.url.lastIndexOf("/") + 1);
  }
}

interface Row {
  readonly model: string;
  readonly data?: "cifar10";
  readonly source: string;
  readonly url: string;
  readonly folder?: string;
  readonly sha1?: string;
  readonly ignore?: RegExp;
}

const pytorch = "https://download.pytorch.org/models/";
const timm = "https://github.com/rwightman/pytorch-image-models/releases/download/";
const akamaster =
  "https://github.com/akamaster/pytorch_resnet_cifar10/raw/d5489e8995e81e91ce6b1d69dcc98ad579b0b153/" +
  "pretrained_models/";

const list: readonly PublishedWeights[] = [
  ...([
    ["alexnet", "alexnet-owt-7be5be79"],
    ["vgg11", "vgg11-8a719046"],
    ["vgg11-bn", "vgg11_bn-6002323d"],
    ["vgg13", "vgg13-19584684"],
    ["vgg13-bn", "vgg13_bn-abd245e5"],
    ["vgg16", "vgg16-397923af"],
    ["vgg16-bn", "vgg16_bn-6c64b313"],
    ["vgg19", "vgg19-dcbb9e9d"],
    ["vgg19-bn", "vgg19_bn-c79401a0"],
    ["googlenet-bn", "googlenet-1378be20", /^aux[12]\./],
    ["inception-v3", "inception_v3_google-0cc3c7bd", /^AuxLogits\./],
    ["resnet18", "resnet18-f37072fd"],
    ["resnet34", "resnet34-b627a593"],
    ["resnet50", "resnet50-0676ba61"],
    ["resnet101", "resnet101-63fe2227"],
    ["resnet152", "resnet152-394f9c45"],
    ["resnext50", "resnext50_32x4d-7cdf4587"],
    ["squeezenet1.0", "squeezenet1_0-b66bff10"],
    ["squeezenet1.1", "squeezenet1_1-b8a52dc0"],
  ] as const).map(([model, name, ignore]) => ({
    model,
    source: "torchvision, IMAGENET1K_V1",
    url: `${pytorch}${name}.pth`,
    ...ignore && { ignore },
  })),
  ...([
    ["se-resnet18", "v0.1-weights/seresnet18-4bb0ce65"],
    ["se-resnet34", "v0.1-weights/seresnet34-a4004e63"],
    ["se-resnet50", "v0.1-cadene/se_resnet50-ce0d4300"],
    ["se-resnet101", "v0.1-cadene/se_resnet101-7e38fcc6"],
    ["se-resnet152", "v0.1-cadene/se_resnet152-d17c99b7"],
    ["se-resnext50", "v0.1-weights/legacy_se_resnext50_32x4d-f3651bad"],
    ["senet154", "v0.1-weights/legacy_senet154-e9eb9fe6"],
  ] as const).map(([model, name]) => ({
    model,
    source: "timm, legacy_se…",
    url: `${timm}${name}.pth`,
  })),
  {
    model: "googlenet",
    source: "BVLC, bvlc_googlenet",
    url: "http://dl.caffe.berkeleyvision.org/bvlc_googlenet.caffemodel",
    sha1: "405fc5acd08a3bb12de8ee5e23a96bec22f08204",
    ignore: /^loss[12]\//,
  },
  ...([
    ["cifar-resnet20", "resnet20-12fca82f"],
    ["cifar-resnet32", "resnet32-d509ac18"],
    ["cifar-resnet44", "resnet44-014dd654"],
    ["cifar-resnet56", "resnet56-4bfd9763"],
    ["cifar-resnet110", "resnet110-1d1ed7c2"],
  ] as const).map(([model, name]) => ({
    model,
    data: "cifar10" as const,
    source: "akamaster, pytorch_resnet_cifar10",
    url: `${akamaster}${name}.th`,
    folder: "cifar10-resnets",
  })),
].map((row: Row) => new PublishedWeights(row));

/**
 * The weights that are published for a network of the zoo: torchvision's, timm's (SE networks), the
 * BVLC's (GoogLeNet of 2014) and akamaster's (ResNets for CIFAR-10). `loadWeights` fetches them once,
 * checks their digest, and keeps them in the cache.
 *
 * ```ts
 * import { publishedWeights } from "@striate/striate";
 * const { url, digest } = publishedWeights("resnet50", "imagenet");
 * console.log(url); // https://download.pytorch.org/models/resnet50-0676ba61.pth
 * console.log(digest.hex); // 0676ba61: the first digits of its SHA-256, as published
 * ```
 *
 * ```ts ignore
 * import { loadWeights, publishedWeights, zooEntry } from "@striate/striate";
 * const net = zooEntry("resnet50").build();
 * await loadWeights(net, publishedWeights("resnet50")); // 98 MB, once
 * ```
 *
 * @param model the network's name in the zoo
 * @param data what they were trained on; may be left out where there is one kind
 * @throws {RangeError} if none are known
 */
export function publishedWeights(model: string, data?: "imagenet" | "cifar10"): PublishedWeights {
  const entry = list.find((entry) => entry.model === model);
  if (entry === undefined) {
    const known = list.map((entry) => entry.model);
    throw new RangeError(unknownName("network with published weights", model, known));
  }
  if (data !== undefined && data !== entry.data) {
    throw new RangeError(
      `${model}: expected weights trained on ${data}, found none: those known are of ${entry.data}`,
    );
  }
  return entry;
}
