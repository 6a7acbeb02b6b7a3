/** Runs as training leaves them, made up. */
import { encodePng } from "../../lib/plotly_svg/mod.ts";
import type { Probed } from "../../lib/probe/probe_file.ts";

/** What a made-up run is. */
export interface MadeUp {
  readonly status?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Lines of the metrics. */
  readonly lines?: readonly object[];
  readonly classes?: readonly string[];
  readonly probes?: readonly Probed[];
  /** What mistakes are called, and taken for. */
  readonly mistakes?: readonly (readonly [label: string, predicted: string])[];
  readonly result?: object;
}

/** When made-up runs begin. */
export const began = Date.UTC(2026, 0, 1);

/** Lines of progress at steps from 1, a second apart, with a loss that falls and jitters. */
export function progressLines(count: number, epochs = 10): object[] {
  return Array.from({ length: count }, (_, i) => {
    const step = i + 1, batches = Math.ceil(count / epochs);
    return {
      event: "progress",
      time: new Date(began + 1000 * step).toISOString(),
      epoch: Math.min(epochs, Math.floor(i / batches) + 1),
      epochs,
      batch: i % batches + 1,
      batches,
      step,
      loss: 2 * Math.exp(-step / count * 3) + 0.1 * Math.sin(step * 12.9898),
      top1: 1 - Math.exp(-step / count * 4),
      learningRate: 0.1 * (1 - i / count),
      imagesPerSecond: 900 + 60 * Math.sin(step),
      memory: 2e8 + 1000 * step,
    };
  });
}

/** An epoch that is done. */
export const epochLine = (epoch: number, step: number, loss: number) => ({
  event: "epoch",
  time: new Date(began + 1000 * step).toISOString(),
  epoch,
  step,
  loss,
  top1: 1 - loss / 3,
  learningRate: 0.1,
  seconds: 10,
  imagesPerSecond: 1000,
  validation: { loss: loss * 1.1, top1: 1 - loss / 2.5 },
});

/** Writes a run into a folder within another; its path. */
export function writeRun(root: string, id: string, made: MadeUp = {}): string {
  const folder = `${root}/${id}`;
  Deno.mkdirSync(`${folder}/mistakes`, { recursive: true });
  const { status = "done", settings = {}, lines = [], classes = ["a", "b"], probes = [] } = made;
  const content = {
    format: "striate-run",
    status,
    settings: { model: "lenet5", data: "digits", learningRate: 0.1, epochs: 10, ...settings },
    device: { kind: "cpu", description: "here" },
    data: { train: 100, test: 20, classes, fingerprint: "sha256:1" },
    versions: { striate: "0.1.0", deno: "2.9.6" },
    system: "linux x86_64",
    began: new Date(began).toISOString(),
    ...made.result !== undefined && { result: made.result },
  };
  const write = (name: string, text: string) => Deno.writeTextFileSync(`${folder}/${name}`, text);
  const inLines = (list: readonly object[]) =>
    list.map((one) => `${JSON.stringify(one)}\n`).join("");
  write("run.json", JSON.stringify(content));
  write("metrics.jsonl", inLines(lines));
  if (probes.length > 0) write("probes.jsonl", inLines(probes));
  if (made.mistakes === undefined) return folder;
  const list = made.mistakes.map(([label, predicted], i) => {
    const file = `${String(i + 1).padStart(2, "0")}.png`;
    Deno.writeFileSync(`${folder}/mistakes/${file}`, encodePng([0, 255, 255, 0], 2, 2, 1));
    return { file, index: i, label, predicted, probability: 0.9 };
  });
  write("mistakes/index.json", JSON.stringify(list));
  write("mistakes/confusion.json", JSON.stringify({ classes, counts: [[0, 0, 9], [0, 1, 1]] }));
  return folder;
}

/** Adds a line to the metrics of a run. */
export const addLine = (folder: string, line: object) =>
  Deno.writeTextFileSync(`${folder}/metrics.jsonl`, `${JSON.stringify(line)}\n`, { append: true });

/** What looks at a small network would show. */
export function lookAt(epoch: number, weight: string, layer: string): Probed {
  const counts = Array.from(
    { length: 30 },
    (_, i) => Math.round(99 * Math.exp(-((i - 15) ** 2) / 40)),
  );
  const histogram = { low: -1 - epoch / 10, high: 1 + epoch / 10, counts };
  return {
    time: new Date(began + 1000 * epoch).toISOString(),
    epoch,
    step: 100 * epoch,
    weights: { [weight]: { norm: 2 + epoch, gradient: 1 / (1 + epoch), histogram } },
    activations: { [layer]: { mean: 0, deviation: 1, zeros: 0.5, histogram } },
    filters: {
      name: weight,
      shape: [1, 2, 1, 2],
      range: 0.5,
      pixels: Uint8Array.of(0, 255, 128, 60).toBase64(),
    },
  };
}
