import type { DType } from "../core/dtype.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { Node, topologicalOrder } from "../graph/node.ts";
import type { ConvolutionGeometry } from "../graph/kernel.ts";
import { convert } from "../graph/ops/elementwise.ts";
import { literal, literalOp } from "../graph/ops/generate.ts";
import { broadcastTo, reshape } from "../graph/ops/layout.ts";
import { matmul } from "../graph/ops/matmul.ts";
import { keyOf } from "./key.ts";

/**
 * An equal graph that is cheaper: equal nodes become one, arithmetic with literals is done now,
 * transposes move into matmul, and a 1x1 convolution becomes the matmul that it is. Leaves stay
 * the same nodes.
 */
export function simplify(roots: readonly Node[]): Node[] {
  const replacement = new Map<Node, Node>();
  const known = new Map<string, Node>();
  const numbers = new Map<Node, number>();
  const numberOf = (node: Node) => {
    const number = numbers.get(node) ?? numbers.size;
    numbers.set(node, number);
    return number;
  };
  /** The node that stands for all nodes equal to this one, whose inputs stand for theirs already. */
  const unique = (node: Node): Node => {
    if (node.op.kind === "leaf") return node;
    const inputs = node.inputs.map(numberOf).join();
    const key = `${node.op.name}(${inputs})${keyOf(node.attributes)}`;
    const equal = known.get(key);
    if (equal !== undefined) return equal;
    known.set(key, node);
    return node;
  };
  /** `node` or its equal, after the same for inputs that a rule has just built. */
  const canonical = (node: Node): Node => {
    if (numbers.has(node)) return node;
    const result = unique(withInputs(node, node.inputs.map(canonical)));
    numberOf(result);
    return result;
  };
  for (const node of topologicalOrder(roots)) {
    const inputs = node.inputs.map((input) => replacement.get(input)!);
    replacement.set(node, canonical(rewrite(withInputs(node, inputs))));
  }
  return roots.map((root) => replacement.get(root)!);
}

function withInputs(node: Node, inputs: readonly Node[]): Node {
  return inputs.every((input, i) => input === node.inputs[i])
    ? node
    : new Node(node.op, inputs, node.attributes);
}

/** The constant that a node is everywhere, or undefined. */
function constantOf(node: Node): number | undefined {
  return node.is(literalOp) ? node.attributes.value : undefined;
}

const fold: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  negate: (a) => -a,
  maximum: Math.max,
  minimum: Math.min,
};

/** An equal node by one of the rules, or the node itself. */
function rewrite(node: Node): Node {
  const [a, b] = node.inputs as [Node, Node];
  switch (node.op.name) {
    case "add":
    case "subtract":
    case "multiply":
    case "divide":
    case "negate":
    case "maximum":
    case "minimum":
      return arithmetic(node);
    case "detach":
    case "withGradient":
      return a;
    case "broadcast":
      return broadcastTo(a, node.shape);
    case "convert":
      return convert(a, node.dtype);
    case "reshape":
      // No kernel stores u8, so what has to be copied is copied as i32.
      if (a.dtype === "u8" && a.op.kind === "view") return reshape(convert(a, "i32"), node.shape);
      if (constantOf(a) !== undefined) return literal(constantOf(a)!, node.shape, a.dtype);
      return a.op.name === "reshape" ? reshape(a.inputs[0]!, node.shape) : reshape(a, node.shape);
    case "transpose": {
      const permutation = node.attributes.permutation as readonly number[];
      if (permutation.every((axis, i) => axis === i)) return a;
      // Moving axes of size 1 about does not move any element.
      const moving = permutation.filter((axis) => a.shape[axis] !== 1);
      return moving.every((axis, i) => i === 0 || axis > moving[i - 1]!)
        ? reshape(a, node.shape)
        : node;
    }
    case "slice":
      return node.shape.every((d, axis) => d === a.shape[axis]) ? a : node;
    case "reduceSum":
    case "reduceMax": {
      const axes = node.attributes.axes as readonly number[];
      if (axes.every((axis) => a.shape[axis] === 1)) return reshape(a, node.shape);
      const constant = node.op.name === "reduceSum" ? constantOf(a) : undefined;
      if (constant === undefined) return node;
      const count = sizeOf(a.shape) / Math.max(1, sizeOf(node.shape));
      return literal(rounded(constant * count, node.dtype), node.shape, node.dtype);
    }
    case "matmul":
      return absorbTransposes(node);
    case "conv2d":
      return isPointwise(node, b.shape) ? pointwise(node, [a, b], [a.shape, b.shape]) : node;
    case "conv2dInputGradient":
      return isPointwise(node, b.shape)
        ? pointwise(node, [a, b], [a.shape, b.shape], false, true)
        : node;
    case "conv2dKernelGradient":
      return isPointwise(node, node.shape)
        ? pointwise(node, [a, b], [a.shape, b.shape], true, false)
        : node;
    default:
      return node;
  }
}

