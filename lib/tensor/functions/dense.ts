import { checkTensor, type Tensor } from "../tensor.ts";

/** x [..., n] times kernel [n, units], plus bias [units]. */
export function dense(x: Tensor, kernel: Tensor, bias?: Tensor): Tensor {
  checkTensor(x, "dense");
  const product = x.matmul(kernel);
  return bias === undefined ? product : product.add(bias);
}
