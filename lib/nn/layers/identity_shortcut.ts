import { positiveInteger, required } from "../../core/option_kinds.ts";
import type { Values } from "../../core/options.ts";
import { defineLayer, type Layer } from "../layer.ts";
import { both, element } from "../window.ts";
import { imagesOf } from "./images.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

const schema = { filters: required(positiveInteger()), stride: required(positiveInteger()) };

const type = defineLayer<Values<typeof schema>>({
  type: "identityShortcut",
  schema,
  call: (inputs, _, { filters, stride }) => {
    const x = imagesOf(inputs);
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    const zeros = filters - channels;
    if (zeros < 0) {
      throw new RangeError(`filters: expected at least the ${channels} channels, found ${filters}`);
    }
    const size = [batch, Math.ceil(height / stride), Math.ceil(width / stride), channels];
    const pixels = stride === 1 ? x : x.slice([0, 0, 0, 0], size, [1, stride, stride, 1]);
    const before = Math.floor(zeros / 2);
    return pixels.pad([[0, 0], [0, 0], [0, 0], [before, zeros - before]]);
  },
  window: ({ stride }) => both(() => ({ ...element, stride })),
});

/**
 * A shortcut without weights between stages of a residual net: every `stride`-th pixel, and channels
 * of zeros up to `filters`, half of them on either side. Source: He et al. 2015, arXiv 1512.03385,
 * section 4.2, option A.
 */
export function identityShortcut(filters: number, stride: number, given: LayerOptions = {}): Layer {
  return makeLayer(type, given, { filters, stride });
}
