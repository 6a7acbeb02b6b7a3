import { wrongType } from "../core/errors.ts";
import { unknownName } from "../core/suggest.ts";
import type { LayerView } from "../nn/placement.ts";
import { checkModel } from "../train/check_model.ts";
import type { Model } from "../train/model.ts";

const isMaps = ({ outputShape }: LayerView) => outputShape.length === 3;

/** Whether a layer has maps of more than one unit. */
const hasExtent = (layer: LayerView) =>
  isMaps(layer) && layer.outputShape[0]! * layer.outputShape[1]! > 1;

/**
 * A layer with maps: the one named, or the last that has any.
 *
 * @throws {RangeError} for a layer that there is not; {TypeError} for one without maps
 */
export function mapsLayer(where: string, model: Model, name: string | undefined): LayerView {
  checkModel(model, where);
  const layers = model.layers, known = layers.filter(isMaps).map(({ name }) => name);
  const found = name === undefined
    ? layers.findLast(hasExtent) ?? layers.findLast(isMaps)
    : layers.find((layer) => layer.name === name);
  if (found === undefined) {
    if (name === undefined) throw wrongType(where, "a model with a layer of maps", "none");
    throw new RangeError(`${where}: layer: ${unknownName("layer", name, known)}`);
  }
  if (isMaps(found)) return found;
  throw wrongType(
    `${where}: layer`,
    "a layer of maps [height, width, channels]",
    `${found.name}, which yields [${found.outputShape}]`,
  );
}
