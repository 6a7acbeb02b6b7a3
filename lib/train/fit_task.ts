import type { Normalization } from "../core/preprocessing.ts";
import type { Network } from "../nn/network.ts";
import type { Runtime } from "../tensor/runtime.ts";
import type { BestWeights } from "./best_weights.ts";
import type { Cohort } from "./cohort.ts";
import type { Dataset } from "./dataset.ts";
import type { EarlyStopper } from "./early_stopping.ts";
import type { OutputSettings } from "./outputs.ts";
import type { DataStream } from "./stream.ts";
import type { TrainerOptions } from "./training_programs.ts";
import type { FitSettings } from "./training_options.ts";

/** What `fit` is asked for. */
export interface FitTask {
  readonly network: Network;
  readonly data: Dataset | DataStream;
  readonly normalization: Normalization | undefined;
  /** Texts that a checkpoint holds. */
  readonly metadata: Readonly<Record<string, string>>;
  /** With numbers for the classes' weights. */
  readonly settings: Omit<FitSettings, "classWeights"> & Pick<OutputSettings, "classWeights">;
}

/** What a run has beside its trainer, where it is asked for, each in a module that is loaded then. */
export interface Extras extends Pick<TrainerOptions, "accumulation" | "averages" | "group"> {
  readonly best?: BestWeights | undefined;
  readonly stopper?: EarlyStopper | undefined;
  /** The processes that train together, where there are several. */
  readonly cohort?: Cohort | undefined;
}

/** Loads what a run is asked for. */
export async function extrasOf(
  runtime: Runtime,
  task: FitTask,
  signal: AbortSignal,
): Promise<Extras> {
  const { network, data, normalization = data.normalization, settings } = task;
  const { accumulate, average, batchSize, dropRemainder, earlyStopping, seed } = settings;
  const accumulation = accumulate > 1
    ? (await import("./accumulation.ts")).Accumulation
    : undefined;
  const counting = { data, normalization, batchSize, dropRemainder, seed, signal };
  const averages = average &&
    new (await import("./averaged_weights.ts")).AveragedWeights(
      runtime,
      network,
      average,
      counting,
    );
  const best = earlyStopping?.restoreBest === true
    ? new (await import("./best_weights.ts")).BestWeights(network, averages)
    : undefined;
  const stopper = earlyStopping &&
    new (await import("./early_stopping.ts")).EarlyStopper(earlyStopping);
  // A process that is alone has nobody to agree with.
  const group = settings.group && settings.group.size > 1 ? settings.group : undefined;
  const cohort = group && new (await import("./cohort.ts")).Cohort(group);
  return { accumulation, averages, best, stopper, group, cohort };
}
