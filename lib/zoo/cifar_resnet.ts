import { identityShortcut } from "../nn/layers/identity_shortcut.ts";
import { type Model, model } from "../train/model.ts";
import { convolution } from "./blocks.ts";
import { type ArchitectureOptions, checkMember, cifar, settingsOf } from "./options.ts";
import { basicBranch } from "./residual.ts";

/** Layers with weights of a ResNet for CIFAR-10: 6 n + 2. */
export type CifarResnetDepth = 20 | 32 | 44 | 56 | 110;

/** Settings of {@linkcode cifarResnet}. */
export interface CifarResnetOptions extends ArchitectureOptions {
  /** Whether blocks have shortcuts; true by default. False is the paper's plain twin. */
  readonly shortcuts?: boolean;
}

/**
 * ResNet-20, 32, 44, 56 or 110 for CIFAR-10: three stages of 16, 32 and 64 filters. All shortcuts
 * are free of parameters (option A), so that a plain twin has exactly as many.
 *
 * Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition", CVPR 2016,
 * arXiv 1512.03385, section 4.2.
 *
 * ```ts
 * import { cifarResnet } from "@striate/striate";
 * console.log(cifarResnet(20).parameters); // 269722
 * console.log(cifarResnet(20, { shortcuts: false }).parameters); // 269722
 * ```
 */
export function cifarResnet(depth: CifarResnetDepth, options: CifarResnetOptions = {}): Model {
  const { image, classes, scaled, seed } = settingsOf("cifarResnet", options, cifar, ["shortcuts"]);
  const { shortcuts = true } = options;
  checkMember("cifarResnet", "depth", depth, [20, 32, 44, 56, 110]);
  let x = convolution(image, "conv1", scaled(16), 3, { padding: 1 })
    .batchNorm({ name: "bn1" }).relu({ name: "relu" });
  for (let stage = 0; stage < 3; stage++) {
    const filters = scaled(16 * 2 ** stage);
    for (let i = 0; i < (depth - 2) / 6; i++) {
      const name = `layer${stage + 1}.${i}`;
      const stride = stage > 0 && i === 0 ? 2 : 1;
      let y = basicBranch(x, name, filters, stride);
      if (shortcuts) {
        const kept = stride === 1
          ? x
          : x.apply(identityShortcut(filters, stride, { name: `${name}.shortcut` }));
        y = y.add(kept, { name: `${name}.add` });
      }
      x = y.relu({ name: `${name}.relu` });
    }
  }
  const features = x.globalAveragePool2d({ name: "avgpool" });
  return model(image, features.dense(classes, { name: "linear" }), { seed });
}
