import { wrongType } from "../core/errors.ts";
import { options } from "../core/options.ts";
import type { Preprocessing } from "../core/preprocessing.ts";
import { formatShape } from "../core/shape.ts";
import { preprocessingFor, preprocessingOption } from "../evaluate/model_preprocessing.ts";
import { tensor } from "../tensor/create.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { checkModel } from "../train/check_model.ts";
import type { Model } from "../train/model.ts";
import type { RgbImage } from "../vision/image.ts";
import { prepareImage } from "../vision/views.ts";

/** What a model sees of a photograph. */
export interface Seen {
  /** The part that it sees, at its size, in colours as we see them. */
  readonly image: RgbImage;
  /** The same as the model takes it: bytes [h, w, c], in the order of channels that it wants. */
  readonly input: Tensor;
}

/**
 * What a model sees of a photograph: resized and cropped as the model's preprocessing has it. The
 * `input` is what all explanations take, and the `image` what they are laid over.
 *
 * ```ts ignore
 * import { explain, openNetwork, photographs, plot } from "@striate/striate";
 * const { model } = await openNetwork("googlenet", "imagenet");
 * const [boats] = await photographs({ names: ["boats"] });
 * const { image, input } = explain.seenBy(model, boats!);
 * await plot.overlay(image, await explain.gradCam(model, input)).show();
 * ```
 *
 * @throws {TypeError} for a model that is none of images, or that has no preprocessing
 * @throws {RangeError} for a preprocessing that does not fit the model
 */
export function seenBy(
  model: Model,
  photograph: RgbImage,
  given: { readonly preprocessing?: Preprocessing } = {},
): Seen {
  const where = "seenBy";
  checkModel(model, where);
  const { preprocessing } = options(where, given, { preprocessing: preprocessingOption });
  const known = preprocessingFor(model, preprocessing, where);
  const [height, width] = model.inputShape as [number, number];
  const data = prepareImage(photograph, { ...known, channels: "rgb" });
  const bytes = prepareImage(photograph, known);
  return {
    image: { width, height, data },
    input: tensor(bytes, { shape: model.inputShape }),
  };
}

/** How a model's numbers become brightnesses from 0 to 1: one for each channel, or one for all. */
function scaleOf({ normalization }: Model): { readonly factor: Tensor; readonly shift: Tensor } {
  const { mean, standardDeviation } = normalization ?? { mean: [0], standardDeviation: [1] };
  return { factor: tensor([...standardDeviation]), shift: tensor([...mean]) };
}

/** The channels of a model turned from its order to ours, or back. */
const turned = ({ preprocessing }: Model, x: Tensor) =>
  preprocessing.channels === "bgr" ? x.flip(-1) : x;

/** The channels of a model's images in the order in which they are shown. */
function shown(model: Model, x: Tensor, where: string): Tensor {
  const channels = model.inputShape.at(-1);
  if (x.rank < 3 || x.shape.at(-1) !== channels) {
    throw wrongType(
      where,
      `images [h, w, ${channels}] or [n, h, w, ${channels}] as the model has them`,
      formatShape(x.shape),
    );
  }
  return turned(model, x);
}

/**
 * Images as a model computes with them (normalised, in its order of channels) as pictures: numbers
 * from 0 to 1, red first. What lies beyond is cut off. `show` and `plot.images` draw it.
 *
 * @throws {TypeError} for other shapes than the model's images
 */
export function pictureOf(model: Model, x: Tensor): Tensor {
  checkModel(model, "pictureOf");
  checkTensor(x, "pictureOf");
  const { factor, shift } = scaleOf(model);
  return shown(model, x.cast("f32").mul(factor).add(shift), "pictureOf").clip(0, 1);
}

/** Pictures (from 0 to 1, red first) as a model computes with them. */
export function fromPicture(model: Model, picture: Tensor): Tensor {
  const { factor, shift } = scaleOf(model);
  return turned(model, picture).sub(shift).div(factor);
}

/**
 * Signed numbers for each channel of images (what {@linkcode deconvnet} and
 * {@linkcode guidedBackpropagation} yield) as pictures: grey is 0, and six times the root mean square
 * of each image is as far from it as can be. Red comes first.
 *
 * @throws {TypeError} for other shapes than the model's images
 */
export function signedPicture(model: Model, parts: Tensor): Tensor {
  checkModel(model, "signedPicture");
  checkTensor(parts, "signedPicture");
  const size = parts.square().mean([-3, -2, -1], true).sqrt().maximum(1e-30);
  const picture = shown(model, parts.div(size.mul(6)), "signedPicture");
  return picture.mul(0.5).add(0.5).clip(0, 1);
}
