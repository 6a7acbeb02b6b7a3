import { normal } from "../nn/initializer.ts";
import { model } from "../train/make_model.ts";
import type { Model } from "../train/model.ts";
import { type ArchitectureOptions, imageNetSchema, settingsOf } from "./architecture_options.ts";
import { ZooEntry } from "./entry.ts";
import { imageNetRgb } from "./published.ts";

/**
 * The Zeiler-Fergus net, ILSVRC 2013: AlexNet whose first layer has smaller windows closer together
 * (7x7, stride 2), which pictures of its filters had suggested. Pooling rounds up. The paper gives
 * no padding; here conv1 has 1, which yields the paper's map sizes 110, 55, 26, 13 and 6. Images are
 * at least 47 pixels high and wide.
 *
 * Source: Zeiler and Fergus, "Visualizing and understanding convolutional networks", ECCV 2014,
 * arXiv 1311.2901.
 *
 * ```ts
 * import { zfnet } from "@striate/striate";
 * console.log(zfnet().parameters); // 62357608
 * ```
 */
export function zfnet(given: ArchitectureOptions = {}): Model {
  const { image, classes, scaled, seed } = settingsOf("zfnet", given, imageNetSchema, 47);
  const kernelInitializer = normal(0.01);
  const pool = { stride: 2, ceilMode: true };
  let x = image
    .conv2d(scaled(96), 7, { stride: 2, padding: 1, kernelInitializer, name: "conv1" })
    .relu({ name: "relu1" }).maxPool2d(3, { ...pool, name: "pool1" })
    .localResponseNorm({ name: "norm1" })
    .conv2d(scaled(256), 5, { stride: 2, kernelInitializer, name: "conv2" })
    .relu({ name: "relu2" }).maxPool2d(3, { ...pool, name: "pool2" })
    .localResponseNorm({ name: "norm2" });
  [384, 384, 256].forEach((filters, i) => {
    x = x.conv2d(scaled(filters), 3, { padding: 1, kernelInitializer, name: `conv${i + 3}` })
      .relu({ name: `relu${i + 3}` });
  });
  x = x.maxPool2d(3, { ...pool, name: "pool5" }).flatten({ name: "flatten" });
  for (const i of [6, 7]) {
    x = x.dense(scaled(4096), { kernelInitializer, name: `fc${i}` }).relu({ name: `relu${i}` })
      .dropout(0.5, { name: `drop${i}` });
  }
  return model(image, x.dense(classes, { kernelInitializer, name: "fc8" }), { seed });
}

export const networks: readonly ZooEntry[] = [
  new ZooEntry({
    name: "zfnet",
    build: zfnet,
    paper: "Zeiler and Fergus, Visualizing and understanding convolutional networks, ECCV 2014, " +
      "arXiv 1311.2901",
    preprocessing: imageNetRgb,
  }),
];
