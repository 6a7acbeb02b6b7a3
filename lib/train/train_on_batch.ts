import { storagesOf } from "../tensor/evaluate.ts";
import type { TensorInputs } from "../nn/end_names.ts";
import type { Network } from "../nn/network.ts";
import type { Runtime } from "../tensor/runtime.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { valueOf } from "../tensor/value.ts";
import { fieldsOf, formatFields, type Schema } from "./batch.ts";
import { sizeOfBatch, tensorsOf } from "./given_tensors.ts";
import type { Metrics } from "./metric.ts";
import { adam } from "./optimizers.ts";
import { isSameChoice } from "./same_choice.ts";
import type { Trainer } from "./trainer.ts";
import type { TrainOnBatchOptions } from "./training_options.ts";

/** A batch as a user has it. */
interface Tensors {
  readonly size: number;
  readonly inputs: readonly Tensor[];
  readonly targets: readonly Tensor[];
  readonly weights: readonly Tensor[];
}

const where = "trainOnBatch";

/** The batch that a user gives, each part in a model's order. */
export function batchOf(
  { inputNames, outputNames }: Network,
  x: TensorInputs,
  y: TensorInputs,
  weights: TensorInputs,
): Tensors {
  const batch = {
    inputs: tensorsOf(x, where, inputNames),
    targets: tensorsOf(y, where, outputNames, "output"),
    weights: tensorsOf(weights, `${where}: weights`, outputNames, "output"),
  };
  return { size: sizeOfBatch(batch, where), ...batch };
}

/** Settings that stay from one call to the next. */
type Settings = Omit<TrainOnBatchOptions, "weights" | "epoch">;

/** Makes the trainer for data and settings. */
type MakeTrainer = (data: Schema, settings: Settings) => Trainer;

/** What goes on from one call of `Model.trainOnBatch` to the next: settings, the optimizer's memory. */
export class BatchTraining {
  #last: { runtime: Runtime; trainer: Trainer; form: string; settings: Settings } | undefined;

  /** All that was chosen so far. */
  get settings(): Settings {
    return this.#last?.settings ?? {};
  }

  /**
   * Makes a trainer where none serves; it goes on with what the optimizer remembers.
   *
   * @throws {TypeError} if the batch has other fields than those before
   */
  async prepare(
    runtime: Runtime,
    batch: Tensors,
    chosen: Settings,
    makeTrainer: MakeTrainer,
  ): Promise<void> {
    const data = dataOf(batch), form = formatFields(data);
    const before = this.#last;
    if (before !== undefined && before.form !== form) {
      throw new TypeError(
        `${where}: expected ${before.form}, as in the first call, found ${form}`,
      );
    }
    const settings = { ...before?.settings, ...chosen };
    let trainer = before?.trainer;
    if (
      trainer === undefined || before?.runtime !== runtime || !isSameStep(before.settings, settings)
    ) {
      trainer = makeTrainer(data, settings);
      // If what the optimizer remembers was lost with its device, the next call begins anew.
      this.#last = undefined;
      try {
        if (before !== undefined) await goOn(trainer, before.trainer);
      } finally {
        before?.trainer.release();
      }
    }
    this.#last = { runtime, trainer, form, settings };
  }

  /** One step; the measures are those before it. */
  async step(tensors: Tensors, epoch: number): Promise<Metrics> {
    const { inputs, targets, weights } = tensors, { runtime, trainer, settings } = this.#last!;
    const storages = await storagesOf([...inputs, ...targets, ...weights], runtime);
    const there = (list: readonly Tensor[]) => list.map(({ node }) => valueOf(node)?.data);
    trainer.checkTargets({ targets: there(targets), weights: there(weights) });
    trainer.counters.reset();
    const rate = (settings.optimizer ?? trainer.optimizer).schedule.rate(epoch);
    await trainer.stepOn(storages, tensors.size, rate);
    const { divergedAt: _at, examples: _examples, ...metrics } = await trainer.read();
    if (!Number.isFinite(metrics.loss)) await checkFinite(tensors);
    return metrics;
  }

  /** Frees what it has on the device. */
  release(): void {
    this.#last?.trainer.release();
  }
}

/**
 * Has a trainer go on where another one of the same weights stands, maybe with other settings. What an
 * optimizer of another kind remembers means nothing to its own, which begins anew, as its count of steps.
 */
async function goOn(trainer: Trainer, before: Trainer): Promise<void> {
  if (!trainer.optimizer.remembersAs(before.optimizer)) return;
  const { variables } = trainer;
  for (const [name, variable] of before.variables) {
    if (name.startsWith("optimizer.")) variables.get(name)!.assign(await variable.read());
  }
  const random = variables.get("trainer.random")!, [low, high] = await random.read();
  const steps = (await before.variables.get("trainer.random")!.read())[2]!;
  random.assign(Int32Array.of(low!, high!, steps));
}

/** What a data set would be, of which tensors are a batch. */
const dataOf = ({ inputs, targets, weights }: Tensors): Schema => ({
  inputs: fieldsOf(inputs),
  targets: fieldsOf(targets),
  ...weights.length > 0 && { weights: fieldsOf(weights) },
});

/** Looks whether the data are to blame for a loss that is not finite. */
async function checkFinite(tensors: Tensors): Promise<void> {
  const onHost = (list: readonly Tensor[]) => Promise.all(list.map((t) => t.data()));
  const batch = {
    size: tensors.size,
    inputs: await onHost(tensors.inputs),
    targets: await onHost(tensors.targets),
    weights: await onHost(tensors.weights),
  };
  const { checkBatch } = await import("./not_finite.ts");
  checkBatch(dataOf(tensors), batch, where);
}

/** Whether steps with one choice of settings are those with another, but for the learning rate. */
function isSameStep(a: Settings, b: Settings): boolean {
  const { optimizer, loss = "crossEntropy", seed = 0, ...others } = a;
  const { optimizer: other, loss: otherLoss = "crossEntropy", seed: otherSeed = 0, ...rest } = b;
  return isSameChoice([loss, seed, others], [otherLoss, otherSeed, rest]) &&
    (optimizer === other || (optimizer ?? adam()).computesAs(other ?? adam()));
}
