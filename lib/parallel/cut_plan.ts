import { bytesPerElement } from "../core/dtype.ts";
import type { Exchange } from "../graph/kernel.ts";
import { type Block, partOf, type PlanPart } from "../compile/parts.ts";
import type { Place, Plan, PlannedExchange } from "../compile/plan.ts";

/** Numbers that are sent and come back. */
export interface Parcel {
  readonly from: Block;
  readonly to: Block;
  readonly size: number;
}

/** What a run does, one thing after another. */
export type Action =
  /** Launches without an exchange between them; the blocks that its plan binds. */
  | { readonly kind: "compute" } & PlanPart
  /** Parcels set out together. */
  | {
    readonly kind: "send";
    readonly trip: number;
    readonly exchange: Exchange;
    readonly parcels: readonly Parcel[];
  }
  /** What comes next needs what came back from a trip. */
  | { readonly kind: "receive"; readonly trip: number };

/** A plan as devices can load it, in parts. */
export interface CutPlan {
  readonly actions: readonly Action[];
  /** Bytes of the blocks that are not bound. */
  readonly shared: readonly number[];
}

/** Exchanges that go together. */
interface Trip {
  readonly exchange: Exchange;
  readonly after: number;
  readonly exchanges: PlannedExchange[];
  /** How many launches do not need it. */
  readonly neededAfter: number;
}

/**
 * Cuts a plan at its exchanges. Sums that can wait and are there at the same time go together up to
 * the group's size of a bucket; what comes after them is computed meanwhile.
 */
export function cutPlan(plan: Plan): CutPlan {
  const trips = tripsOf(plan), events = eventsOf(trips);
  const cuts = [...new Set(events.map(({ at }) => at))];
  const bounds = [0, ...cuts, plan.launches.length];
  const ranges = bounds.slice(1).flatMap((end, i) =>
    end > bounds[i]! ? [[bounds[i]!, end]] : []
  ) as [
    number,
    number,
  ][];
  const { blockOf, shared } = blocksOf(plan, ranges);
  const actions: Action[] = [];
  let next = 0;
  for (const [start, end] of ranges) {
    for (; next < events.length && events[next]!.at <= start; next++) act(events[next]!);
    actions.push({
      kind: "compute",
      ...partOf(plan, start, end, (value) => blockOf(plan.values[value]!.place)),
    });
  }
  for (; next < events.length; next++) act(events[next]!);
  return { actions, shared };

  function act({ kind, trip }: Event): void {
    if (kind === "receive") return void actions.push({ kind, trip });
    const { exchange, exchanges } = trips[trip]!;
    const parcels = exchanges.map(({ input, output }) => ({
      from: blockOf(plan.values[input]!.place)!,
      to: blockOf(plan.values[output]!.place)!,
      size: plan.values[input]!.size,
    }));
    actions.push({ kind, trip, exchange, parcels });
  }
}

interface Event {
  readonly at: number;
  readonly kind: "send" | "receive";
  readonly trip: number;
}

/** What sets out together, in order. */
function tripsOf({ exchanges = [], launches, values }: Plan): Trip[] {
  const trips: Trip[] = [];
  let bytes = 0;
  for (const planned of exchanges) {
    const { exchange, after, input, output } = planned, last = trips.at(-1);
    const joins = last !== undefined && bytes < exchange.group.bucketBytes && exchange.canWait &&
      last.exchange.canWait && last.exchange.kind === exchange.kind &&
      last.exchange.group === exchange.group && last.after === after;
    const used = launches.findIndex(({ inputs }) => inputs.includes(output));
    const neededAfter = exchange.canWait ? (used < 0 ? launches.length : used) : after;
    const size = values[input]!.size * bytesPerElement[values[input]!.dtype];
    bytes = joins ? bytes + size : size;
    if (!joins) trips.push({ exchange, after, exchanges: [planned], neededAfter });
    else {
      const exchanges = [...last.exchanges, planned];
      trips[trips.length - 1] = {
        ...last,
        exchanges,
        neededAfter: Math.min(last.neededAfter, neededAfter),
      };
    }
  }
  return trips;
}

/** When what sets out and comes back, in order; of the same place, what was planned first comes first. */
function eventsOf(trips: readonly Trip[]): Event[] {
  const events = trips.flatMap(({ after, neededAfter, exchange }, trip): Event[] => {
    const send = { at: after, kind: "send", trip } as const;
    const receive = { at: neededAfter, kind: "receive", trip } as const;
    return exchange.canWait ? [send, receive] : [send, { ...receive, at: after }];
  });
  return events.sort((a, b) => a.at - b.at || a.trip - b.trip || (a.kind === "send" ? -1 : 1));
}

/** Which places are blocks: what is bound, and slots that more than one part or an exchange uses. */
function blocksOf(plan: Plan, ranges: readonly (readonly [number, number])[]) {
  const users = new Map<number, Set<number>>();
  const note = (value: number, user: number) => {
    const { kind, index } = plan.values[value]!.place;
    if (kind === "slot") users.getOrInsertComputed(index, () => new Set()).add(user);
  };
  ranges.forEach(([start, end], part) => {
    for (const { inputs, outputs } of plan.launches.slice(start, end)) {
      for (const value of [...inputs, ...outputs]) note(value, part);
    }
  });
  for (const { input, output } of plan.exchanges ?? []) {
    for (const value of [input, output]) for (const user of [-1, -2]) note(value, user);
  }
  const shared: number[] = [], blockOfSlot = new Map<number, Block>();
  plan.slots.forEach((bytes, slot) => {
    if ((users.get(slot)?.size ?? 0) < 2) return;
    blockOfSlot.set(slot, plan.bindings.length + shared.push(bytes) - 1);
  });
  const blockOf = ({ kind, index }: Place): Block | undefined =>
    kind === "binding" ? index : blockOfSlot.get(index);
  return { blockOf, shared };
}
