// 300 photographs of two kinds of ants: a network that knows ImageNet learns to tell them apart.
import { adam, imageFolder, openNetwork } from "../../mod.ts";

export async function tellApart(photos: string, weights: string) {
  const { model, preprocessing } = await openNetwork("squeezenet1.1", weights, { classes: 2 });
  const { train, test } = await imageFolder(photos, { preprocessing, augment: "crop-flip" });
  const optimizer = adam({ learningRate: 1e-4 });
  await model.freeze({ upTo: "features.9" }).fit(train, { epochs: 3, batchSize: 8, optimizer });
  return { model, ...await model.evaluate(test) };
}
