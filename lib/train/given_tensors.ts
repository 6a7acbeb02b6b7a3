import { formatShape } from "../core/shape.ts";
import { checkSomeExamples } from "../nn/apply.ts";
import { describeValue, noTensor } from "../core/errors.ts";
import { type ByName, inNamedOrder, isByName, type TensorInputs } from "../nn/end_names.ts";
import { Tensor } from "../tensor/tensor.ts";
import { DataStream } from "./stream.ts";

/** The examples of a batch of tensors, of which all must have as many. */
export function sizeOfBatch(
  { inputs, targets, weights }: Readonly<
    Record<"inputs" | "targets" | "weights", readonly Tensor[]>
  >,
  where: string,
): number {
  const all = [...inputs, ...targets, ...weights], size = inputs[0]?.shape[0] ?? 0;
  if (all.some(({ shape }) => shape[0] !== size)) {
    throw new TypeError(
      `${where}: expected inputs, targets and weights with the same number of examples first, found ` +
        `${all.map(({ shape }) => formatShape(shape)).join(" and ")}`,
    );
  }
  checkSomeExamples(size, where);
  return size;
}

/** What a user gave as one or several tensors, in the order of `names`. */
export function tensorsOf(
  given: TensorInputs,
  where: string,
  names: readonly string[],
  kind = "input",
): readonly Tensor[] {
  const list = isByName(given)
    ? inNamedOrder(given as ByName<Tensor>, names, kind, where)
    : Array.isArray(given)
    ? given as readonly Tensor[]
    : [given as Tensor];
  const wrong = list.findIndex((item) => !(item instanceof Tensor));
  if (wrong < 0) return list;
  const other: unknown = list[wrong];
  const expected = isByName(given) ? `${names[wrong]}: expected a tensor` : "expected tensors";
  throw new TypeError(
    `${where}: ${expected}, found ${
      other instanceof DataStream
        ? "a stream; await its collect()"
        : ArrayBuffer.isView(other)
        ? `${describeValue(other)}; make a tensor of it: tensor(data, { shape: [1, …] })`
        : noTensor(other)
    }`,
  );
}
