import type { Plan } from "../compile/plan.ts";
import type { Device, Executable, Storage } from "../device/device.ts";
import type { Collective } from "../graph/kernel.ts";
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

/** Numbers that a trip takes along, in memory that serves every run. */
type Message = Float32Array<ArrayBuffer>;

/** A plan with exchanges, loaded in parts on a device that knows nothing of them. */
export class CutProgram implements ExchangingExecutable {
  readonly #device: Device;
  readonly #actions: readonly Loaded[];
  readonly #shared: readonly Storage[];
  readonly #messages = new Map<number, Message>();

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
        const { sent, back } = this.#send(action, storages, turn);
        turn = sent;
        // It may fail while another is awaited; that is thrown when its turn comes.
        back.catch(() => {});
        const { parcels, exchange: { group } } = action;
        trips.set(action.trip, { parcels, back, group });
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
  async #wait(back: Promise<Message>, group: Collective): Promise<Message> {
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
    { exchange: { kind, group, canWait }, parcels, trip }: Sending,
    storages: readonly Storage[],
    turn: Promise<unknown>,
  ): { readonly sent: Promise<unknown>; readonly back: Promise<Message> } {
    const message = this.#messages.getOrInsertComputed(
      trip,
      () => new Float32Array(parcels.reduce((sum, { size }) => sum + size, 0)),
    );
    let at = 0;
    const reading = Promise.all(parcels.map(({ from, size }) => {
      const into = new Uint8Array(message.buffer, 4 * at, 4 * size);
      at += size;
      return this.#device.read(storages[from]!, into.length, into);
    }));
    const sent = Promise.all([reading, turn]).then(() => {
      const back = kind === "gather"
        ? group.gather(message)
        : group.sum(message, canWait).then(() => message);
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

/** Parcels that set out. */
type Sending = Extract<Action, { readonly kind: "send" }>;

/** Parcels on their way. */
interface Trip {
  readonly parcels: readonly Parcel[];
  readonly back: Promise<Message>;
  readonly group: Collective;
}
