import { options } from "../core/options.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import { oneHot } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import { type TargetOptions, targetSchema } from "./explain_options.ts";
import { imagesFor, inBatches, targetsFor } from "./images.ts";
import { mapsOf } from "./deconvnet.ts";

/**
 * Class activation maps: of a net that ends with global average pooling and a dense layer, the sum of
 * the last maps, each times its weight for the class; of one that ends with pooling alone, as
 * SqueezeNet, the class's own map. [n, rows, columns], [rows, columns] for one image. Its mean is the
 * score, but for the bias; rectified and divided by the number of units it is what
 * {@linkcode gradCam} finds.
 *
 * Source: Zhou et al. 2015, arXiv 1512.04150.
 *
 * @throws {TypeError} for a net that ends in another way, and as {@linkcode gradCam}
 * @throws {RangeError} for a class that there is not, or an unknown option
 */
export async function classActivationMap(
  model: Model,
  images: Tensor,
  given: TargetOptions = {},
): Promise<Tensor> {
  const where = "classActivationMap", settings = options(where, given, targetSchema);
  const { x, shaped } = await imagesFor(where, model, images);
  const { maps, dense } = ending(where, model);
  const target = await targetsFor(where, model, x, settings);
  const classes = model.outputShape.at(-1)!;
  const run = (x: Tensor, target: Tensor) => {
    const found = mapsOf(model, x, maps, settings), chosen = oneHot(target, classes);
    const kernel = dense === undefined
      ? undefined
      : settings.weights?.[`${dense}.kernel`] ?? model.weight(`${dense}.kernel`).tensor();
    const weights = kernel === undefined ? chosen : chosen.matmul(kernel.transpose());
    return found.mul(weights.reshape([x.shape[0]!, 1, 1, weights.shape[1]!])).sum(-1);
  };
  return shaped(await inBatches(settings, run, x, target));
}

/** Layers between the maps and the logits that change nothing in an image of one pixel. */
const passive: ReadonlySet<string> = new Set(["dropout", "flatten", "softmax", "logSoftmax"]);

/** The layer of the last maps, and the dense layer that weighs them, where there is one. */
function ending(where: string, model: Model): { readonly maps: string; readonly dense?: string } {
  const names = new Map(model.layers.map(({ name }) => [model.output(name), name]));
  const typeOf = (value: SymbolicValue) => value.layer?.type.type ?? "input";
  const skip = (value: SymbolicValue): SymbolicValue =>
    passive.has(typeOf(value)) ? skip(value.sources[0]!) : value;
  let value = skip(model.outputs[0]!), dense: string | undefined;
  if (typeOf(value) === "dense") {
    dense = names.get(value);
    value = skip(value.sources[0]!);
  }
  const maps = typeOf(value) === "globalAveragePool2d" ? names.get(value.sources[0]!) : undefined;
  if (maps !== undefined) return { maps, ...dense !== undefined && { dense } };
  throw new TypeError(
    `${where}: expected a model that ends with globalAveragePool2d and at most one dense layer, found ` +
      `${typeOf(value)} there; gradCam takes any`,
  );
}
