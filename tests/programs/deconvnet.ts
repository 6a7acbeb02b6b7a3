// A deconvnet (Zeiler and Fergus 2013, arXiv 1311.2901): what in the pixels a feature map answers to.
// Filters and switches of max pooling go backwards as in a gradient; only rectification differs: it
// acts on what comes from above, whatever the forward pass saw.
import { gradient, type Model, relu, type Tensor, withGradient } from "../../mod.ts";

const rectify = withGradient((x: Tensor) => relu(x), (g) => relu(g));

/** The strongest answer of a feature of a layer, projected down to the pixels of x [1, h, w, c]. */
export function project(net: Model, x: Tensor, layerName: string, feature: number): Tensor {
  const strongest = (x: Tensor) => {
    const maps = net.apply(x, {
      outputs: [layerName],
      replace: ({ type }, result, [input]) => type === "relu" ? rectify(input!) : result,
    });
    return maps.slice([0, 0, 0, feature], [1, maps.shape[1]!, maps.shape[2]!, 1]).max();
  };
  return gradient(strongest)(x);
}
