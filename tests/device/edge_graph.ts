import { Random } from "../../lib/core/random.ts";
import { type Shape, sizeOf } from "../../lib/core/shape.ts";
import type { ConvolutionGeometry } from "../../lib/graph/kernel.ts";
import { gradients } from "../../lib/graph/gradient.ts";
import { leaf, type Node } from "../../lib/graph/node.ts";
import {
  conv2d,
  conv2dInputGradient,
  convolutionShape,
  windowCounts,
} from "../../lib/graph/ops/conv2d.ts";
import * as e from "../../lib/graph/ops/elementwise.ts";
import { gather, scatterAdd } from "../../lib/graph/ops/gather.ts";
import {
  concatenate,
  pad,
  reshape,
  reverse,
  slice,
  transpose,
} from "../../lib/graph/ops/layout.ts";
import { matmul } from "../../lib/graph/ops/matmul.ts";
import {
  argmax,
  reduceMax,
  reduceMin,
  reduceProduct,
  reduceSum,
} from "../../lib/graph/ops/reduce.ts";
import { windowMax, windowSum } from "../../lib/graph/ops/window.ts";
import type { Graph } from "./compare.ts";

/** A graph of one op, with its gradients and with what is around it. */
export interface EdgeGraph extends Graph {
  /** The op, its sizes and what follows it. */
  readonly name: string;
}

/** Elements of a value, at most: the reference is slow. */
const largestSize = 5000;

/**
 * An op at the edge of its sizes, chosen at random but the same for the same seed: axes of 0 and 1,
 * ranks 0 to 6, batches of 1, strides over the kernel, dilations over the image, groups of one channel,
 * padding on any side, windows over the image, a concatenation of one. Then maybe residuals and what
 * broadcasts, on either side, and the gradients of all of it.
 */
export function edgeGraph(seed: number): EdgeGraph {
  return new Maker(new Random(seed, 2)).graph();
}

class Maker {
  readonly #random: Random;
  readonly #leaves: Node[] = [];
  readonly #data = new Map<Node, Float64Array>();
  #name = "";

  constructor(random: Random) {
    this.#random = random;
  }

