/**
 * What each class of the lower floors looks like in a notebook. Imported for its effect: those
 * classes do not know that there are notebooks.
 *
 * @module
 */
import { Tensor } from "../tensor/tensor.ts";
import { Dataset } from "../train/dataset.ts";
import { Profile } from "../profile/profile.ts";
import { History } from "../train/history.ts";
import { LearningRateCurve } from "../train/learning_rate_curve.ts";
import { Summary } from "../nn/summary.ts";
import { Model } from "../train/model.ts";
import { displayText, jupyterDisplay, type MimeBundle } from "./bundle.ts";
import { datasetBundle, datasetText } from "./dataset.ts";
import { historyBundle } from "./history.ts";
import { modelBundle, summaryBundle } from "./model.ts";
import { learningRates } from "./plot/learning_rates.ts";
import { profileBundle } from "./profile.ts";
import { tensorBundle } from "./tensor.ts";

/** How the objects of a class look: in a notebook, and as a text elsewhere. */
interface Look<T> {
  bundle(value: T, asked?: boolean): MimeBundle | Promise<MimeBundle>;
  text(value: T): string | Promise<string>;
}

function looks<T extends object>(
  { prototype }: { readonly prototype: T },
  { bundle, text }: Look<T>,
): void {
  const define = (name: symbol, method: (this: T, asked?: boolean) => unknown) =>
    Object.defineProperty(prototype, name, { value: method, configurable: true, writable: true });
  define(jupyterDisplay, function (asked) {
    return bundle(this, asked);
  });
  define(displayText, function () {
    return text(this);
  });
}

looks(Tensor, { bundle: tensorBundle, text: (tensor) => tensor.text() });
looks(Model, { bundle: modelBundle, text: (model) => `${model}\n${model.summary()}` });
looks(Summary, { bundle: summaryBundle, text: String });
looks(Dataset, { bundle: datasetBundle, text: datasetText });
looks(LearningRateCurve, {
  bundle: async (curve) => ({
    ...curve.rates.length === 0 ? {} : await learningRates(curve)[jupyterDisplay](),
    "text/plain": String(curve),
  }),
  text: String,
});
looks(Profile, { bundle: profileBundle, text: String });
looks(History, { bundle: historyBundle, text: String });
