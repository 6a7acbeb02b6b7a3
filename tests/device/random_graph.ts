import { Random } from "../../lib/core/random.ts";
import { broadcastShapes, type Shape, sizeOf } from "../../lib/core/shape.ts";
import { leaf, type Node } from "../../lib/graph/node.ts";
import { conv2d } from "../../lib/graph/ops/conv2d.ts";
import * as e from "../../lib/graph/ops/elementwise.ts";
import { gather } from "../../lib/graph/ops/gather.ts";
import { iota, literal } from "../../lib/graph/ops/generate.ts";
import {
  broadcastTo,
  concatenate,
  pad,
  reshape,
  reverse,
  slice,
  transpose,
} from "../../lib/graph/ops/layout.ts";
import { matmul } from "../../lib/graph/ops/matmul.ts";
import { reduceMax, reduceSum } from "../../lib/graph/ops/reduce.ts";
import { windowMax, windowSum } from "../../lib/graph/ops/window.ts";
import { offset } from "../nodes.ts";

/** A graph made at random, with its data. */
export interface RandomGraph {
  readonly roots: readonly Node[];
  readonly leaves: readonly Node[];
  readonly data: ReadonlyMap<Node, Float64Array>;
  /** A scalar of all roots. */
  readonly loss: Node;
  /** The f32 leaves. */
  readonly variables: readonly Node[];
}

const largestSize = 300;

/**
 * A small graph of ops chosen at random, the same for the same seed: with views of views, values
 * with several readers, roots in the middle, axes of one step and of none. All numbers stay small, so that f32 follows f64;
 * `smooth` leaves out the ops whose gradient jumps.
 */
export function randomGraph(seed: number, smooth: boolean): RandomGraph {
  return new Maker(new Random(seed, smooth ? 1 : 0), smooth).graph();
}

class Maker {
  readonly #random: Random;
  readonly #smooth: boolean;
  readonly #leaves: Node[] = [];
  readonly #data = new Map<Node, Float64Array>();
  readonly #values: Node[] = [];
  /** The largest magnitude that a value can have. */
  readonly #bounds = new Map<Node, number>();

  constructor(random: Random, smooth: boolean) {
    this.#random = random;
    this.#smooth = smooth;
  }

