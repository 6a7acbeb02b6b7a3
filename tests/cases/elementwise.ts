import type { Node } from "../../lib/graph/node.ts";
import * as e from "../../lib/graph/ops/elementwise.ts";
import { literal } from "../../lib/graph/ops/generate.ts";
import { reverse, slice, transpose } from "../../lib/graph/ops/layout.ts";
import { withGradient } from "../../lib/graph/ops/with_gradient.ts";
import {
  bytes,
  type Case,
  constant,
  distinct,
  examples,
  fractional,
  given,
  indices,
  type Input,
  integers,
  real,
} from "./case.ts";

type Unary = (x: Node) => Node;
type Binary = (a: Node, b: Node) => Node;

/** A function of one number: on odd sizes, through a transpose, through a negative stride. */
function unary(name: string, f: Unary, input: (shape: number[]) => Input): Case[] {
  return examples(name, [
    ["a vector of odd size", [input([17])], f],
    ["a scalar", [input([])], f],
    ["a transpose", [input([3, 5])], (x) => f(transpose(x))],
    [
      "every second element, reversed",
      [input([3, 7])],
      (x) => f(reverse(slice(x, [0, 1], [3, 3], [1, 2]), [1])),
    ],
  ]);
}

/** A function of two numbers: on equal shapes, and on shapes that broadcast in every way. */
function binary(name: string, f: Binary, input: (shape: number[]) => Input): Case[] {
  return examples(name, [
    ["equal shapes", [input([3, 5]), input([3, 5])], f],
    ["a row broadcast", [input([2, 3, 4]), input([4])], f],
    ["a column broadcast", [input([3, 1]), input([3, 5])], f],
    ["both broadcast", [input([4, 1, 3]), input([2, 1])], f],
    ["a scalar", [input([]), input([7])], f],
    ["a literal", [input([7])], (x) => f(x, literal(1.25, x.shape))],
    [
      "a transpose and a slice",
      [input([4, 3]), input([5, 4])],
      (a, b) => f(transpose(a), slice(b, [1, 0], [3, 4])),
    ],
  ]);
}

const positive = (shape: number[]) => real(shape, 0.3, 3);
/** Far from 0, of both signs. */
const divisor = (shape: number[]): Input => ({
  ...real(shape),
  element: (random) => (random.integer(2) * 2 - 1) * random.uniform(0.5, 2),
});

const special = [0, -0.5, 0.5, 1.5, -1.5, 2.5, -2.5, 3, -3, 0.25, 1e6, -1e6];
const ties = [1, 2, 3, -1, 0], tied = [1, 3, 2, -1, 0];

const comparisons = (
  ["equal", "notEqual", "less", "lessOrEqual", "greater", "greaterOrEqual"] as const
).flatMap((direction) =>
  examples("compare", [
    [
      `${direction}, f32`,
      [given([5], ties), given([5], tied)],
      (a, b) => e.compare(direction, a, b),
    ],
    [
      `${direction}, i32, broadcast`,
      [integers([4, 1], 0, 4), integers([5], 0, 4)],
      (a, b) => e.compare(direction, a, b),
    ],
  ])
);

