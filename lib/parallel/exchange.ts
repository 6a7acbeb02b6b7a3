/**
 * Exchanges between processes as operations of tensors, with gradients: they cut the program that they
 * are in. Only the programs of models may hold them.
 *
 * @module
 */
import { formatShape } from "../core/shape.ts";
import type { Collective } from "../graph/kernel.ts";
import { apply, type Node, type Op } from "../graph/node.ts";
import { loadExchangesBy } from "../tensor/program_store.ts";
import { Tensor } from "../tensor/tensor.ts";
import { CutProgram } from "./cut_program.ts";

loadExchangesBy((plan, device) => new CutProgram(plan, device));

/** The settings of an exchange. */
type Settings = {
  readonly group: Collective;
  readonly size: number;
  readonly rank: number;
  readonly canWait: boolean;
  readonly turn: number;
};

/** Exchanges made so far: processes that do the same make them in the same order. */
let made = 0;

const typed = (name: string, x: Node | undefined) => {
  if (x?.dtype === "f32") return x;
  throw new TypeError(`${name}: expected f32, found ${x?.dtype}; cast() it first`);
};

/** The sum of what all processes have. */
const sumOp: Op<Settings> = {
  name: "sumOverGroup",
  kind: "exchange",
  infer: ([x]) => ({ shape: typed("sumOverGroup", x as Node).shape, dtype: "f32" }),
  // What every process loses by this one's numbers.
  gradient: (g, _, settings) => [sumNode(g, { ...settings, canWait: false })],
  exchange: ({ group, canWait, turn }) => ({ kind: "sum", group, canWait, turn }),
};

function sumNode(x: Node, settings: Omit<Settings, "turn">): Node {
  const { canWait } = settings, turn = canWait ? -made++ : made++;
  return apply(sumOp, [x], { ...settings, turn });
}

/** What all processes have, in front one after another. */
const gatherOp: Op<Settings> = {
  name: "gatherOverGroup",
  kind: "exchange",
  infer: ([x], { size }) => ({
    shape: [size, ...typed("gatherOverGroup", x as Node).shape],
    dtype: "f32",
  }),
  gradient: (g, { inputs: [x] }, settings) => {
    const all = new Tensor(sumNode(g, settings)), { rank } = settings;
    return [all.slice([rank], [1]).reshape(x!.shape).node];
  },
  exchange: ({ group, turn }) => ({ kind: "gather", group, canWait: false, turn }),
};

/** What tells exchanges of a group from those of another. */
export interface Members extends Collective {
  readonly rank: number;
  readonly size: number;
}

/** The sum over the processes of a group; one that can wait is needed by the end of the program alone. */
export function sumOver(group: Members, x: Tensor, canWait: boolean): Tensor {
  const { rank, size } = group;
  return new Tensor(sumNode(x.node, { group, rank, size, canWait }), [x]);
}

/** What the processes of a group have, one after another along an axis. */
export function gatherOver(group: Members, x: Tensor, axis: number): Tensor {
  if (!(Number.isInteger(axis) && axis >= -x.rank && axis < x.rank)) {
    throw new RangeError(`gather: expected an axis of ${formatShape(x.shape)}, found ${axis}`);
  }
  const at = axis < 0 ? axis + x.rank : axis, { rank, size } = group;
  const node = apply(gatherOp, [x.node], { group, rank, size, canWait: false, turn: made++ });
  // The processes' axis moves to stand before the one that grows.
  const order = [...x.shape.map((_, i) => i + 1).slice(0, at), 0];
  const rest = x.shape.map((_, i) => i + 1).slice(at);
  const shape = x.shape.with(at, x.shape[at]! * size);
  return new Tensor(node, [x]).transpose([...order, ...rest]).reshape(shape);
}
