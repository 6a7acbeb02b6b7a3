import { assertAlmostEquals, assertEquals } from "@std/assert";
import { input } from "../../lib/nn/symbolic.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import type { OutputMetrics } from "../../lib/train/metric.ts";
import { model } from "../../lib/train/make_model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { testOnDevices } from "../tensor/devices.ts";

const count = 11;
const numbers = (size: number, factor: number) =>
  Float32Array.from({ length: count * size }, (_, i) => Math.sin(factor * i * i));
const yes = (data: Float32Array) => data.map((x) => x > 0 ? 1 : 0);

const data = arrayDataset({
  inputs: { data: numbers(12, 1), shape: [2, 2, 3] },
  targets: [
    { data: Int32Array.from({ length: count }, (_, i) => i % 3), shape: [] },
    { data: yes(numbers(3, 2)), shape: [3] },
    { data: Int32Array.from({ length: 4 * count }, (_, i) => (i * i) % 2), shape: [2, 2] },
    { data: yes(numbers(1, 3)), shape: [1] },
  ],
  weights: numbers(1, 5).map(Math.abs),
});

/** Which of three, three labels, a class for each pixel, and yes or no. */
function heads() {
  const x = input([2, 2, 3]), flat = x.flatten();
  return model(x, [
    flat.dense(3, { name: "kind" }),
    flat.dense(3, { name: "labels" }),
    x.conv2d(2, 1, { name: "pixels" }),
    flat.dense(1, { name: "side" }),
  ], { seed: 3 });
}

const loss = ["crossEntropy", "binaryCrossEntropy", "crossEntropy", "hinge"] as const;
const options = {
  loss,
  lossWeights: { pixels: 0.5 },
  classWeights: { kind: [1, 2, 0.5], pixels: [3, 1], side: [1, 4] },
  batchSize: 4,
};

/** Measures of each output after two epochs, by name. */
let expected: Readonly<Record<string, OutputMetrics>> | undefined;

testOnDevices(
  "weighted losses and every kind of accuracy are the same on all devices",
  async () => {
    const net = heads();
    const { epochs } = await net.fit(data, {
      ...options,
      metrics: {
        kind: "accuracy",
        labels: ["binaryAccuracy", "f1", "auc"],
        side: ["rootMeanSquaredError"],
      },
      epochs: 2,
      optimizer: sgd({ learningRate: 0.1, momentum: 0.5 }),
      validation: data,
    });
    const outputs = epochs[1]!.validation!.outputs!;
    assertEquals(Object.keys(outputs.pixels!), ["loss", "accuracy"]);
    assertEquals(outputs.labels!.accuracy, outputs.labels!.metrics!.binaryAccuracy);
    expected ??= outputs;
    for (const [name, one] of Object.entries(expected)) {
      const { metrics: wanted = {}, ...rest } = one, { metrics = {}, ...found } = outputs[name]!;
      const [all, others] = [{ ...rest, ...wanted }, { ...found, ...metrics }];
      for (const [measure, value] of Object.entries(all)) {
        assertAlmostEquals(Reflect.get(others, measure), value, 1e-5, `${name}: ${measure}`);
      }
    }
  },
);