/** Examples of the element-wise ops. */
export const elementwiseCases: readonly Case[] = [
  ...unary("negate", e.negate, real),
  ...examples("negate", [["i32", [integers([9])], e.negate]]),
  ...unary("abs", e.abs, distinct),
  ...examples("abs", [["i32", [integers([9])], e.abs], ["at 0", [given([3], [0, -1, 2])], e.abs]]),
  ...unary("sign", e.sign, distinct),
  ...examples("sign", [["at 0", [given([3], [0, -1, 2])], e.sign], [
    "i32",
    [integers([9])],
    e.sign,
  ]]),
  ...unary("exp", e.exp, real),
  ...examples("exp", [["a wide range", [real([33], -30, 30)], e.exp]]),
  ...unary("log", e.log, positive),
  ...examples("log", [["a wide range", [real([33], 1e-6, 1000)], e.log]]),
  ...unary("sqrt", e.sqrt, positive),
  ...unary("rsqrt", e.rsqrt, positive),
  ...unary("sin", e.sin, real),
  ...examples("sin", [["several periods", [real([33], -20, 20)], e.sin]]),
  ...unary("cos", e.cos, real),
  ...examples("cos", [["several periods", [real([33], -20, 20)], e.cos]]),
  ...unary("tanh", e.tanh, real),
  ...examples("tanh", [["saturated", [given([6], [-100, -20, -9, 9, 20, 100])], e.tanh]]),
  ...unary("logistic", e.logistic, real),
  ...examples("logistic", [["saturated", [given([6], [-100, -20, -9, 9, 20, 100])], e.logistic]]),
  ...unary("erf", e.erf, real),
  ...examples("erf", [["saturated", [given([6], [-10, -4, -1e-3, 1e-3, 4, 10])], e.erf]]),
  ...unary("relu", e.relu, distinct),
  ...unary("floor", e.floor, fractional),
  ...unary("ceil", e.ceil, fractional),
  ...unary("round", e.round, fractional),
  ...examples("floor", [["halves and integers", [given([12], special)], e.floor]]),
  ...examples("ceil", [["halves and integers", [given([12], special)], e.ceil]]),
  ...examples("round", [["halves to even", [given([12], special)], e.round]]),

  ...binary("add", e.add, real),
  ...examples("add", [
    ["i32, wrapping", [indices([3], [2147483647, 5, -7]), integers([3], 1, 5)], e.add],
    ["a value and itself", [real([7])], (x) => e.add(x, x)],
  ]),
  ...binary("subtract", e.subtract, real),
  ...examples("subtract", [["i32", [integers([3, 1]), integers([4])], e.subtract]]),
  ...binary("multiply", e.multiply, real),
  ...examples("multiply", [
    [
      "i32, wrapping",
      [indices([3], [65537, 46341, -7]), indices([3], [65539, 46341, 9])],
      e.multiply,
    ],
    ["a value and itself", [real([7])], (x) => e.multiply(x, x)],
  ]),
  ...binary("divide", e.divide, divisor),
  ...binary("power", e.power, positive),
  ...examples("power", [
    ["a base of 0", [given([3], [0, 0, 2]), real([3], 0.5, 2)], e.power],
    ["a square", [positive([5])], (x) => e.power(x, literal(2, x.shape))],
  ]),
  ...binary("maximum", e.maximum, fractional),
  ...binary("minimum", e.minimum, fractional),
  ...examples("maximum", [["ties", [given([5], ties), given([5], tied)], e.maximum], [
    "i32",
    [integers([4, 1]), integers([5])],
    e.maximum,
  ]]),
  ...examples("minimum", [["ties", [given([5], ties), given([5], tied)], e.minimum], [
    "i32",
    [integers([4, 1]), integers([5])],
    e.minimum,
  ]]),
  ...comparisons,
  ...examples("isFinite", [
    ["infinities and NaN", [given([5], [1, Infinity, -Infinity, NaN, 0])], e.isFiniteNode],
  ]),
  ...examples("select", [
    ["equal shapes", [integers([9], -1, 2), real([9]), real([9])], e.select],
    ["broadcast", [integers([3, 1], 0, 2), real([4]), real([2, 1, 4])], e.select],
    ["i32", [integers([9], 0, 2), integers([9]), integers([])], e.select],
  ]),
  ...examples("detach", [
    ["a value", [constant(real([7]))], e.detach],
    ["one factor of two", [constant(real([7]))], (x) => e.multiply(e.detach(e.exp(x)), x)],
    ["i32", [integers([7])], e.detach],
  ]),
  ...examples("withGradient", [
    [
      "the gradient that it has",
      [real([7])],
      (x) => withGradient(e.multiply(x, x), [x], (g) => [e.multiply(g, e.scale(x, 2))]),
    ],
    [
      "two inputs, and what comes after",
      [real([2, 3]), real([2, 3])],
      (x, y) =>
        e.sin(
          withGradient(e.multiply(x, y), [x, y], (g) => [e.multiply(g, y), e.multiply(g, x)]),
        ),
    ],
  ]),
  ...examples("convert", [
    ["f32 to i32", [given([12], special)], (x) => e.convert(x, "i32")],
    ["i32 to f32", [integers([7])], (x) => e.convert(x, "f32")],
    ["u8 to f32", [bytes([13])], (x) => e.convert(x, "f32")],
    ["u8 to i32", [bytes([2, 3])], (x) => e.convert(x, "i32")],
    [
      "u8, transposed, reversed",
      [bytes([3, 5])],
      (x) => e.convert(reverse(transpose(x), [0]), "f32"),
    ],
  ]),
];
