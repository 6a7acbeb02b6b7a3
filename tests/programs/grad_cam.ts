// Grad-CAM of any layer of a network (Selvaraju et al. 2017, arXiv 1610.02391).
import { gradient, type Model, relu, type Tensor } from "../../mod.ts";

/** Where on images [1, h, w, 3] a layer sees a class: [rows, columns] from 0. */
export function gradCam(net: Model, x: Tensor, layerName: string, label: number): Tensor {
  const maps = net.apply(x, { outputs: [layerName] });
  const score = (maps: Tensor) =>
    net.apply(x, { replace: ({ name }, result) => name === layerName ? maps : result })
      .slice([0, label], [1, 1]).sum();
  const importance = gradient(score)(maps).mean([1, 2], true);
  return relu(maps.mul(importance).sum(-1)).squeeze(0);
}
