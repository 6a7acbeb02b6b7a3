import { checkTensor, type Tensor } from "../tensor.ts";

/** x [..., n] times kernel [n, units], plus bias [units]. */
export function dense(x: Tensor, kernel: Tensor, bias?: Tensor): Tensor {
  checkTensor(x, "dense");
  return plusBias(x.matmul(kernel), bias, "dense");
}

/** x with a bias added to its last axis, if there is one. */
export function plusBias(x: Tensor, bias: Tensor | undefined, where: string): Tensor {
  if (bias === undefined) return x;
  checkTensor(bias, `${where}: bias`);
  return x.add(bias);
}
