import { formatShape, sameShape, sizeOf } from "../core/shape.ts";
import type { ProgramBuilder } from "../nn/program.ts";
import { where } from "../tensor/combine.ts";
import { full, iota } from "../tensor/create.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { Variable } from "../tensor/variable.ts";
import type { Metrics, OutputMetrics } from "./metric.ts";
import type { TrainedOutput } from "./outputs.ts";
import { ranksOf, sumOfRight } from "./right_answers.ts";

/** What has been counted since the last reset. */
export interface Counts extends Metrics {
  readonly examples: number;
  /** The first step (from 1) whose loss was not finite, if any. */
  readonly divergedAt: number | undefined;
}

/** What a batch yields for the counters. */
export interface CountedBatch {
  readonly size: number;
  /** The number of the step (f32, from 1). */
  readonly step: Tensor;
  readonly loss: Tensor;
  /** Of each output. */
  readonly outputs: readonly CountedResult[];
  /** Makes what is added the sum of several processes. */
  readonly reduce?: (added: Tensor) => Tensor;
}

const alone = (added: Tensor) => added;

/** What an output of a model yields for the counters. */
export interface CountedResult {
  readonly loss: Tensor;
  readonly predictions: Tensor;
  readonly targets: Tensor;
  /** What each example counts, and all together with their classes; where there are weights. */
  readonly weights: Tensor | undefined;
  readonly total: Tensor | undefined;
}

/** Sums over all outputs, of which the third and fourth belong to the only one of a model. */
const [lossSum, exampleCount, rightSum, withinSum, firstBadStep] = [0, 1, 2, 3, 4] as const;

/** Sums of one output. */
const own = { loss: 0, weight: 1, right: 2, within: 3 } as const;

/** A vector of `values` at some places and 0 at the others. */
function vectorOf(size: number, values: readonly (readonly [place: number, Tensor])[]): Tensor {
  const index = iota([size], 0);
  return values.map(([i, value]) => where(index.equal(i), value, 0)).reduce((a, b) => a.add(b));
}

const vector = (name: string, size: number) =>
  new Variable(name, [size], "f32", () => new Float32Array(size));

/**
 * Counters that stay on the device: each step adds to them, and the host reads them now and then. One
 * vector for the whole model; one for each output where there are several, or where examples or
 * classes have weights; and one variable for each metric.
 */
export class MetricCounters {
  readonly #counts = vector("metrics", 5);
  readonly #outputs: readonly OutputCounters[];
  readonly #isWeighted: boolean;

