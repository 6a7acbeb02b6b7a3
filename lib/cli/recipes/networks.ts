/**
 * The networks of the recipes: those of the zoo by name, and small ones that no paper has a name for.
 *
 * @module
 */
import type { Shape } from "../../core/shape.ts";
import type { BatchRenormOptions } from "../../nn/layers/batch_renorm.ts";
import type { BatchNormOptions } from "../../nn/layers/normalization.ts";
import { normal } from "../../nn/initializer.ts";
import { input } from "../../nn/symbolic.ts";
import { model, sequential } from "../../train/make_model.ts";
import type { Model } from "../../train/model.ts";
import { convolution } from "../../zoo/blocks.ts";
import { basicBranch, type Branch, identity, residualStages } from "../../zoo/residual.ts";
import { squeezeExcite } from "../../zoo/squeeze_excite.ts";
import { type VggDepth, vggStages } from "../../zoo/vgg.ts";
import { entryOf } from "../network_option.ts";

/** A network as plain data. */
export type NetworkSettings =
  | FourLayers
  | SixConvolutions
  | VggConvolutions
  | HalfResidual
  | { readonly name: string };

/** What every network is made for. */
interface Made {
  readonly inputShape: Shape;
  readonly classes: number;
  readonly seed: number;
}

/**
 * Three convolutions of 5 x 5 with pooling and a dense layer: cuda-convnet's small net, which the
 * AlexNet paper's "four-layer convolutional network" is after.
 */
interface FourLayers {
  readonly name: "four-layers";
  readonly activation: "relu" | "tanh";
  /** The share that dropout takes of what the dense layer sees; none by default. */
  readonly dropout?: number;
  /** First weights of N(0, 0.01), as the paper's; by default those that keep the signals' size. */
  readonly weights?: "small";
}

function fourLayers({ activation, dropout = 0, weights }: FourLayers, made: Made): Model {
  const kernelInitializer = weights === "small"
    ? normal(0.01)
    : activation === "relu"
    ? "heNormal"
    : "glorotNormal";
  const net = sequential(made.inputShape, { seed: made.seed });
  for (const filters of [32, 32, 64]) {
    net.conv2d(filters, 5, { padding: "same", kernelInitializer })[activation]().maxPool2d(2);
  }
  net.flatten();
  if (dropout > 0) net.dropout(dropout);
  return net.dense(made.classes, weights === "small" ? { kernelInitializer: normal(0.01) } : {});
}

/** Six convolutions of 3 x 3 in three stages, normalised or not. */
interface SixConvolutions {
  readonly name: "six-convolutions";
  readonly batchNorm?: BatchNormOptions;
  readonly batchRenorm?: BatchRenormOptions;
  /** Filters of the first stage; 16 by default. */
  readonly filters?: number;
  /** Units of a dense layer, normalised too, before the last; by default there is none. */
  readonly hidden?: number;
}

function sixConvolutions(
  { batchNorm, batchRenorm, filters = 16, hidden }: SixConvolutions,
  made: Made,
): Model {
  const net = sequential(made.inputShape, { seed: made.seed });
  const bias = batchNorm === undefined && batchRenorm === undefined;
  const kernelInitializer = "heNormal";
  const activate = () => {
    if (batchNorm !== undefined) net.batchNorm(batchNorm);
    if (batchRenorm !== undefined) net.batchRenorm(batchRenorm);
    net.relu();
  };
  for (const stage of [0, 1, 2]) {
    for (let i = 0; i < 2; i++) {
      net.conv2d(filters * 2 ** stage, 3, { padding: "same", bias, kernelInitializer });
      activate();
    }
    if (stage < 2) net.maxPool2d(2);
  }
  net.globalAveragePool2d();
  if (hidden !== undefined) {
    net.dense(hidden, { bias, kernelInitializer });
    activate();
  }
  return net.dense(made.classes);
}

/**
 * The convolutions of VGG with batch normalisation and an eighth of their filters, of which images of
 * 32 x 32 leave one pixel, and a single dense layer.
 */
interface VggConvolutions {
  readonly name: "vgg-convolutions";
  /** Layers with weights in the paper, which has three dense ones. */
  readonly depth: VggDepth;
}

function vggConvolutions({ depth }: VggConvolutions, made: Made): Model {
  const net = sequential(made.inputShape, { seed: made.seed });
  vggStages[depth].forEach((count, stage) => {
    const filters = 8 * Math.min(8, 2 ** stage);
    for (let i = 0; i < count; i++) {
      net.conv2d(filters, 3, { padding: "same", bias: false, kernelInitializer: "heNormal" })
        .batchNorm().relu();
    }
    net.maxPool2d(2);
  });
  return net.flatten().dense(made.classes);
}

/** ResNet-20 for CIFAR-10 with half of its filters. */
interface HalfResidual {
  readonly name: "half-residual";
  /** With this, each branch ends in a squeeze-and-excitation block of so many times fewer units. */
  readonly reduction?: number;
}

function halfResidual({ reduction }: HalfResidual, made: Made): Model {
  const image = input(made.inputShape);
  const stem = convolution(image, "conv1", 8, 3, { padding: 1 })
    .batchNorm({ name: "bn1" }).relu({ name: "relu" });
  const branch: Branch = (x, name, stage, stride) => {
    const y = basicBranch(x, name, 8 * 2 ** stage, stride);
    return reduction === undefined ? y : squeezeExcite(y, `${name}.se`, reduction);
  };
  const x = residualStages(stem, [3, 3, 3], branch, identity);
  const logits = x.globalAveragePool2d({ name: "avgpool" }).dense(made.classes, { name: "linear" });
  return model(image, logits, { seed: made.seed });
}

/** What makes the networks of this file. */
const makers: Readonly<Record<string, (settings: never, made: Made) => Model>> = {
  "four-layers": fourLayers,
  "six-convolutions": sixConvolutions,
  "vgg-convolutions": vggConvolutions,
  "half-residual": halfResidual,
};

/** The network of an arm, for images and classes like those of its data. */
export async function networkOf(settings: NetworkSettings, made: Made): Promise<Model> {
  const make = makers[settings.name];
  if (make !== undefined) return make(settings as never, made);
  return (await entryOf(settings.name)).build(made);
}
