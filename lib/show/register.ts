/**
 * What each class of the lower floors looks like in a notebook. Imported for its effect: those
 * classes do not know that there are notebooks.
 *
 * @module
 */
import { Tensor } from "../tensor/tensor.ts";
import { Dataset } from "../train/dataset.ts";
import { History } from "../train/history.ts";
import { Model } from "../train/model.ts";
import { jupyterDisplay, type MimeBundle } from "./bundle.ts";
import { datasetBundle } from "./dataset.ts";
import { historyBundle } from "./history.ts";
import { modelBundle } from "./model.ts";
import { tensorBundle } from "./tensor.ts";

function looks<T extends object>(
  { prototype }: { readonly prototype: T },
  bundle: (value: T, asked?: boolean) => MimeBundle | Promise<MimeBundle>,
): void {
  Object.defineProperty(prototype, jupyterDisplay, {
    value(this: T, asked?: boolean) {
      return bundle(this, asked);
    },
    configurable: true,
    writable: true,
  });
}

looks(Tensor, tensorBundle);
looks(Model, modelBundle);
looks(Dataset, datasetBundle);
looks(History, historyBundle);