  graph(): RandomGraph {
    const count = 4 + this.#random.integer(24);
    for (let i = 0; i < 3; i++) this.#leaf(this.#shape());
    while (this.#values.length < count) this.#grow();
    const last = this.#values.at(-1)!;
    const roots = [last];
    for (let i = this.#random.integer(4); i > 0; i--) roots.push(this.#value());
    const loss = roots
      .map((root) => reduceSum(e.scale(e.sin(root), 1 / Math.max(1, sizeOf(root.shape)))))
      .reduce(e.add);
    const variables = this.#leaves.filter((node) => node.dtype === "f32");
    return { roots, leaves: this.#leaves, data: this.#data, loss, variables };
  }

  /** Up to six axes, a third of them of one step; seldom one of none. */
  #shape(): number[] {
    const shape = Array.from(
      { length: this.#random.integer(7) },
      () => this.#random.integer(3) === 0 ? 1 : 1 + this.#random.integer(6),
    );
    if (shape.length > 0 && this.#random.integer(60) === 0) {
      shape[this.#random.integer(shape.length)] = 0;
    }
    while (sizeOf(shape) > largestSize) shape.pop();
    return shape;
  }

  #leaf(shape: Shape): Node {
    const node = leaf(shape, "f32");
    this.#leaves.push(node);
    this.#data.set(
      node,
      Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(this.#random.uniform(-2, 2))),
    );
    return this.#keep(node, 2);
  }

  /** Adds a value; where its numbers could grow, a bounded function of it. */
  #keep(node: Node, bound: number): Node {
    if (bound > 6) return this.#keep(e.tanh(node), 1);
    this.#values.push(node);
    this.#bounds.set(node, bound);
    return node;
  }

  /** A value made so far, recent ones more often. */
  #value(): Node {
    const back = Math.min(this.#random.integer(this.#values.length), this.#random.integer(8));
    return this.#values[this.#values.length - 1 - back]!;
  }

  #bound(...nodes: Node[]): number {
    return Math.max(...nodes.map((node) => this.#bounds.get(node)!));
  }

  #grow(): void {
    const kinds = [
      this.#unary,
      this.#unary,
      this.#binary,
      this.#binary,
      this.#binary,
      this.#view,
      this.#view,
      this.#reduce,
      this.#product,
      this.#product,
      this.#convolution,
      this.#window,
      this.#move,
      this.#choose,
      this.#sum,
    ];
    kinds[this.#random.integer(kinds.length)]!.call(this);
  }

  #unary(): void {
    const x = this.#value(), bound = this.#bound(x);
    const choices: [Node, number][] = [
      [e.tanh(x), 1],
      [e.logistic(x), 1],
      [e.sin(x), 1],
      [e.negate(x), bound],
      [e.scale(x, 0.7), bound],
      [offset(x, 0.3), bound + 0.3],
      [e.erf(x), 1],
    ];
    if (!this.#smooth) choices.push([e.relu(x), bound], [e.abs(x), bound]);
    this.#keep(...choices[this.#random.integer(choices.length)]!);
  }

  /** Another value that broadcasts with `x`; maybe a new leaf. */
  #partner(x: Node): Node {
    for (let i = 0; i < 4; i++) {
      const other = this.#value(), shape = broadcastShapes(x.shape, other.shape);
      if (shape !== undefined && sizeOf(shape) <= largestSize) return other;
    }
    const from = this.#random.integer(x.shape.length + 1);
    return this.#leaf(x.shape.slice(from).map((d) => this.#random.integer(3) === 0 ? 1 : d));
  }

  #binary(): void {
    const a = this.#value(), b = this.#partner(a), bound = this.#bound(a) + this.#bound(b);
    const choices: [Node, number][] = [
      [e.add(a, b), bound],
      [e.subtract(a, b), bound],
      [e.multiply(a, b), this.#bound(a) * this.#bound(b)],
    ];
    if (!this.#smooth) choices.push([e.maximum(a, b), bound], [e.minimum(b, a), bound]);
    this.#keep(...choices[this.#random.integer(choices.length)]!);
  }

  #view(): void {
    const x = this.#value(), rank = x.shape.length, random = this.#random;
    const bound = this.#bound(x);
    switch (random.integer(5)) {
      case 0:
        return void this.#keep(transpose(x, [...random.permutation(rank)]), bound);
      case 1:
        return void this.#keep(
          reverse(x, x.shape.map((_, a) => a).filter(() => random.integer(2) === 0)),
          bound,
        );
      case 2: {
        const start = x.shape.map((d) => random.integer(Math.max(1, d)));
        const stride = x.shape.map(() => 1 + random.integer(2));
        const size = x.shape.map((d, a) =>
          d === 0 ? 0 : 1 + random.integer(Math.floor((d - 1 - start[a]!) / stride[a]!) + 1)
        );
        return void this.#keep(slice(x, start, size, stride), bound);
      }
      case 3:
        return void this.#keep(reshape(x, this.#split(sizeOf(x.shape))), bound);
      default: {
        const shape = [
          1 + random.integer(3),
          ...x.shape.map((d) => d === 1 ? 1 + random.integer(4) : d),
        ];
        if (sizeOf(shape) <= largestSize) this.#keep(broadcastTo(x, shape), bound);
      }
    }
  }

  /** A shape of `size` elements, maybe with axes of one step. */
  #split(size: number): number[] {
    const shape: number[] = this.#random.integer(3) === 0 ? [1] : [];
    for (const factor of [2, 3, 5, 2]) {
      if (size % factor === 0 && this.#random.integer(2) === 0) {
        shape.push(factor);
        size /= factor;
      }
    }
    return this.#random.integer(4) === 0 ? [...shape, size, 1] : [...shape, size];
  }

  #axes(x: Node): number[] {
    return x.shape.map((_, a) => a).filter(() => this.#random.integer(2) === 0);
  }

