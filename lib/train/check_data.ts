import { describeValue } from "../core/errors.ts";

/** Refuses what is no data set or stream; `where` says to what it was given. */
export function checkData(data: unknown, where: string): void {
  const { batches, inputs } = Object(data);
  if (typeof batches === "function" && Array.isArray(inputs)) return;
  throw new TypeError(
    `${where}: expected a data set (digits(), arrayDataset({ inputs, targets }) …), found ` +
      describeValue(data),
  );
}
