import { type Batch, copyRow, emptyBatch } from "./batch.ts";
import { Draw } from "./draw.ts";
import type { Examples, ReadExample } from "./reading.ts";

/** Reads examples once, as for epoch 0 of seed 0, as far as `bytes` hold them; others anew each time. */
export function keptIn(bytes: number, examples: Examples): ReadExample {
  const kept = new Map<number, Batch | Error>();
  const most = Math.floor(bytes / bytesOf(emptyBatch(examples, 1)));
  return (index, batch, row, draw) => {
    const found = kept.get(index);
    if (found instanceof Error) return Promise.resolve(found);
    if (found !== undefined) return copyRow(examples, found, 0, batch, row);
    const reading = examples.read(index, batch, row, new Draw(0, 0, draw.index));
    const keep = (error: void | Error) => {
      if (kept.size >= most) return error;
      const example = emptyBatch(examples, 1);
      copyRow(examples, batch, row, example, 0);
      kept.set(index, error ?? example);
      return error;
    };
    return reading instanceof Promise ? reading.then(keep) : void keep(reading);
  };
}

/** The bytes of a batch's arrays. */
function bytesOf({ inputs, targets, weights = [] }: Batch): number {
  return [...inputs, ...targets, ...weights].reduce((sum, { byteLength }) => sum + byteLength, 0);
}
