import { describeValue } from "../core/errors.ts";
import { select } from "../graph/ops/elementwise.ts";
import { concatenate as concatenateNodes } from "../graph/ops/layout.ts";
import { asTensor, checkTensor, Tensor, type TensorLike } from "./tensor.ts";

/** `a` where `condition` (i32) is not 0, else `b`. */
export function where(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  checkTensor(condition, "where: condition");
  const dtype = a instanceof Tensor ? a.dtype : b instanceof Tensor ? b.dtype : "f32";
  const [x, y] = [asTensor(a, dtype), asTensor(b, dtype)];
  return new Tensor(select(condition.node, x.node, y.node), [condition, x, y]);
}

/** Tensors one after another along an axis. */
export function concatenate(tensors: readonly Tensor[], axis = 0): Tensor {
  checkTensors(tensors, "concatenate");
  return new Tensor(concatenateNodes(tensors.map((t) => t.node), axis), tensors);
}

/** Tensors of one shape along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  checkTensors(tensors, "stack");
  if (tensors.length === 0) throw new TypeError("stack: expected at least one tensor");
  return concatenate(tensors.map((t) => t.expandDims(axis)), axis);
}

function checkTensors(tensors: readonly Tensor[], where: string): void {
  if (!Array.isArray(tensors)) {
    throw new TypeError(`${where}: expected a list of tensors, found ${describeValue(tensors)}`);
  }
  for (const t of tensors) checkTensor(t, where);
}
