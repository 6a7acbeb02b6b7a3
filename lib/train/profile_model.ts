import { describeValue } from "../core/errors.ts";
import { flag, object, positiveInteger } from "../core/option_kinds.ts";
import { pick, type Schema as OptionSchema, type Values } from "../core/options.ts";
import type { Normalization } from "../core/preprocessing.ts";
import { sizeOf } from "../core/shape.ts";
import type { Storage } from "../device/device.ts";
import { multiplyAddsOf } from "../graph/kernel.ts";
import type { Plan } from "../compile/plan.ts";
import { checkInputs } from "../nn/apply.ts";
import type { Network } from "../nn/network.ts";
import type { PlannedProgram } from "../nn/program.ts";
import { ceilingsOf } from "../profile/ceilings.ts";
import { trafficOf, wordsOf } from "../profile/launch.ts";
import { Profile } from "../profile/profile.ts";
import type { LaunchProfile } from "../profile/profiled.ts";
import { timePlan } from "../profile/timing.ts";
import { tensor } from "../tensor/create.ts";
import { storagesOf } from "../tensor/evaluate.ts";
import type { Runtime } from "../tensor/runtime.ts";
import { Tensor } from "../tensor/tensor.ts";
import { fieldsOf, type Schema } from "./batch.ts";
import { Predictor } from "./predictor.ts";
import type { Trainer } from "./trainer.ts";
import { type FitOptions, trainOnBatchSchema } from "./training_options.ts";

/** Settings of {@linkcode Model.profile}. */
export interface ProfileOptions
  extends Pick<FitOptions, "optimizer" | "loss" | "lossWeights" | "metrics"> {
  /** Whether it is the step of `fit` that is looked at, with gradients and update; false by default. */
  readonly training?: boolean;
  /** The targets of that step, one for each output; by default class labels, where the loss takes them. */
  readonly targets?: Tensor | readonly Tensor[];
  /** How often each launch has its turn; 5 by default. The times are medians. */
  readonly repeats?: number;
}

/** The options of `profile`. */
export const profileSchema = {
  training: flag(false),
  targets: object<Tensor | readonly Tensor[]>("a tensor, or a list of tensors"),
  repeats: positiveInteger(5),
  ...pick(trainOnBatchSchema, "optimizer", "loss", "lossWeights", "metrics"),
} satisfies OptionSchema<ProfileOptions>;

/** What is to be profiled. */
export interface ProfileTask {
  readonly network: Network;
  readonly inputs: readonly Tensor[];
  readonly normalization: Normalization | undefined;
  readonly settings: Values<typeof profileSchema>;
  readonly signal: AbortSignal;
  /** A trainer of the network for data of these forms. */
  makeTrainer(data: Schema): Trainer;
}

const where = "profile";

/** Measures a prediction or a training step launch by launch; see `Model.profile`. */
export async function profileModel(runtime: Runtime, task: ProfileTask): Promise<Profile> {
  const { network, inputs, settings: { training, repeats: _, ...ofTraining } } = task;
  checkInputs(inputs, network.inputs, network.inputNames, where);
  const [unused] = Object.keys(ofTraining);
  if (!training && unused !== undefined) {
    throw new TypeError(`${where}: ${unused} is of a training step; add training: true`);
  }
  const size = inputs[0]!.shape[0]!;
  const targets = training ? targetsFor(network, size, ofTraining.targets) : [];
  const trainer = training
    ? task.makeTrainer({ inputs: fieldsOf(inputs), targets: fieldsOf(targets) })
    : undefined;
  try {
    const types = inputs.map(({ dtype }) => dtype);
    const rate = trainer?.optimizer.schedule.rate(0) ?? 0;
    const program = trainer?.planStep(size, rate) ??
      new Predictor(network).plan(runtime, types, size, task.normalization);
    const storages = await storagesOf([...inputs, ...targets], runtime);
    return await measure(runtime, task, program, storages);
  } finally {
    trainer?.release();
  }
}

