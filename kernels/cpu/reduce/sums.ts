import type { FunctionBuilder, Local, Vector } from "../wasm/assembler.ts";
import { type Combine, pairwise } from "./combine.ts";

/** How many variables `Sums` has. */
export interface SumsSize {
  readonly results: number;
  /** Chains of additions of each result that go on at once. */
  readonly together: number;
  /** Vectors of each chain. */
  readonly vectors: number;
  /** Whether chains end before the last element, and are put together in totals. */
  readonly hasTotals: boolean;
}

/** Variables for what chains of additions have come to, for each result of a reduction. */
export class Sums {
  readonly #f: FunctionBuilder;
  readonly #combine: Combine;
  /** For each result its chains, of vectors. */
  readonly #chains: readonly (readonly (readonly Local<"v128">[])[])[];
  /** For each result and vector, what chains came to that have ended. */
  readonly #totals: readonly (readonly Local<"v128">[])[] | undefined;

  /** Makes them, at the current place of `f`. */
  constructor(
    f: FunctionBuilder,
    combine: Combine,
    { results, together, vectors, hasTotals }: SumsSize,
  ) {
    const several = <T>(count: number, make: () => T) => Array.from({ length: count }, make);
    const fresh = () => several(vectors, () => f.local(combine.identity));
    this.#f = f;
    this.#combine = combine;
    this.#chains = several(results, () => several(together, fresh));
    this.#totals = hasTotals ? several(results, fresh) : undefined;
  }

  /** Adds a vector of each result to a chain. */
  add(chain: number, vector: number, values: readonly Vector[]): void {
    values.forEach((value, result) => {
      const sum = this.#chains[result]![chain]![vector]!;
      this.#f.set(sum, this.#combine.vector(sum, value));
    });
  }

  /** Ends all chains, and begins others. */
  join(): void {
    this.#totals?.forEach((totals, result) =>
      totals.forEach((total, vector) => {
        this.#f.set(total, this.#combine.vector(total, this.#joined(result, vector)));
        for (const chain of this.#chains[result]!) {
          this.#f.set(chain[vector]!, this.#combine.identity);
        }
      })
    );
  }

  #joined(result: number, vector: number): Vector {
    return pairwise(this.#combine, this.#chains[result]!.map((chain) => chain[vector]!));
  }

  /** A vector of a result, once the chains were joined. */
  of(result: number, vector: number): Local<"v128"> {
    const total = this.#totals === undefined ? undefined : this.#totals[result]![vector];
    return total ?? this.#f.local(this.#joined(result, vector));
  }
}
