import { defineLayer, Layer } from "../layer.ts";
import { checkCount, checkImages, checkOptions, type LayerOptions } from "./options.ts";

/** Every stride-th pixel, with channels of zeros on either side of the image's. */
export const identityShortcutType = defineLayer<
  { readonly filters: number; readonly stride: number }
>({
  type: "identityShortcut",
  call: ([x], _, { filters, stride }) => {
    checkImages(x!.shape.slice(1));
    const [batch, height, width, channels] = x!.shape as [number, number, number, number];
    const zeros = filters - channels;
    if (zeros < 0) {
      throw new RangeError(`filters: expected at least the ${channels} channels, found ${filters}`);
    }
    const size = [batch, Math.ceil(height / stride), Math.ceil(width / stride), channels];
    const pixels = stride === 1 ? x! : x!.slice([0, 0, 0, 0], size, [1, stride, stride, 1]);
    const before = Math.floor(zeros / 2);
    return pixels.pad([[0, 0], [0, 0], [0, 0], [before, zeros - before]]);
  },
});

/**
 * A shortcut without weights between stages of a residual net: every `stride`-th pixel, and channels
 * of zeros up to `filters`, half of them on either side. Source: He et al. 2015, arXiv 1512.03385,
 * section 4.2, option A.
 */
export function identityShortcut(
  filters: number,
  stride: number,
  options: LayerOptions = {},
): Layer {
  checkOptions("identityShortcut", options, []);
  const config = {
    filters: checkCount(filters, "identityShortcut: filters"),
    stride: checkCount(stride, "identityShortcut: stride"),
  };
  return new Layer(identityShortcutType, config, options.name);
}
