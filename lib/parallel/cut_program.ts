import type { Plan } from "../compile/plan.ts";
import type { Device, Executable, Storage } from "../device/device.ts";
import type { Collective, Exchange } from "../graph/kernel.ts";
import type { ExchangingExecutable } from "../tensor/program_store.ts";
import { type Action, cutPlan, type Parcel } from "./cut_plan.ts";

/** An action whose plan is loaded. */
type Loaded =
  | Exclude<Action, { readonly kind: "compute" }>
  | {
    readonly kind: "compute";
    readonly executable: Executable;
    readonly blocks: readonly number[];
  };

/** A plan with exchanges, loaded in parts on a device that knows nothing of them. */
export class CutProgram implements ExchangingExecutable {
  readonly #device: Device;
  readonly #actions: readonly Loaded[];
  readonly #shared: readonly Storage[];

  /** Loads a plan; all of it or nothing. */
  constructor(plan: Plan, device: Device) {
    this.#device = device;
    const { actions, shared } = cutPlan(plan), made: { release(): void }[] = [];
    const keep = <T extends { release(): void }>(one: T): T => {
      made.push(one);
      return one;
    };
    try {
      this.#shared = shared.map((bytes) => keep(device.allocate(bytes)));
      this.#actions = actions.map((action) => {
        if (action.kind !== "compute") return action;
        const { kind, plan, blocks } = action;
        return { kind, executable: keep(device.load(plan)), blocks };
      });
    } catch (error) {
      for (const one of made) one.release();
      throw error;
    }
  }

  /** It takes time, and is no program for what computes at once. */
  run(): void {
    throw new TypeError(
      "numbers are exchanged between processes only in the programs of a model: in layers and losses of " +
        "fit and predict",
    );
  }

  async start(bindings: readonly Storage[]): Promise<void> {
    const storages = [...bindings, ...this.#shared];
    const trips = new Map<number, Trip>();
    let turn: Promise<unknown> = Promise.resolve();
    for (const action of this.#actions) {
      if (action.kind === "compute") {
        action.executable.run(action.blocks.map((block) => storages[block]!));
      } else if (action.kind === "send") {
        const { exchange, parcels, trip } = action;
        const { sent, back } = this.#send(exchange, parcels, storages, turn);
        turn = sent;
        // It may fail while another is awaited; that is thrown when its turn comes.
        back.catch(() => {});
        trips.set(trip, { parcels, back, group: exchange.group });
      } else {
        const { parcels, back, group } = trips.get(action.trip)!;
        const numbers = await this.#wait(back, group);
        let at = 0;
        for (const { to, size } of parcels) {
          const length = parcels.length === 1 ? numbers.length : size;
          this.#device.write(storages[to]!, numbers.subarray(at, at += length));
        }
      }
    }
  }

  /** What comes back; the group is told how long the device had nothing to do meanwhile. */
  async #wait(back: Promise<Back>, group: Collective): Promise<Back> {
    await this.#device.finish();
    const since = performance.now(), numbers = await back;
    group.stood(performance.now() - since);
    return numbers;
  }

  /**
   * Takes numbers from the device as they are when all that is queued is done, and sends them; `turn` is
   * when those before them have been sent, since what is read first is not always there first.
   */
  #send(
    { kind, group, canWait }: Exchange,
    parcels: readonly Parcel[],
    storages: readonly Storage[],
    turn: Promise<unknown>,
  ): { readonly sent: Promise<unknown>; readonly back: Promise<Back> } {
    const reading = Promise.all(
      parcels.map(({ from, size }) => this.#device.read(storages[from]!, size * 4)),
    );
    const sent = Promise.all([reading, turn]).then(([parts]) => {
      const numbers = joined(parts);
      const back = kind === "gather"
        ? group.gather(numbers)
        : group.sum(numbers, canWait).then(() => numbers);
      // In an object, or it would be awaited here.
      return { back };
    });
    return { sent, back: sent.then(({ back }) => back) };
  }

  release(): void {
    for (const storage of this.#shared) storage.release();
    for (const action of this.#actions) if (action.kind === "compute") action.executable.release();
  }
}

/** Parcels on their way. */
interface Trip {
  readonly parcels: readonly Parcel[];
  readonly back: Promise<Back>;
  readonly group: Collective;
}

type Back = Float32Array<ArrayBuffer>;

/** Numbers one after another. */
function joined(parts: readonly ArrayBuffer[]): Back {
  if (parts.length === 1) return new Float32Array(parts[0]!);
  const all = new Float32Array(parts.reduce((sum, { byteLength }) => sum + byteLength / 4, 0));
  let at = 0;
  for (const part of parts) {
    all.set(new Float32Array(part), at);
    at += part.byteLength / 4;
  }
  return all;
}