/** The targets of a step: those given, or labels of classes. */
function targetsFor(
  network: Network,
  size: number,
  given: Tensor | readonly Tensor[] | undefined,
): readonly Tensor[] {
  if (given !== undefined) {
    const list = given instanceof Tensor ? [given] : given;
    const wrong = Array.isArray(list) ? list.find((one) => !(one instanceof Tensor)) : list;
    if (wrong !== undefined) {
      throw new TypeError(`${where}: targets: expected tensors, found ${describeValue(wrong)}`);
    }
    const other = list.find(({ shape }) => shape[0] !== size);
    if (other === undefined) return list;
    throw new TypeError(
      `${where}: targets: expected ${size} examples as the inputs have, found ${other.shape[0]}`,
    );
  }
  return network.outputs.map(({ shape }) => {
    const places = [size, ...shape.slice(0, -1)], classes = shape.at(-1) ?? 1;
    const labels = Int32Array.from({ length: sizeOf(places) }, (_, i) => i % Math.max(2, classes));
    return tensor(labels, { shape: places });
  });
}

/** Measures a program on copies of all that it changes. */
async function measure(
  runtime: Runtime,
  { network, settings: { training, repeats }, signal, inputs }: ProfileTask,
  { plan, variables }: PlannedProgram,
  storages: readonly Storage[],
): Promise<Profile> {
  const { device, programs } = runtime, allocate = (bytes: number) => programs.allocate(bytes);
  const ceilings = await ceilingsOf(device, allocate);
  using stack = new DisposableStack();
  const own = (bytes: number) => {
    const storage = allocate(bytes);
    stack.defer(() => storage.release());
    return storage;
  };
  const bound = [...storages];
  for (const { variable, isUpdated } of variables) {
    if (!isUpdated) bound.push(variable.bind(runtime));
    else {
      const numbers = await variable.read(), copy = own(numbers.byteLength);
      device.write(copy, numbers);
      bound.push(copy);
    }
  }
  for (const bytes of plan.bindings.slice(bound.length)) bound.push(own(bytes));
  const onLaunch = () => signal.throwIfAborted();
  const times = await timePlan(device, allocate, plan, { bound, repeats, onLaunch });
  const layerNames = network.layers.map(({ name }) => name);
  const sum = times.launches.reduce((a, b) => a + b, 0);
  return new Profile({
    device: String(runtime),
    training,
    batchSize: inputs[0]!.shape[0]!,
    repeats,
    wholeMilliseconds: times.whole,
    ceilings,
    launches: times.launches.map((milliseconds, i) => ({
      ...describe(plan, i, new Set(layerNames)),
      milliseconds,
      share: sum > 0 ? milliseconds / sum : 0,
    })).map((launch) => ({ ...launch, ...nearness(launch, ceilings) })),
    layerNames,
  });
}

/** A launch of a plan, all but what was measured. */
function describe(plan: Plan, i: number, known: ReadonlySet<string>) {
  const launch = plan.launches[i]!, [main, ...others] = launch.origins ?? [];
  const nameOf = (layer: string | undefined) =>
    layer !== undefined && known.has(layer) ? layer : undefined;
  const layer = nameOf(main?.layer);
  const also = new Set(others.flatMap((origin) => nameOf(origin.layer) ?? []));
  if (layer !== undefined) also.delete(layer);
  return {
    kernel: launch.kernel.kind,
    words: wordsOf(plan, launch),
    layer,
    part: main?.part ?? "other" as const,
    alsoFor: [...also],
    multiplyAdds: multiplyAddsOf(launch.kernel),
    ...trafficOf(plan, launch),
  };
}

type Counted = Pick<LaunchProfile, "milliseconds" | "multiplyAdds" | "bytesRead" | "bytesWritten">;

/** How near a launch comes to a device's ceilings. */
function nearness(
  { milliseconds, multiplyAdds, bytesRead, bytesWritten }: Counted,
  { multiplyAddsPerSecond, bytesPerSecond }: Profile["ceilings"],
): Pick<LaunchProfile, "limit" | "ceilingShare"> {
  const arithmetic = 1000 * multiplyAdds / multiplyAddsPerSecond;
  const memory = 1000 * (bytesRead + bytesWritten) / bytesPerSecond;
  return {
    limit: arithmetic > memory ? "arithmetic" : "memory",
    ceilingShare: milliseconds > 0 ? Math.max(arithmetic, memory) / milliseconds : 0,
  };
}
