import type { TensorData } from "../core/dtype.ts";
import type { Network } from "../nn/network.ts";
import type { Weight } from "../nn/weight.ts";
import type { AveragedWeights } from "./averaged_weights.ts";
import type { Saveable } from "./checkpoint.ts";

/** Copies of all weights, by name. */
type Snapshot = ReadonlyMap<string, TensorData>;

/** The weights after the best epoch of a run, and until there is one those that it began with. */
export class BestWeights {
  readonly #weights: ReadonlyMap<string, Weight>;
  readonly #averages: AveragedWeights | undefined;
  #first: Snapshot | undefined;
  #best: Snapshot | undefined;

  /** Of a network; where its weights are averaged, of the averages. */
  constructor({ namedWeights }: Network, averages: AveragedWeights | undefined) {
    this.#weights = namedWeights;
    this.#averages = averages;
  }

  /** Keeps the weights that a run begins with. */
  async begin(): Promise<void> {
    this.#first = await this.#copy();
  }

  /** Keeps the weights as they are now: they are the best so far. */
  async keep(): Promise<void> {
    this.#best = await this.#copy();
    this.#first = undefined;
  }

  /** The best weights, as a checkpoint takes them. */
  get saveable(): ReadonlyMap<string, Saveable> | undefined {
    const best = this.#best;
    return best && new Map(
      Array.from(this.#weights, ([name, { shape, dtype }]) => [
        name,
        { shape, dtype, read: () => Promise.resolve(best.get(name)!) },
      ]),
    );
  }

  /** Takes those of a checkpoint for the best. */
  resume(stored: ReadonlyMap<string, { readonly data: TensorData }>): void {
    this.#best = new Map(Array.from(stored, ([name, { data }]) => [name, data]));
  }

  /** Puts the best ones back; false where there are none yet. */
  restore(): boolean {
    for (const [name, data] of this.#best ?? []) this.#weights.get(name)!.assign(data);
    return this.#best !== undefined;
  }

  /** After an error: puts the best ones back, or in place of spoilt ones those of the beginning. */
  rescue(isSpoilt: boolean): void {
    for (const [name, data] of this.#best ?? (isSpoilt ? this.#first : undefined) ?? []) {
      const weight = this.#weights.get(name)!;
      // Where the device is gone too, nothing can be written there.
      weight.release();
      weight.assign(data);
    }
  }

  async #copy(): Promise<Snapshot> {
    const copies = new Map<string, TensorData>();
    for (const [name, weight] of this.#weights) {
      copies.set(name, await (this.#averages?.values.get(name) ?? weight).read());
    }
    return copies;
  }
}