  graph(): EdgeGraph {
    const op = this.#pick([
      () => this.#product(),
      () => this.#product(),
      () => this.#convolution(),
      () => this.#convolution(),
      () => this.#transposedConvolution(),
      () => this.#window(),
      () => this.#reduction(),
      () => this.#argmax(),
      () => this.#concatenation(),
      () => this.#layout(),
      () => this.#rows(),
    ])();
    const output = op.dtype === "f32" ? this.#tail(op) : op;
    const roots = [output];
    if (output.dtype === "f32") {
      const loss = reduceSum(e.sin(e.scale(output, 0.7)));
      roots.push(...gradients(loss, this.#leaves.filter(({ dtype }) => dtype === "f32")));
    }
    return { name: this.#name, roots, leaves: this.#leaves, data: this.#data };
  }

  /** An integer below `limit`. */
  #int(limit: number): number {
    return this.#random.integer(limit);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#int(list.length)]!;
  }

  #some<T>(most: number, element: () => T): T[] {
    return Array.from({ length: this.#int(most + 1) }, element);
  }

  #say(...words: readonly unknown[]): void {
    this.#name += (this.#name === "" ? "" : " ") + words.map(String).join(" ");
  }

  #leaf(shape: Shape, dtype: "f32" | "i32" = "f32", number?: () => number): Node {
    const node = leaf(shape, dtype);
    this.#leaves.push(node);
    const draw = number ?? (() => Math.fround(this.#random.uniform(-2, 2)));
    this.#data.set(node, Float64Array.from({ length: sizeOf(shape) }, draw));
    return node;
  }

  /** A value as it is or after element-wise work, which may become part of what reads it. */
  #head(x: Node): Node {
    if (this.#int(3) > 0) return x;
    this.#say("after a sum,");
    const bias = x.shape.length === 0 ? [] : [x.shape.at(-1)!];
    return e.scale(e.add(x, this.#leaf(bias)), 0.5);
  }

  /** What layers do with a result: residuals, all that broadcasts with it, a function. */
  #tail(y: Node): Node {
    for (let i = this.#int(3); i > 0; i--) {
      const shape = this.#pick([
        () => y.shape,
        () => y.shape.map((size) => this.#int(2) === 0 ? 1 : size),
        () => y.shape.slice(this.#int(y.shape.length + 1)),
      ])();
      this.#say(`with [${shape}]`);
      const other = this.#leaf(shape);
      y = this.#pick([
        () => e.add(y, other),
        () => e.multiply(other, y),
        () => e.subtract(other, y),
      ])();
    }
    return this.#int(2) === 0 ? y : e.tanh(y);
  }

  #product(): Node {
    const size = () => this.#pick([0, 1, 1, 2, 3, 7, 40]);
    const batch = this.#pick([[], [], [0], [1], [1], [1], [2]]);
    const [m, k, n] = [size(), size(), size()];
    const [a, b] = [this.#int(2) === 1, this.#int(2) === 1];
    this.#say(
      `product [${[...batch, m, k]}]${a ? "'" : ""} by [${[...batch, k, n]}]${b ? "'" : ""}`,
    );
    const left = this.#head(this.#leaf([...batch, ...(a ? [k, m] : [m, k])]));
    return matmul(left, this.#leaf([...batch, ...(b ? [n, k] : [k, n])]), a, b);
  }

  /** Sizes of a convolution whose kernel fits the image at least once. */
  #geometry(): { image: number[]; kernel: number[]; geometry: ConvolutionGeometry } {
    const size = () => this.#pick([1, 1, 1, 2, 3, 5]), n = this.#pick([0, 1, 1, 2]);
    // Of no images, large ones cost nothing, and they are cut into tasks.
    const side = () => this.#pick(n === 0 ? [0, 1, 5, 40, 70] : [0, 1, 1, 2, 3, 5]);
    const groups = this.#pick([1, 1, 2, 3]), perGroup = this.#pick([0, 1, 1, 1, 1, 2, 2]);
    const filters = groups * this.#pick([0, 1, 1, 1, 1, 2, 3]);
    const image = [n, side(), side(), groups * perGroup];
    const kernel = [size(), size(), perGroup, filters];
    const geometry: ConvolutionGeometry = {
      stride: [1 + this.#int(4), 1 + this.#int(4)],
      padding: [this.#int(5), this.#int(5), this.#int(5), this.#int(5)],
      dilation: [1 + this.#int(3), 1 + this.#int(3)],
      groups,
    };
    const reach = kernel.slice(0, 2).map((size, axis) => (size - 1) * geometry.dilation[axis]!);
    const [top, bottom, left, right] = geometry.padding;
    const fits = image[1]! + top + bottom > reach[0]! && image[2]! + left + right > reach[1]!;
    return fits ? { image, kernel, geometry } : this.#geometry();
  }

  #convolution(): Node {
    const { image, kernel, geometry } = this.#geometry();
    this.#say(`conv2d [${image}] by [${kernel}] ${JSON.stringify(geometry)}`);
    return conv2d(this.#head(this.#leaf(image)), this.#leaf(kernel), geometry);
  }

  #transposedConvolution(): Node {
    const { image, kernel, geometry } = this.#geometry();
    this.#say(`transposed conv2d to [${image}] by [${kernel}] ${JSON.stringify(geometry)}`);
    const output = this.#head(this.#leaf(convolutionShape(image, kernel, geometry)));
    return conv2dInputGradient(output, this.#leaf(kernel), image, geometry);
  }

  #window(): Node {
    const size = () => this.#pick([1, 1, 2, 3, 5]);
    const image = [this.#pick([0, 1, 1, 2]), size(), size(), this.#pick([0, 1, 1, 2, 5])];
    const height = 1 + this.#int(5), width = 1 + this.#int(5);
    const geometry = {
      window: [height, width],
      stride: [1 + this.#int(6), 1 + this.#int(6)],
      padding: [this.#int(height), this.#int(height), this.#int(width), this.#int(width)],
    } as const;
    if (Math.min(...windowCounts(image, geometry.window, geometry)) < 1) return this.#window();
    const [name, op] = this.#pick([["windowMax", windowMax], ["windowSum", windowSum]] as const);
    this.#say(`${name} [${image}] ${JSON.stringify(geometry)}`);
    return op(this.#leaf(image), geometry);
  }

  #reduction(): Node {
    const [name, op] = this.#pick(
      [
        ["reduceSum", reduceSum],
        ["reduceSum", reduceSum],
        ["reduceProduct", reduceProduct],
        ["reduceMax", reduceMax],
        ["reduceMin", reduceMin],
      ] as const,
    );
    const shape = this.#some(6, () => this.#pick([0, 1, 1, 1, 2, 3]));
    // Of nothing there is no largest.
    const canBeEmpty = op !== reduceMax && op !== reduceMin;
    const axes = shape.flatMap((size, axis) =>
      this.#int(2) === 0 && (size > 0 || canBeEmpty) ? [axis] : []
    );
    this.#say(`${name} [${shape}] over [${axes}]`);
    const x = this.#leaf(shape);
    return op(op === reduceSum ? this.#head(x) : x, axes);
  }

  #argmax(): Node {
    const shape = [...this.#some(2, () => this.#pick([0, 1, 2, 3])), 1 + this.#int(4)];
    shape.push(...this.#some(2, () => this.#pick([0, 1, 2, 3])));
    const axis = this.#pick(shape.flatMap((size, axis) => size > 0 ? [axis] : []));
    this.#say(`argmax [${shape}] along ${axis}`);
    return argmax(this.#leaf(shape), axis);
  }

  #concatenation(): Node {
    const shape = [this.#pick([0, 1, 1, 2]), ...this.#some(3, () => this.#pick([0, 1, 1, 2]))];
    const axis = this.#int(shape.length);
    const parts = Array.from({ length: this.#pick([1, 1, 2, 3]) }, () => {
      const part = this.#leaf(shape.with(axis, this.#pick([0, 1, 2, 3])));
      return this.#int(2) === 0 ? part : e.scale(part, 2);
    });
    this.#say(`concatenate ${parts.map(({ shape }) => `[${shape}]`).join(", ")} along ${axis}`);
    return concatenate(parts, axis);
  }

  /** Some views one after another, a few of which are computed. */
  #layout(): Node {
    let x = this.#leaf(this.#some(6, () => this.#pick([0, 1, 1, 2, 3])));
    this.#say(`views of [${x.shape}]:`);
    for (let i = 0; i < 4 && sizeOf(x.shape) <= largestSize; i++) {
      x = this.#view(x);
      if (this.#int(3) === 0) x = e.scale(x, 0.9);
    }
    return x;
  }

  #view(x: Node): Node {
    const { shape } = x, numbers = (limit: number) => shape.map(() => this.#int(limit));
    return this.#pick([
      () => {
        const start = shape.map((size) => this.#int(size + 1));
        const stride = shape.map(() => 1 + this.#int(5));
        const size = shape.map((size, axis) =>
          this.#int(Math.ceil((size - start[axis]!) / stride[axis]!) + 1)
        );
        this.#say(`slice [${start}] [${size}] [${stride}]`);
        return slice(x, start, size, stride);
      },
      () => {
        const [low, high, interior] = [numbers(3), numbers(3), numbers(3)];
        this.#say(`pad [${low}] [${high}] [${interior}]`);
        const padded = pad(x, low, high, interior, this.#int(2));
        return sizeOf(padded.shape) <= largestSize ? padded : x;
      },
      () => {
        const axes = shape.flatMap((_, axis) => this.#int(2) === 0 ? [axis] : []);
        this.#say(`reverse [${axes}]`);
        return reverse(x, axes);
      },
      () => {
        const permutation = [...this.#random.permutation(shape.length)];
        this.#say(`transpose [${permutation}]`);
        return transpose(x, permutation);
      },
      () => {
        const other = this.#pick([[1, ...shape, 1], [sizeOf(shape)], shape.filter((d) => d !== 1)]);
        this.#say(`reshape [${other}]`);
        return reshape(x, other);
      },
    ])();
  }

  /** Rows by number, from the end and from outside too. */
  #rows(): Node {
    const rows = 1 + this.#int(3), row = this.#some(2, () => this.#pick([0, 1, 1, 2, 5]));
    const count = this.#pick([[], [0], [1], [3], [2, 1], [1, 0]]);
    const indices = this.#leaf(count, "i32", () => this.#int(2 * rows + 2) - rows - 1);
    const isGather = this.#int(2) === 0;
    this.#say(`${isGather ? "gather" : "scatterAdd"} ${rows} rows of [${row}] at [${count}]`);
    return isGather
      ? gather(this.#head(this.#leaf([rows, ...row])), indices)
      : scatterAdd(this.#head(this.#leaf([...count, ...row])), indices, rows);
  }
}
