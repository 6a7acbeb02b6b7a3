import type { Tensor } from "../../mod.ts";
import { type Attribute, type OnnxTensor, tensorOf } from "./reader.ts";

/** An input of an operator: a tensor, or numbers where they decide about shapes. */
export class Argument {
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
  readonly tensor: Tensor;

  constructor(given: OnnxTensor) {
    this.shape = given.shape;
    this.numbers = [...given.data];
    this.tensor = tensorOf(given);
  }
}

/** The settings of a node, by name, with ONNX's defaults. */
export class Settings {
  readonly #attributes: Readonly<Record<string, Attribute>>;

  constructor(attributes: Readonly<Record<string, Attribute>>) {
    this.#attributes = attributes;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#attributes, name);
  }
  number(name: string, otherwise: number): number {
    return (this.#attributes[name] ?? otherwise) as number;
  }
  numbers(name: string): readonly number[] | undefined {
    return this.#attributes[name] as readonly number[] | undefined;
  }
  pair(name: string, otherwise: number): readonly [number, number] {
    return (this.#attributes[name] ?? [otherwise, otherwise]) as [number, number];
  }
  text(name: string, otherwise = ""): string {
    return (this.#attributes[name] ?? otherwise) as string;
  }
}

/**
 * What this library does for a node: the outputs that ONNX wants, in ONNX's layout. An input that is
 * left out is undefined; `outputs` is how many are wanted.
 */
export type Operator = (
  inputs: readonly (Argument | undefined)[],
  settings: Settings,
  outputs: number,
) => Tensor[] | Promise<Tensor[]>;

/** An operator of one tensor and one result. */
export const unary =
  (f: (x: Tensor, settings: Settings) => Tensor): Operator => ([x], settings) => [
    f(x!.tensor, settings),
  ];

/** An operator of two tensors. */
export const binary = (f: (a: Tensor, b: Tensor) => Tensor): Operator => ([a, b]) => [
  f(a!.tensor, b!.tensor),
];

/** An axis counted from the front. */
export const axisOf = (axis: number, rank: number): number => axis < 0 ? axis + rank : axis;
