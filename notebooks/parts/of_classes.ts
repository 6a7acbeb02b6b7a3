import { arrayDataset, type Dataset } from "../../mod.ts";

/** The pictures of some classes, so many of each at most, as numbers from -2 to 2. */
export function ofClasses(data: Dataset, classes: readonly string[], most = Infinity): Dataset {
  const counts = classes.map(() => 0), labels: number[] = [], indices: number[] = [];
  for (let i = 0; i < data.length; i++) {
    const label = classes.indexOf(data.classes![data.get(i).targets[0]![0]!]!);
    if (label < 0 || counts[label]! >= most) continue;
    counts[label]!++;
    labels.push(label);
    indices.push(i);
  }
  const shape = data.inputs[0]!.shape, length = shape.reduce((a, b) => a * b);
  const inputs = new Float32Array(indices.length * length);
  indices.forEach((index, row) =>
    inputs.set(Float32Array.from(data.get(index).inputs[0]!, (x) => x / 64 - 2), row * length)
  );
  return arrayDataset({
    inputs: { data: inputs, shape },
    targets: Int32Array.from(labels),
    classes,
  });
}
