/**
 * The explanations that `deno task explain` draws, by name.
 *
 * @module
 */
import * as explain from "../explain/mod.ts";
import { encodePng } from "../plotly_svg/mod.ts";
import { imageOf } from "../show/plot/images.ts";
import { overlaid } from "../show/plot/overlay.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";

/** What is explained of which image: a class, or what a layer has to do with it. */
export interface Settings {
  readonly target: number;
  readonly layer?: string;
}

type Find = (model: Model, input: Tensor, settings: Settings) => Promise<Tensor>;

/** A method, as far as this command is concerned. */
interface Explanation {
  readonly find: Find;
  /** Whether its numbers are a picture by themselves, and no heat to lay over the image. */
  readonly alone?: boolean;
  /** What is to be said of its result. */
  readonly note?: (...found: [...Parameters<Find>, Tensor]) => Promise<string>;
}

/** How near contributions are to what they should sum to. */
async function sumNote(model: Model, input: Tensor, { target }: Settings, parts: Tensor) {
  const gap = await (await explain.completenessGap(model, input, parts, { target })).item();
  return `contributions sum to the gain of the score within ${(100 * gap).toFixed(2)} %`;
}

/** The methods, by the names that the command knows. */
const explanations: Readonly<Record<string, Explanation>> = {
  "grad-cam": { find: explain.gradCam },
  "guided-grad-cam": { find: explain.guidedGradCam, alone: true },
  "cam": { find: (model, x, { target }) => explain.classActivationMap(model, x, { target }) },
  "occlusion": { find: (model, x, { target }) => explain.occlusion(model, x, { target }) },
  "saliency": { find: (model, x, { target }) => explain.saliency(model, x, { target }) },
  "smooth-grad": { find: (model, x, { target }) => explain.smoothGrad(model, x, { target }) },
  "gradient-times-input": {
    find: (model, x, { target }) => explain.gradientTimesInput(model, x, { target }),
  },
  "integrated-gradients": {
    find: (model, x, { target }) => explain.integratedGradients(model, x, { target }),
    note: sumNote,
  },
  "guided-backpropagation": {
    find: (model, x, { target }) => explain.guidedBackpropagation(model, x, { target }),
    alone: true,
  },
  "deconvnet": {
    find: (model, x, { layer }) =>
      explain.deconvnet(model, x, layer === undefined ? {} : { layer }),
    alone: true,
  },
};

/** An explanation as a picture. */
export interface Explained {
  /** The file of a PNG picture. */
  readonly png: Uint8Array<ArrayBuffer>;
  /** What is to be said of it besides. */
  readonly note?: string;
}

/** What a method finds in what a model sees, drawn. */
export async function explained(
  method: string,
  model: Model,
  { image, input }: explain.Seen,
  settings: Settings,
): Promise<Explained> {
  const { find, alone = false, note } = explanations[method]!;
  const found = await find(model, input, settings);
  const { width, height, data } = alone
    ? await imageOf(explain.signedPicture(model, found), { range: [0, 1] })
    : (await overlaid("explain", image, found, {}))[0]!;
  const said = await note?.(model, input, settings, found);
  return { png: encodePng(data, width, height, 3), ...said !== undefined && { note: said } };
}