  #reduce(): void {
    const x = this.#value(), axes = this.#axes(x);
    const count = Math.max(1, axes.reduce((product, a) => product * x.shape[a]!, 1));
    if (!this.#smooth && sizeOf(x.shape) > 0 && this.#random.integer(3) === 0) {
      this.#keep(reduceMax(x, axes), this.#bound(x));
    } else this.#keep(e.scale(reduceSum(x, axes), 1 / count), this.#bound(x));
  }

  /** A mean that stays broadcast: the shape of normalisation layers. */
  #sum(): void {
    const x = this.#value(), axes = this.#axes(x);
    const kept = x.shape.map((d, a) => axes.includes(a) ? 1 : d);
    const count = Math.max(1, sizeOf(x.shape) / Math.max(1, sizeOf(kept)));
    const mean = reshape(e.scale(reduceSum(x, axes), 1 / count), kept);
    this.#keep(e.subtract(x, mean), 2 * this.#bound(x));
  }

  /** A product of matrices or of a batch of them, and what layers do next. */
  #product(): void {
    const x = this.#value(), random = this.#random;
    const inner = x.shape.at(-1) ?? 1, middle = x.shape.at(-2) ?? 1, n = 1 + random.integer(7);
    const isBatch = random.integer(2) === 0;
    const batch = isBatch ? [sizeOf(x.shape.slice(0, -2))] : [];
    const rows = isBatch ? [...batch, middle, inner] : [sizeOf(x.shape.slice(0, -1)), inner];
    if (sizeOf(rows) / Math.max(1, inner) * n > largestSize || sizeOf(batch) * n * inner > 1000) {
      return;
    }
    const [transposedA, transposedB] = [random.integer(3) === 0, random.integer(2) === 0];
    const swap = rows.map((_, axis) => axis).with(-1, rows.length - 2).with(-2, rows.length - 1);
    const left = reshape(x, rows);
    const weights = this.#leaf([...batch, ...(transposedB ? [n, inner] : [inner, n])]);
    const y = matmul(transposedA ? transpose(left, swap) : left, weights, transposedA, transposedB);
    this.#layer(e.scale(y, 1 / Math.max(1, inner)), 2 * this.#bound(x));
  }

  /** A value of a layer, maybe with a bias or a residual, and a nonlinearity. */
  #layer(y: Node, bound: number): void {
    const random = this.#random, kept = this.#keep(y, bound);
    if (random.integer(2) === 0) return;
    const bias = random.integer(2) === 0
      ? y.shape.slice(-1)
      : y.shape.map((size) => random.integer(3) === 0 ? 1 : size);
    this.#keep(e.tanh(e.add(kept, this.#leaf(bias))), 1);
  }

  /** A value as images [n, height, width, channels]; undefined where it has no elements. */
  #images():
    | { images: Node; shape: readonly [number, number, number, number]; bound: number }
    | undefined {
    const x = this.#value();
    if (sizeOf(x.shape) === 0) return undefined;
    const [height = 1, width = 1, channels = 1] = [x.shape.at(-3), x.shape.at(-2), x.shape.at(-1)];
    const shape = [sizeOf(x.shape.slice(0, -3)), height, width, channels] as const;
    return { images: reshape(x, shape), shape, bound: this.#bound(x) };
  }

  /** A padding of each side, below a limit for rows and one for columns. */
  #padding(rows: number, columns: number): [number, number, number, number] {
    const sides = [rows, rows, columns, columns] as const;
    return sides.map((limit) => this.#random.integer(limit)) as [number, number, number, number];
  }

  #convolution(): void {
    const given = this.#images(), random = this.#random;
    if (given === undefined) return;
    const { images, shape: [, height, width, channels], bound } = given;
    const choices = [1, channels, 2, 3].filter((groups) => channels % groups === 0);
    const groups = choices[random.integer(choices.length)]!;
    const geometry = {
      stride: [1 + random.integer(3), 1 + random.integer(3)],
      padding: this.#padding(4, 4),
      dilation: [1 + random.integer(2), 1 + random.integer(2)],
      groups,
    } as const;
    const [top, bottom, left, right] = geometry.padding;
    const kernelHeight = 1 + random.integer(3), kernelWidth = 1 + random.integer(3);
    if ((kernelHeight - 1) * geometry.dilation[0] >= height + top + bottom) return;
    if ((kernelWidth - 1) * geometry.dilation[1] >= width + left + right) return;
    const perGroup = channels / groups, filters = groups * (1 + random.integer(3));
    const y = conv2d(
      images,
      this.#leaf([kernelHeight, kernelWidth, perGroup, filters]),
      geometry,
    );
    if (sizeOf(y.shape) > 2 * largestSize) return;
    this.#layer(e.scale(y, 1 / (kernelHeight * kernelWidth * perGroup)), 2 * bound);
  }

  #window(): void {
    const given = this.#images(), random = this.#random;
    if (given === undefined) return;
    const { images, shape: [, height, width], bound } = given;
    const rows = 1 + random.integer(3), columns = 1 + random.integer(3);
    const geometry = {
      window: [rows, columns],
      stride: [1 + random.integer(4), 1 + random.integer(4)],
      padding: this.#padding(rows, columns),
    } as const;
    const [top, bottom, left, right] = geometry.padding;
    if (rows > height + top + bottom || columns > width + left + right) return;
    if (!this.#smooth && random.integer(2) === 0) this.#keep(windowMax(images, geometry), bound);
    else this.#keep(e.scale(windowSum(images, geometry), 1 / (rows * columns)), bound);
  }

  #move(): void {
    const x = this.#value(), random = this.#random;
    if (x.shape.length === 0 || x.shape[0] === 0) return;
    const axis = random.integer(x.shape.length);
    switch (random.integer(3)) {
      case 0: {
        const some = () => x.shape.map(() => random.integer(2));
        const y = pad(x, some(), some(), some(), 0.5);
        return sizeOf(y.shape) <= largestSize ? void this.#keep(y, this.#bound(x)) : undefined;
      }
      case 1: {
        const other = this.#leaf(x.shape.with(axis, 1 + random.integer(3)));
        return void this.#keep(concatenate([x, other, x], axis), Math.max(2, this.#bound(x)));
      }
      default: {
        const rows = leaf([1 + random.integer(4)], "i32");
        this.#leaves.push(rows);
        this.#data.set(
          rows,
          Float64Array.from({ length: rows.shape[0]! }, () => random.integer(x.shape[0]!)),
        );
        this.#keep(gather(x, rows), this.#bound(x));
      }
    }
  }

  /** A choice by the index, which is the same in any precision. */
  #choose(): void {
    const x = this.#value();
    if (x.shape.length === 0) return;
    const axis = this.#random.integer(x.shape.length);
    const even = e.compare("less", iota(x.shape, axis), literal(2, [], "i32"));
    this.#keep(e.select(even, x, e.scale(x, -0.5)), this.#bound(x));
  }
}
