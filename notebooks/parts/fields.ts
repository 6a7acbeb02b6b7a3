/** Receptive fields of networks with windows, as tables: for notebook 3. */
import { type Model, type ReceptiveField, type Table, table } from "../../mod.ts";

/** The receptive fields of a network's layers that have a window, by their names in its graph. */
export function fieldsOf(net: Model): ReceptiveField[] {
  const types = new Map(net.layers.map(({ name, type }) => [name, type]));
  return net.receptiveFields().filter(({ name }) =>
    types.get(name) === "conv2d" || types.get(name) === "maxPool2d"
  );
}

/** The same with the names of VGG's paper, which counts the convolutions of each stage. */
export function fieldsInStages(net: Model): ReceptiveField[] {
  let [stage, place] = [1, 0];
  return fieldsOf(net).map((field) => {
    if (net.layer(field.name).type === "conv2d") {
      return { ...field, name: `conv${stage}_${++place}` };
    }
    place = 0;
    return { ...field, name: `pool${stage++}` };
  });
}

/** A row for each layer. */
export const fieldTable = (fields: readonly ReceptiveField[], title: string): Table =>
  table(
    fields.map(({ name, size, stride, center }) => ({
      layer: name,
      "receptive field": `${size[0]}x${size[1]}`,
      stride: stride[0],
      "first centre": center[0],
    })),
    { title },
  );
