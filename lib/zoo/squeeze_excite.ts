import { positiveInteger } from "../core/option_kinds.ts";
import { checkImageValue } from "./blocks.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";

/**
 * A squeeze-and-excitation block: the mean of each channel (squeeze) goes through two small dense
 * layers, of which the first has `reduction` times fewer units, to a factor between 0 and 1 for each
 * channel (excite), by which the image is multiplied (scale). For c channels it adds about
 * 2 c² / reduction parameters.
 *
 * Layers are named as in timm: `.fc1` and `.fc2` (convolutions of 1x1 pixel), `.gate` for the
 * factors, which `model.predict(x, { outputs: ["….gate"] })` shows.
 *
 * Source: Hu, Shen and Sun, "Squeeze-and-excitation networks", CVPR 2018, arXiv 1709.01507.
 *
 * ```ts
 * import { input, model, squeezeExcite } from "@striate/striate";
 * const x = input([56, 56, 256]);
 * const block = model(x, squeezeExcite(x, "se", 16));
 * console.log(block.parameters); // 8464
 * ```
 */
export function squeezeExcite(x: SymbolicValue, name: string, reduction = 16): SymbolicValue {
  checkImageValue(x, name, "squeezeExcite");
  positiveInteger().read(reduction, "squeezeExcite: reduction");
  const channels = x.shape.at(-1)!;
  const hidden = Math.max(1, Math.floor(channels / reduction));
  const gate = x
    .globalAveragePool2d({ name: `${name}.squeeze` })
    .reshape([1, 1, channels], { name: `${name}.pixel` })
    .conv2d(hidden, 1, { kernelInitializer: "heNormal", name: `${name}.fc1` })
    .relu({ name: `${name}.relu` })
    .conv2d(channels, 1, { name: `${name}.fc2` })
    .sigmoid({ name: `${name}.gate` });
  return x.multiply(gate, { name: `${name}.scale` });
}