  /** Counters for the outputs of a model, of a process that `isAlone` or one of several. */
  constructor(outputs: readonly TrainedOutput[], isAlone = true) {
    this.#isWeighted = outputs.some(({ isWeighted }) => isWeighted);
    const haveOwn = this.#isWeighted || outputs.length > 1;
    this.#outputs = outputs.map((output, i) =>
      new OutputCounters(output, i === 0, haveOwn, isAlone)
    );
  }

  /** What holds the sums, by name. */
  get variables(): ReadonlyMap<string, Variable> {
    const all = [this.#counts, ...this.#outputs.flatMap(({ variables }) => variables)];
    return new Map(all.map((variable) => [variable.name, variable]));
  }

  /** Adds the counting of a batch to a program. */
  count(
    builder: ProgramBuilder,
    { size, step, loss, outputs, reduce = alone }: CountedBatch,
  ): void {
    const old = builder.variable(this.#counts), only = this.#outputs[0]!;
    const added = reduce(vectorOf(5, [
      [lossSum, loss.mul(size)],
      [exampleCount, full([], size)],
      [firstBadStep, loss.isFinite().equal(0).cast("f32")],
      ...only.sums === undefined ? only.answers(outputs[0]!, rightSum, withinSum) : [],
    ]));
    // The first step whose loss is not finite, if none was before.
    const isFirst = added.greater(0).mul(old.equal(0)).cast("f32");
    const isStep = iota([5], 0).equal(firstBadStep);
    builder.update(this.#counts, old.add(where(isStep, isFirst.mul(step), added)));
    this.#outputs.forEach((counters, i) => counters.count(builder, size, outputs[i]!, reduce));
  }

  /** Puts the sums over all processes in the place of what each has counted. */
  async combine(sum: (numbers: Float32Array<ArrayBuffer>) => Promise<void>): Promise<void> {
    const variables = [...this.variables.values()];
    const counted = await Promise.all(variables.map((variable) => variable.read()));
    const all = Float32Array.from(counted.flatMap((numbers) => [...numbers]));
    await sum(all);
    let at = 0;
    for (const variable of variables) variable.assign(all.slice(at, at += variable.size));
  }

  /** Forgets what was counted. */
  reset(): void {
    for (const variable of this.variables.values()) {
      variable.assign(new Float32Array(variable.size));
    }
  }

  /** What was counted. */
  async read(): Promise<Counts> {
    const counts = await this.#counts.read();
    const examples = counts[exampleCount]!, mean = (i: number) => counts[i]! / examples;
    const loss = mean(lossSum);
    const all = await Promise.all(
      this.#outputs.map((output) => output.read(loss, mean(rightSum), mean(withinSum), examples)),
    );
    const total = this.#isWeighted
      ? all.reduce((sum, { loss }, i) => sum + (this.#outputs[i]!.output.lossWeight ?? 1) * loss, 0)
      : loss;
    const outputs = Object.fromEntries(all.map((one, i) => [this.#outputs[i]!.output.name, one]));
    return {
      ...all[0]!,
      loss: total,
      ...all.length > 1 ? { outputs } : {},
      examples,
      divergedAt: counts[firstBadStep]! || undefined,
    };
  }
}

/** The counters of one output. */
class OutputCounters {
  /** Its own sums; undefined where those of the model are its. */
  readonly sums: Variable | undefined;
  readonly #metrics: readonly Variable[];

  constructor(
    readonly output: TrainedOutput,
    isFirst: boolean,
    hasOwn: boolean,
    readonly isAlone: boolean,
  ) {
    const { name, metrics } = output, prefix = isFirst ? "metrics" : `outputs.${name}.metrics`;
    this.sums = hasOwn ? vector(`outputs.${name}`, 4) : undefined;
    this.#metrics = Array.from(metrics, ([name, { shape }]) => {
      const zeros = () => new Float32Array(sizeOf(shape));
      return new Variable(`${prefix}.${name}`, shape, "f32", zeros);
    });
  }

  get variables(): readonly Variable[] {
    return [...this.sums ? [this.sums] : [], ...this.#metrics];
  }

  /** What is counted of right answers, at the places where it belongs in a vector. */
  answers(
    { predictions, targets }: CountedResult,
    right: number,
    within: number,
  ): (readonly [number, Tensor])[] {
    const { form, k } = this.output;
    if (form.tally === "ranks") {
      const ahead = ranksOf(predictions, targets, form.answer);
      const among = (k: number) => ahead.less(k).cast("f32").sum();
      return [[right, among(1)], [within, among(k)]];
    }
    if (form.tally === "accuracy") return [[right, sumOfRight(predictions, targets, form)!]];
    return [];
  }

  count(
    builder: ProgramBuilder,
    size: number,
    result: CountedResult,
    reduce: (added: Tensor) => Tensor,
  ): void {
    const { loss, total = full([], size), weights } = result;
    if (this.sums !== undefined) {
      const added = vectorOf(4, [
        [own.loss, loss.mul(total)],
        [own.weight, total],
        ...this.answers(result, own.right, own.within),
      ]);
      builder.update(this.sums, builder.variable(this.sums).add(reduce(added)));
    }
    const { form, metrics } = this.output;
    [...metrics].forEach(([name, metric], i) => {
      const variable = this.#metrics[i]!, sums = builder.variable(variable);
      const added = metric.count(result.predictions.detach(), result.targets, {
        answer: form.answer,
        threshold: form.threshold,
        ...weights && { weights },
        ...this.isAlone && { sums },
      });
      checkTensor(added, `metric "${name}"`);
      if (!sameShape(added.shape, metric.shape)) {
        throw new TypeError(
          `metric "${name}": expected count() to give ${formatShape(metric.shape)}, found ` +
            `${formatShape(added.shape)}`,
        );
      }
      builder.update(variable, sums.add(reduce(added.cast("f32"))));
    });
  }

  /** What was counted; of the model's sums where the output has none of its own. */
  async read(
    loss: number,
    right: number,
    within: number,
    examples: number,
  ): Promise<OutputMetrics> {
    if (this.sums !== undefined) {
      const sums = await this.sums.read(), weight = sums[own.weight]!;
      // Where no example counts, there is nothing to lose.
      loss = weight === 0 ? 0 : sums[own.loss]! / weight;
      [right, within] = [sums[own.right]! / examples, sums[own.within]! / examples];
    }
    const { form: { tally }, k, metrics } = this.output;
    const measured: [string, number][] = [];
    for (const [i, [name, metric]] of [...metrics].entries()) {
      const sums = await this.#metrics[i]!.read();
      measured.push([name, metric.result(Float32Array.from(sums))]);
    }
    return {
      loss,
      ...tally === "ranks" ? { top1: right, topK: within, ...k === 5 ? { top5: within } : {} } : {},
      ...tally === "accuracy" ? { accuracy: right } : {},
      ...measured.length > 0 ? { metrics: Object.fromEntries(measured) } : {},
    };
  }
}
