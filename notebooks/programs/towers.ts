/**
 * AlexNet's two towers, as they were on two graphics cards: each process has half of the channels, and
 * all of them come together where the paper has it: before the third convolution and before each dense
 * layer.
 *
 * Source: Krizhevsky, Sutskever and Hinton, 2012, figure 2.
 *
 * @module
 */
import { layerType } from "../../lib/nn/layer.ts";
import {
  alexnet2012,
  defineLayer,
  type Group,
  Layer,
  type Model,
  model,
  type SymbolicValue,
} from "../../mod.ts";

const groups: Group[] = [];

/** Both halves of the channels. */
const bothType = defineLayer<{ readonly group: number }>({
  type: "bothTowers",
  call: ([x], _, { group }) => groups[group]!.gatherTensor(x!, -1),
});

/** A small AlexNet in one process; response normalisation looks at no channel of the other tower. */
export const whole = () =>
  alexnet2012({
    width: 0.125,
    classes: 10,
    inputShape: [67, 67, 3],
    localResponseNorm: { size: 1, alpha: 5e-4, k: 2 },
    seed: 2,
  });

/** Layers before which the towers exchange what they have; the first dense layer sees what is flattened. */
const meetings = ["conv3", "flatten", "fc7", "fc8"];

/** One of the two processes' half of a network. */
export async function tower(net: Model, group: Group): Promise<Model> {
  const place = groups.push(group) - 1, both = () => new Layer(bothType, { group: place });
  const input = net.inputs[0]!;
  let x: SymbolicValue = input;
  for (const { name, type, config } of net.layers) {
    if (meetings.includes(name)) x = x.apply(both());
    x = x.apply(new Layer(layerType(type), halved(type, config), name));
  }
  const made = model(input, x.apply(both()));
  for (const [name, weight] of made.namedWeights) {
    const numbers = await net.weight(name).read(), { shape } = net.weight(name);
    const last = shape.at(-1)!, own = last / 2, start = group.rank * own;
    weight.assign(numbers.filter((_, i) => i % last >= start && i % last < start + own));
  }
  return made;
}

/** A layer's settings with half of the filters or units, and no groups. */
function halved(type: string, config: Readonly<Record<string, unknown>>) {
  if (type === "conv2d") return { ...config, filters: Number(config.filters) / 2, groups: 1 };
  return type === "dense" ? { ...config, units: Number(config.units) / 2 } : config;
}
