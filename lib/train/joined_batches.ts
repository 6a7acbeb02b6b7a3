import { joined } from "../core/dtype.ts";
import { type Batch, type Field, onSides, type Schema } from "./batch.ts";

/** The arrays of several batches, one after another, as `arrayDataset` takes them: by name where they have names. */
export function joinedBatches(schema: Schema, batches: readonly Batch[]) {
  const { targets, ...others } = onSides(schema, (fields: readonly Field[], side) => {
    const sources = fields.map(({ shape, dtype }, i) => ({
      data: joined(dtype, batches.map((batch) => batch[side]![i]!)),
      shape,
    }));
    const names = fields.flatMap(({ name }) => name ?? []);
    return names.length < fields.length || names.length === 0
      ? sources
      : Object.fromEntries(names.map((name, i) => [name, sources[i]!]));
  });
  return { ...others, ...schema.targets.length > 0 && { targets } };
}