/** A number as its type keeps it. */
function rounded(value: number, dtype: DType): number {
  return dtype === "f32" ? Math.fround(value) : value | 0;
}

function arithmetic(node: Node): Node {
  const [a, b] = node.inputs as [Node, Node | undefined];
  const x = constantOf(a), y = b === undefined ? 0 : constantOf(b);
  if (x !== undefined && y !== undefined) {
    // The product of two integers may need more bits than a double has; the device keeps the lowest.
    if (node.dtype === "i32" && !Number.isSafeInteger(x * y)) return node;
    const value = fold[node.op.name]!(x, y);
    return literal(rounded(value, node.dtype), node.shape, node.dtype);
  }
  switch (node.op.name) {
    case "add":
      return x === 0 ? b! : y === 0 ? a : node;
    case "multiply":
      return x === 1 ? b! : y === 1 ? a : node;
    case "subtract":
      return y === 0 ? a : node;
    case "divide":
      return y === 1 ? a : node;
    case "negate":
      return a.op.name === "negate" ? a.inputs[0]! : node;
    default:
      return node;
  }
}

/** matmul can read an operand transposed, so a transpose of the last two axes before it is free. */
function absorbTransposes(node: Node): Node {
  const operands = node.inputs.map((operand) => {
    const rank = operand.shape.length;
    const permutation = operand.op.name === "transpose"
      ? operand.attributes.permutation as readonly number[]
      : [];
    const swaps = permutation.length === rank &&
      permutation.every((axis, i) => axis === (i < rank - 2 ? i : 2 * rank - 3 - i));
    return swaps ? { node: operand.inputs[0]!, swaps } : { node: operand, swaps };
  });
  if (!operands.some((operand) => operand.swaps)) return node;
  const { transposeA, transposeB } = node.attributes as Record<string, boolean>;
  const [a, b] = operands as [typeof operands[0], typeof operands[0]];
  return matmul(a.node, b.node, transposeA !== a.swaps, transposeB !== b.swaps);
}

/** A 1x1 convolution with stride 1 mixes the channels of each pixel: one matmul over all pixels. */
function isPointwise(node: Node, kernel: Shape): boolean {
  const { stride, padding, groups } = node.attributes as unknown as ConvolutionGeometry;
  return kernel[0] === 1 && kernel[1] === 1 && groups === 1 && stride[0] === 1 &&
    stride[1] === 1 && padding.every((p) => p === 0);
}

function pointwise(
  node: Node,
  operands: readonly [Node, Node],
  shapes: readonly [Shape, Shape],
  transposeA = false,
  transposeB = false,
): Node {
  const [a, b] = operands.map((operand, i) => reshape(operand, [-1, shapes[i]!.at(-1)!]));
  return reshape(matmul(a!, b!, transposeA, transposeB), node.shape);
}
