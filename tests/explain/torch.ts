/** The networks and images of `generate_explain.py`, and what PyTorch found of them. */
import { decodeSafetensors } from "../../lib/core/safetensors/read.ts";
import { tensor } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { squeezenet } from "../../lib/zoo/squeezenet.ts";
import { firstValues, imagePlaces, kernelPlaces, numbers } from "../fixtures/networks.ts";

const { tensors } = decodeSafetensors(
  Deno.readFileSync(new URL("../fixtures/explain.safetensors", import.meta.url)),
  "explain.safetensors",
);

/** A network with the weights that PyTorch had, two images, and what is looked at. */
export interface Case {
  readonly name: string;
  readonly net: Model;
  readonly images: Tensor;
  /** The layer of Grad-CAM and the deconvnet, and its features. */
  readonly layer: string;
  readonly channel: readonly number[];
}

/** The classes that are explained. */
export const target = [3, 1];
/** The steps of integrated gradients. */
export const steps = 7;

/** What PyTorch found. */
export function found(
  name: string,
  what: string,
): { shape: readonly number[]; data: Float32Array } {
  const { shape, data } = tensors.get(`${name}.${what}`)!;
  return { shape, data: data as Float32Array };
}

/** The largest distance from what PyTorch found, relative to its largest number. */
export async function distance(result: Tensor, name: string, what: string): Promise<number> {
  const { shape, data } = found(name, what), ours = await result.data();
  if (`${shape}` !== `${result.shape}`) throw new Error(`${what}: ${result.shape} for ${shape}`);
  const most = Math.max(...data.map(Math.abs));
  return Math.max(...data.map((value, i) => Math.abs(value - ours[i]!))) / most;
}

/** Gives a network the weights of the one in PyTorch whose modules are named so. */
function fill(name: string, net: Model, modules: Readonly<Record<string, string>>): Model {
  for (const [layer, module] of Object.entries(modules)) {
    for (const [part, weight] of net.layer(layer).weights) {
      const isKernel = part === "kernel", { shape } = weight, size = net.weight(`${layer}.${part}`);
      const count = shape.reduce((a, b) => a * b, 1);
      const full = `${name}.${module}.${isKernel ? "weight" : "bias"}`;
      const fanIn = isKernel ? count / shape.at(-1)! : undefined;
      const values = firstValues(full, count, 0.25, fanIn), placed = new Float32Array(count);
      const places = isKernel ? kernelPlaces(shape) : Int32Array.from(values, (_, i) => i);
      places.forEach((place, i) => placed[place] = values[i]!);
      size.set(tensor(placed, { shape }));
    }
  }
  return net;
}

function images(name: string, height: number, width: number): Tensor {
  const shape = [2, height, width, 3], values = numbers(`${name}.images`, 6 * height * width);
  const placed = new Float32Array(values.length);
  imagePlaces(shape).forEach((place, i) => placed[place] = values[i]!);
  return tensor(placed, { shape });
}

/** Overlapping pooling, local response normalisation, two convolutions. */
function small(): Model {
  const norm = { size: 5, alpha: 0.5, beta: 0.75, k: 2 };
  const net = sequential([17, 15, 3])
    .conv2d(6, 5, { padding: 2, name: "conv1" }).relu().maxPool2d(3, { stride: 2 })
    .localResponseNorm(norm)
    .conv2d(8, 3, { name: "conv2" }).relu({ name: "relu2" }).maxPool2d(2)
    .flatten().dense(5, { name: "fc" });
  return fill("small", net, { conv1: "0", conv2: "4", fc: "8" });
}

/** The first stages of SqueezeNet 1.1 with a classifier. */
function stages(): Model {
  const net = squeezenet("1.1", { inputShape: [35, 35, 3] }).cut("features.4.concatenate")
    .globalAveragePool2d().dense(5, { name: "fc" });
  const fire = (module: number) =>
    ["squeeze", "expand1x1", "expand3x3"].map((part) =>
      [`features.${module}.${part}`, `${module}.${part}`] as const
    );
  const modules = Object.fromEntries([...fire(3), ...fire(4)]);
  return fill("squeezenet", net, { "features.0": "0", ...modules, fc: "6" });
}

/** Both networks. */
export const cases: readonly Case[] = [
  { name: "small", net: small(), images: images("small", 17, 15), layer: "relu2", channel: [2, 7] },
  {
    name: "squeezenet",
    net: stages(),
    images: images("squeezenet", 35, 35),
    layer: "features.4.concatenate",
    channel: [9, 100],
  },
];
