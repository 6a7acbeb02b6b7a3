/** A value's size and the launches, first and last, between which it is alive. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** A slot for each value, and the bytes of each slot. */
export interface Slots {
  readonly slotOf: readonly number[];
  readonly bytes: readonly number[];
}

/**
 * Shares memory between values that are never alive together. The largest value is placed first,
 * each into the first slot that is free all its life.
 *
 * Source: "greedy by size for shared objects" of Pisarchyk and Lee, "Efficient memory management
 * for deep neural net inference", 2020.
 */
export function assignSlots(lifetimes: readonly Lifetime[]): Slots {
  const order = lifetimes.map((_, i) => i).sort((a, b) =>
    lifetimes[b]!.bytes - lifetimes[a]!.bytes || a - b
  );
  const slotOf = new Array<number>(lifetimes.length);
  const bytes: number[] = [];
  const tenants: Lifetime[][] = [];
  for (const i of order) {
    const life = lifetimes[i]!;
    let slot = tenants.findIndex((lives) =>
      lives.every((other) => other.last < life.first || other.first > life.last)
    );
    if (slot < 0) {
      slot = tenants.length;
      tenants.push([]);
      bytes.push(life.bytes);
    }
    tenants[slot]!.push(life);
    slotOf[i] = slot;
  }
  return { slotOf, bytes };
}
