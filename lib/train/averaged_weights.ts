import { ProgramBuilder } from "../nn/program.ts";
import type { Network } from "../nn/network.ts";
import type { Weights } from "../nn/apply.ts";
import { withMemory } from "../tensor/reclaim.ts";
import type { Runtime } from "../tensor/runtime.ts";
import { checkTensor } from "../tensor/tensor.ts";
import { record } from "../tensor/tracing.ts";
import { Variable } from "../tensor/variable.ts";
import { averagePrefix, averagesName } from "./checkpoint_names.ts";
import { renewStatistics, type StatisticsTask } from "./renew_statistics.ts";
import type { WeightAverage } from "./weight_average.ts";

/** Averages of a network's weights, which a run of `fit` keeps beside them. */
export class AveragedWeights {
  /** By the names of the weights. */
  readonly values: ReadonlyMap<string, Variable>;
  readonly #runtime: Runtime;
  readonly #network: Network;
  readonly #rule: WeightAverage;
  readonly #task: StatisticsTask;
  /** How often weights have joined. */
  readonly #count = new Variable("averaged", [], "f32");
  /** The last epoch that was looked after, and whether the averages are complete. */
  readonly #state = new Variable(averagesName, [2], "f32");

  /** Averages by a rule, which mean nothing before `begin`; the task says what statistics are counted over. */
  constructor(runtime: Runtime, network: Network, rule: WeightAverage, task: StatisticsTask) {
    this.#runtime = runtime;
    this.#network = network;
    this.#rule = rule;
    this.#task = task;
    this.values = new Map(
      Array.from(network.namedWeights, ([name, { shape, dtype }]) => [
        name,
        new Variable(averagePrefix + name, shape, dtype),
      ]),
    );
  }

  /** What belongs to a checkpoint, by name. */
  get variables(): ReadonlyMap<string, Variable> {
    const all = [...this.values.values(), this.#count, this.#state];
    return new Map(all.map((variable) => [variable.name, variable]));
  }

  /** Sets out from the weights as they are; nothing is copied before they change. */
  begin(): void {
    for (const [name, average] of this.values) {
      average.set(this.#network.weight(name).tensor());
    }
    this.#note(0, this.#rule.after === "step" && !this.#renews);
  }

  /** Has the weights after a step join, in its program, where the rule wants those of each step. */
  follow(builder: ProgramBuilder, weights: Weights): void {
    if (this.#rule.after === "step") this.#join(builder, weights);
  }

  /**
   * Looks after the averages at the end of an epoch (counted from 1): its weights join where they are
   * due, and until any have, the averages are the weights themselves. An epoch that was looked after
   * before its run was interrupted is left as it is.
   */
  async endEpoch(epoch: number): Promise<void> {
    const runtime = this.#runtime, [last] = await this.#state.read();
    if (last! >= epoch) return;
    if (this.#rule.after === "step") this.#note(epoch, !this.#renews);
    else if (this.#rule.isDue?.(epoch) ?? true) {
      await withMemory(runtime, () => this.#joining().run([]));
      this.#note(epoch, !this.#renews);
    } else if (!await this.#hasAny()) this.begin();
  }

  /** Whether any weights have joined. */
  async #hasAny(): Promise<boolean> {
    return (await this.#count.read())[0]! > 0;
  }

  /** Whether the averages are complete: their statistics are theirs. */
  async isComplete(): Promise<boolean> {
    return !await this.#hasAny() || (await this.#state.read())[1] === 1;
  }

  /** Counts the statistics anew where the averages have changed since; false if that was aborted. */
  async complete(): Promise<boolean> {
    if (await this.isComplete()) return true;
    // Whatever an interrupted pass has left.
    for (const [name, average] of this.values) {
      const weight = this.#network.weight(name);
      if (!weight.learnable) average.set(weight.tensor());
    }
    const { signal } = this.#task;
    try {
      await renewStatistics(this.#runtime, this.#network, this.values, this.#task);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      return false;
    }
    this.#note((await this.#state.read())[0]!, true);
    return true;
  }

  /** Puts the averages in the weights' place. */
  async install(): Promise<void> {
    if (!await this.#hasAny()) return;
    for (const [name, average] of this.values) this.#network.weight(name).set(average.tensor());
  }

  #note(epoch: number, isComplete: boolean): void {
    this.#state.assign(Float32Array.of(epoch, isComplete ? 1 : 0));
  }

  /** Gives device memory back. */
  release(): void {
    this.#runtime.release(this);
    for (const variable of this.variables.values()) variable.release();
  }

  get #renews(): boolean {
    return this.#rule.statistics === "renew" &&
      this.#network.weights.some(({ learnable, frozen }) => !learnable && !frozen);
  }

  #joining() {
    const runtime = this.#runtime;
    const frozen = this.#network.weights.map(({ frozen }) => frozen ? 1 : 0).join("");
    return runtime.programs.get(this, frozen, () =>
      record(() => {
        const builder = new ProgramBuilder();
        this.#join(builder, {});
        return builder.build(runtime);
      }));
  }

  /** Weights that are not given are taken as they are; frozen ones stay out of it. */
  #join(builder: ProgramBuilder, given: Weights): void {
    const count = builder.variable(this.#count);
    for (const [name, average] of this.values) {
      const weight = this.#network.weight(name);
      if (weight.frozen) continue;
      const old = builder.variable(average), now = given[name] ?? builder.variable(weight);
      const isCopied = !weight.learnable && this.#rule.statistics === "renew";
      const next = isCopied ? now : this.#rule.update(old, now, count);
      checkTensor(next, `average: ${this.#rule.name}: ${name}`, old);
      builder.update(average, next);
    }
    builder.update(this.#count, count.add(1));
  }
}
