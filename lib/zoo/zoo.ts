import type { Shape } from "../core/shape.ts";
import { unknownName } from "../core/suggest.ts";
import type { Model } from "../train/model.ts";
import { type CaffeForm, entries, type Row } from "./entries.ts";
import type { ArchitectureOptions } from "./options.ts";
import type { Preprocessing, Published } from "./published.ts";

/** A network of the zoo: how to build it, and what is known about it. */
export class ZooEntry {
  /** The name on the command line. */
  readonly name: string;
  /** The paper that it comes from. */
  readonly paper: string;
  /** How images are prepared for the published weights. */
  readonly preprocessing: Preprocessing;
  /** Published accuracy, where there is any. */
  readonly published: Published | undefined;
  /**
   * Other published weights of the same net, in Caffe's form: their names of the layers by the names
   * here, and how images are prepared for them.
   */
  readonly caffe: CaffeForm | undefined;
  readonly #build: Row["build"];
  #default: Model | undefined;

  /** The entry of a row; {@linkcode zoo} lists all. */
  constructor(row: Row) {
    this.name = row.name;
    this.paper = row.paper;
    this.preprocessing = row.preprocessing;
    this.published = row.published;
    this.caffe = row.caffe;
    this.#build = row.build;
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

  /** One line: name, parameters, multiply-adds, input, and published accuracy in percent. */
  toString(): string {
    const { top1, top5 } = this.published ?? {};
    return [
      this.name.padEnd(18),
      this.parameters.toLocaleString("en").padStart(12),
      this.multiplyAdds.toLocaleString("en").padStart(15),
      this.inputShape.join("x").padStart(10),
      (top1?.toFixed(2) ?? "").padStart(6),
      (top5?.toFixed(2) ?? "").padStart(6),
    ].join("  ").trimEnd();
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

const all: readonly ZooEntry[] = entries.map((row) => new ZooEntry(row));

/**
 * All networks of the zoo. Parameters and multiply-adds are counted in the graph when they are read.
 *
 * ```ts
 * import { zoo } from "@striate/striate";
 * for (const net of zoo()) console.log(`${net}`); // a table: parameters, multiply-adds, accuracy
 * ```
 */
export function zoo(): readonly ZooEntry[] {
  return all;
}

/**
 * A network of the zoo by its name on the command line.
 *
 * ```ts
 * import { zooEntry } from "@striate/striate";
 * const { parameters, published } = zooEntry("resnet50");
 * console.log(parameters, published?.top1); // 25557032 76.13
 * const small = zooEntry("resnet50").build({ classes: 10, inputShape: [64, 64, 3] });
 * console.log(small.outputShape); // [10]
 * ```
 *
 * @throws {RangeError} if there is no such network; the message has the nearest name.
 */
export function zooEntry(name: string): ZooEntry {
  const found = all.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  throw new RangeError(unknownName("network", name, all.map((entry) => entry.name)));
}
