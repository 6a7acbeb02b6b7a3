import type { Shape } from "../../core/shape.ts";
import { layerType } from "../../nn/layer.ts";
import type { Model } from "../../train/model.ts";

/** A kernel in 8 bits: codes in base 64, each times the scale of its filter. */
export interface QuantizedKernel {
  /** Int8, in base 64. */
  readonly codes: string;
  /** A scale for each index of the last axis. */
  readonly scales: readonly number[];
}

/** A layer as the page computes it, with the activation that follows. */
export interface PageLayer {
  readonly name: string;
  readonly words: string;
  readonly type: "conv2d" | "pool" | "dense";
  readonly to: Shape;
  readonly activation?: string;
  /** Of convolutions and pooling: what a unit reads, down and across. */
  readonly window?: readonly number[];
  readonly stride?: readonly number[];
  readonly start?: readonly number[];
  /** Whether pooling takes the largest number, not the mean. */
  readonly most?: boolean;
  readonly kernel?: QuantizedKernel;
  readonly bias?: readonly number[];
}

/** Numbers in 8 bits with a scale for each of the last axis: at most half a 127th of the largest off. */
export function quantized(values: ArrayLike<number>, filters: number): QuantizedKernel {
  const scales = new Float64Array(filters);
  for (let i = 0; i < values.length; i++) {
    scales[i % filters] = Math.max(scales[i % filters]!, Math.abs(values[i]!) / 127);
  }
  const codes = Int8Array.from(
    { length: values.length },
    (_, i) => scales[i % filters] === 0 ? 0 : Math.round(values[i]! / scales[i % filters]!),
  );
  return {
    codes: new Uint8Array(codes.buffer).toBase64(),
    scales: Array.from(scales, (scale) => Number(scale.toPrecision(6))),
  };
}

/** Layers that change nothing at inference, or the order of numbers that the page keeps anyway. */
const passed: ReadonlySet<string> = new Set(["dropout", "flatten", "softmax"]);

const activations: ReadonlySet<string> = new Set(["relu", "tanh", "sigmoid"]);

/**
 * The layers of a model that a page can compute.
 *
 * @throws {TypeError} for a model that branches, or has a layer that pages do not know.
 */
export async function pageLayers(model: Model, where: string): Promise<PageLayer[]> {
  const { layers, values } = model.architecture, found: PageLayer[] = [];
  let from = model.inputShape;
  for (const [i, value] of values.entries()) {
    if ("input" in value) continue;
    const { name, type, config } = layers[value.layer]!;
    const last = i === values.length - 1;
    const refuse = (why: string): never => {
      throw new TypeError(
        `${where}: layer ${JSON.stringify(name)} (${type}): ${why}; known are chains of conv2d, ` +
          "maxPool2d, averagePool2d, flatten, dropout, dense, relu, tanh and sigmoid",
      );
    };
    if (value.sources.length !== 1 || value.sources[0] !== i - 1) refuse("a branch");
    const { words, outputShape: to } = model.layer(name);
    if (activations.has(type)) {
      const before = found.at(-1);
      if (before === undefined || before.activation !== undefined) refuse("nothing to act on");
      found[found.length - 1] = { ...found.at(-1)!, activation: type };
    } else if (type === "conv2d" || type === "dense") {
      const kernel = await model.weight(`${name}.kernel`).read();
      const filters = to.at(-1)!;
      const bias = config.bias === false
        ? Array<number>(filters).fill(0)
        : Array.from(await model.weight(`${name}.bias`).read());
      if (type === "conv2d" && (config.groups ?? 1) !== 1) refuse("groups");
      if (type === "conv2d" && String(config.dilation ?? "1,1") !== "1,1") refuse("dilation");
      found.push({
        name,
        words,
        type,
        to,
        kernel: quantized(kernel, filters),
        bias: bias.map((x) => Number(x.toPrecision(7))),
        ...type === "conv2d" && windowOf(type, config, from),
      });
    } else if (type === "maxPool2d" || type === "averagePool2d") {
      const window = windowOf(type, config, from);
      if (window.start.some((at) => at !== 0)) refuse("padding");
      found.push({ name, words, type: "pool", to, most: type === "maxPool2d", ...window });
    } else if (!passed.has(type) || type === "softmax" && !last) refuse("not known to pages");
    from = to;
  }
  return found;
}

/** What a unit reads, down and across. */
function windowOf(type: string, config: Readonly<Record<string, unknown>>, from: Shape) {
  const windows = layerType(type).window!(config, [from[0]!, from[1]!]);
  return {
    window: windows.map(({ size }) => size),
    stride: windows.map(({ stride }) => stride),
    start: windows.map(({ start }) => start),
  };
}
