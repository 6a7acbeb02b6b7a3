/** Networks of the zoo as ONNX models, with the same weights. */
import type { Model } from "../../mod.ts";
import { type Bytes, constant, kernelFirst, node, onnxModel } from "./onnx.ts";

type Config = Readonly<Record<string, unknown>>;

/** A setting as two numbers, for the height and the width. */
const pair = (value: unknown, fallback: number): readonly number[] =>
  Array.isArray(value)
    ? value as number[]
    : [value as number ?? fallback, value as number ?? fallback];

/** How a window moves, in ONNX's words. */
function moving({ stride, padding = 0 }: Config, window: readonly number[], usual: number) {
  if (typeof padding !== "number") throw new Error(`padding ${padding} is not written as ONNX`);
  return {
    kernel_shape: window,
    strides: pair(stride, usual),
    pads: [padding, padding, padding, padding],
  };
}

/**
 * A network for `size` images, with channels first in "x" and logits as "y".
 *
 * @throws {Error} for a layer that is not known here
 */
export async function networkModel(network: Model, size: number): Promise<Bytes> {
  const { layers, values, outputs } = network.architecture, parts: Bytes[] = [];
  const nameOf = (value: number) => value === outputs[0] ? "y" : `v${value}`;
  const weight = async (name: string) =>
    (await network.weight(name).read()) as Float32Array<ArrayBuffer>;
  for (const [number, value] of values.entries()) {
    if ("input" in value) {
      parts.push(node("Identity", ["x"], nameOf(number)));
      continue;
    }
    const { name, type, config } = layers[value.layer]!, inputs = value.sources.map(nameOf);
    const push = (operator: string, more: readonly string[] = [], attributes = {}) =>
      parts.push(node(operator, [...inputs, ...more], nameOf(number), attributes));
    const add = async (part: string, shape?: readonly number[]) => {
      const numbers = await weight(`${name}.${part}`);
      parts.push(constant(`${name}.${part}`, shape ?? [numbers.length], numbers));
      return `${name}.${part}`;
    };
    switch (type) {
      case "conv2d": {
        const { shape } = network.weight(`${name}.kernel`),
          [height, width, channels, filters] = shape;
        const kernel = kernelFirst(await weight(`${name}.kernel`), shape);
        parts.push(constant(`${name}.kernel`, [filters!, channels!, height!, width!], kernel));
        const bias = config.bias === false ? [] : [await add("bias")];
        const group = (config.groups as number | undefined) ?? 1;
        push("Conv", [`${name}.kernel`, ...bias], {
          ...moving(config, [height!, width!], 1),
          group,
        });
        break;
      }
      case "batchNorm": {
        const names = [];
        for (const part of ["gamma", "beta", "runningMean", "runningVariance"]) {
          names.push(await add(part));
        }
        push("BatchNormalization", names, { epsilon: { float: config.epsilon as number } });
        break;
      }
      case "dense": {
        const { shape } = network.weight(`${name}.kernel`);
        push("Gemm", [await add("kernel", shape), await add("bias")]);
        break;
      }
      case "maxPool2d": {
        const window = pair(config.window, 2);
        push("MaxPool", [], moving(config, window, window[0]!));
        break;
      }
      case "globalAveragePool2d":
        parts.push(node("GlobalAveragePool", inputs, `${name}.mean`));
        parts.push(node("Flatten", [`${name}.mean`], nameOf(number)));
        break;
      case "flatten":
        // Dense layers of this library read pixel by pixel.
        parts.push(node("Transpose", inputs, `${name}.last`, { perm: [0, 2, 3, 1] }));
        parts.push(node("Flatten", [`${name}.last`], nameOf(number)));
        break;
      case "relu":
        push("Relu");
        break;
      case "add":
        push("Add");
        break;
      case "dropout":
        push("Identity");
        break;
      case "adaptiveAveragePool2d":
        // Images of the usual size are as large as it makes them.
        push("Identity");
        break;
      default:
        throw new Error(`the layer ${type} is not written as ONNX`);
    }
  }
  const [height, width, channels] = network.inputShape;
  return onnxModel(parts, [size, channels!, height!, width!], [size, ...network.outputShape]);
}
