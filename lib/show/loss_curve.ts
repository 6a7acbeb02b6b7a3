import type { EpochRecord, Progress } from "../train/epoch_record.ts";
import { Figure } from "./figure.ts";

/** Points that are kept; with more, neighbours become one. */
const most = 300;

interface Point {
  readonly step: number;
  readonly loss: number;
}

/** The loss as training goes on, drawn small. */
export class LossCurve {
  #training: Point[] = [];
  readonly #validation: Point[] = [];
  /** The sum of the losses of this epoch's batches, and how many there were. */
  #sum = 0;
  #batches = 0;
  #firstStep = 0;
  /** Batches of an epoch, of which several may be a step; a stream does not know. */
  #perEpoch: number | undefined;

  /** Notes how training stands. What it says are means since the epoch began. */
  progress({ loss, batch, batches, step }: Progress): void {
    this.#firstStep = step - batch;
    this.#perEpoch = batches;
    this.#add(step, loss, batch);
  }

  /** Notes the end of an epoch. */
  epoch({ loss, step, validation }: EpochRecord): void {
    this.#add(step, loss, this.#perEpoch ?? step - this.#firstStep);
    [this.#sum, this.#batches, this.#firstStep] = [0, 0, step];
    if (validation !== undefined) this.#validation.push({ step, loss: validation.loss });
  }

  /** The mean loss of the batches since the last time. */
  #add(step: number, mean: number, batches: number): void {
    const count = batches - this.#batches, sum = mean * batches;
    if (count <= 0) return;
    this.#training.push({ step, loss: (sum - this.#sum) / count });
    [this.#sum, this.#batches] = [sum, batches];
    if (this.#training.length <= most) return;
    this.#training = Array.from({ length: this.#training.length >> 1 }, (_, i) => {
      const [a, b] = [this.#training[2 * i]!, this.#training[2 * i + 1]!];
      return { step: b.step, loss: (a.loss + b.loss) / 2 };
    });
  }

  /** The curve; undefined while there is nothing to see. */
  figure(): Figure | undefined {
    if (this.#training.length < 2) return undefined;
    const line = (points: readonly Point[], name: string, look: Record<string, unknown>) => ({
      type: "scatter",
      x: points.map(({ step }) => step),
      y: points.map(({ loss }) => loss),
      name,
      ...look,
    });
    return new Figure({
      data: [
        line(this.#training, "training", { mode: "lines" }),
        ...this.#validation.length === 0
          ? []
          : [line(this.#validation, "validation", { mode: "lines+markers" })],
      ],
      layout: {
        width: 480,
        height: 200,
        margin: { l: 50, r: 15, t: 10, b: 35 },
        showlegend: this.#validation.length > 0,
        xaxis: { title: { text: "step" } },
        yaxis: { title: { text: "loss" } },
      },
    });
  }
}
