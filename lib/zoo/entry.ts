import { checkParts } from "../core/errors.ts";
import type { SquarePreprocessing } from "../core/preprocessing.ts";
import type { Shape } from "../core/shape.ts";
import type { Model } from "../train/model.ts";
import type { ArchitectureOptions } from "./architecture_options.ts";
import { type Published, PublishedWeights, type WeightsOrigin } from "./published.ts";

/** Published weights of a net in Caffe's form. */
export interface CaffeForm {
  /** Builds the net as Caffe's definition has it, which may differ in layers without weights. */
  readonly build: (options: ArchitectureOptions) => Model;
  /** The layers' names there, by their names here. */
  readonly names: ReadonlyMap<string, string>;
  /** How images are prepared for them. */
  readonly preprocessing: SquarePreprocessing;
}

/** What an architecture's file says of a network. */
export interface Registration extends Pick<ZooEntry, "name" | "paper" | "preprocessing"> {
  readonly build: (options: ArchitectureOptions) => Model;
  readonly published?: Published;
  readonly weights?: WeightsOrigin;
  readonly caffe?: CaffeForm;
}

/** The columns of a line for a network. */
function columns(name: string, ...values: readonly string[]): string {
  const widths = [12, 15, 10, 7, 7];
  return [name.padEnd(18), ...values.map((value, i) => value.padStart(widths[i] ?? 0))].join("  ")
    .trimEnd();
}

/** What stands above the lines of networks. */
export const zooHeading: string = columns(
  ...["network", "parameters", "multiply-adds", "input", "top-1 %", "top-5 %", "weights"] as const,
);

/** A network of the zoo: how to build it, and what is known about it. */
export class ZooEntry {
  /** The name on the command line. */
  readonly name: string;
  /** The paper that it comes from. */
  readonly paper: string;
  /** How images are prepared for the published weights. */
  readonly preprocessing: SquarePreprocessing;
  /** Published accuracy, where there is any. */
  readonly published: Published | undefined;
  /** Published weights that a program can fetch, where there are any: for `loadWeights`. */
  readonly weights: PublishedWeights | undefined;
  /** Other published weights of the same net, in Caffe's form. */
  readonly caffe: CaffeForm | undefined;
  readonly #build: Registration["build"];
  #default: Model | undefined;

  /** An entry from what its architecture's file says; `zoo` lists all. */
  constructor(network: Registration) {
    checkParts("ZooEntry", network, ["name", "build"], "zooEntry() finds those of the zoo");
    const { name, build, paper, preprocessing, published, weights, caffe } = network;
    this.name = name;
    this.paper = paper;
    this.preprocessing = preprocessing;
    this.published = published;
    this.weights = weights && new PublishedWeights({ model: name, ...weights });
    this.caffe = caffe;
    this.#build = build;
  }

  /** Builds the network; nothing is allocated before it runs. */
  build(options: ArchitectureOptions = {}): Model {
    return this.#build(options);
  }

  /** The network with all defaults, to count in: built when first asked for. */
  get #counted(): Model {
    return this.#default ??= this.#build({});
  }

  /** Height, width and channels of its images by default. */
  get inputShape(): Shape {
    return this.#counted.inputShape;
  }

  /** Number of its classes by default. */
  get classes(): number {
    return this.#counted.outputShape[0]!;
  }

  /** Number of parameters, counted in the graph. */
  get parameters(): number {
    return this.#counted.parameters;
  }

  /** Multiply-adds of matmuls and convolutions for one image, counted in the graph. */
  get multiplyAdds(): number {
    return this.#counted.multiplyAdds;
  }

  /**
   * One line: name, parameters, multiply-adds, input, published accuracy in percent, and the data set of
   * published weights, which stands for them (`openNetwork("resnet50", "imagenet")`).
   */
  toString(): string {
    const { top1, top5 } = this.published ?? {};
    return columns(
      this.name,
      this.parameters.toLocaleString("en"),
      this.multiplyAdds.toLocaleString("en"),
      this.inputShape.join("x"),
      top1?.toFixed(2) ?? "",
      top5?.toFixed(2) ?? "",
      this.weights?.data ?? "",
    );
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
