import { flag, oneOf } from "../core/option_kinds.ts";
import type { Option, Schema } from "../core/options.ts";
import { normal } from "../nn/initializer.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import { model } from "../train/make_model.ts";
import type { Model } from "../train/model.ts";
import { numbered } from "./blocks.ts";
import { type ArchitectureOptions, imageNetSchema, settingsOf } from "./architecture_options.ts";
import { ZooEntry } from "./entry.ts";
import { caffeBgr, torchvision } from "./published.ts";

/** The paper's net, and a later one with 2.4 times fewer multiply-adds. */
export type SqueezenetVersion = "1.0" | "1.1";

const versions = oneOf(["1.0", "1.1"]) satisfies Option<SqueezenetVersion>;

/** Settings of {@linkcode squeezenet}. */
export interface SqueezenetOptions extends ArchitectureOptions {
  /**
   * Whether the last convolution, of 1x1, has a frame of a pixel around its image, as the authors'
   * Caffe net of version 1.0 has it, and their weights want it; false by default, as in torchvision.
   */
  readonly padClassifier?: boolean;
}

const schema = {
  ...imageNetSchema,
  padClassifier: flag(false),
} satisfies Schema<SqueezenetOptions>;

/**
 * The first filters and their window, the squeeze filters of each module ("pool" between), and the
 * least height and width of images.
 */
const plans: Readonly<
  Record<SqueezenetVersion, {
    readonly stem: readonly [number, number];
    readonly modules: readonly (number | "pool")[];
    readonly least: number;
  }>
> = {
  "1.0": { stem: [96, 7], modules: [16, 16, 32, "pool", 32, 48, 48, 64, "pool", 64], least: 21 },
  "1.1": { stem: [64, 3], modules: [16, 16, "pool", 32, 32, "pool", 48, 48, 64, 64], least: 17 },
};

/**
 * SqueezeNet 1.0 or 1.1: "fire" modules that squeeze the channels by 1x1 convolutions before they
 * expand them by 1x1 and 3x3 ones; AlexNet's accuracy with 50 times fewer parameters. Layers have
 * torchvision's names; {@linkcode squeezenetCaffeNames} has those of the authors' Caffe weights.
 *
 * Source: Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB
 * model size", 2016, arXiv 1602.07360; version 1.1: github.com/forresti/SqueezeNet.
 *
 * ```ts
 * import { squeezenet } from "@striate/striate";
 * console.log(squeezenet("1.1").parameters); // 1235496
 * ```
 */
export function squeezenet(version: SqueezenetVersion, given: SqueezenetOptions = {}): Model {
  versions.read(version, "squeezenet: version");
  const { stem: [filters, window], modules, least } = plans[version];
  const { image, classes, scaled, seed, padClassifier } = settingsOf(
    "squeezenet",
    given,
    schema,
    least,
  );
  const pool = { stride: 2, ceilMode: true };
  let next = numbered("features");
  let x = image
    .conv2d(scaled(filters), window, { stride: 2, kernelInitializer: "heUniform", ...next() })
    .relu(next())
    .maxPool2d(3, { ...pool, ...next() });
  for (const module of modules) {
    const { name } = next();
    x = module === "pool" ? x.maxPool2d(3, { ...pool, name }) : fire(x, name, scaled(module));
  }
  next = numbered("classifier");
  x = x.dropout(0.5, next())
    .conv2d(classes, 1, {
      padding: padClassifier ? 1 : 0,
      kernelInitializer: normal(0.01),
      ...next(),
    }).relu(next())
    .globalAveragePool2d(next());
  return model(image, x, { seed });
}

/** A fire module: squeeze, then four times as many filters of 1x1 and of 3x3 side by side. */
function fire(x: SymbolicValue, name: string, squeeze: number): SymbolicValue {
  const kernelInitializer = "heUniform";
  const y = x.conv2d(squeeze, 1, { kernelInitializer, name: `${name}.squeeze` })
    .relu({ name: `${name}.squeeze_activation` });
  const expand = (window: 1 | 3) =>
    y.conv2d(4 * squeeze, window, {
      padding: (window - 1) / 2,
      kernelInitializer,
      name: `${name}.expand${window}x${window}`,
    }).relu({ name: `${name}.expand${window}x${window}_activation` });
  return expand(1).concatenate(expand(3), { name: `${name}.concatenate` });
}

/**
 * Names of the layers with weights in the authors' Caffe weights, by the names that they have here.
 * Those of version 1.0 want `padClassifier`; {@linkcode openNetwork} sees to both.
 *
 * ```ts
 * import { squeezenetCaffeNames } from "@striate/striate";
 * console.log(squeezenetCaffeNames("1.1").get("features.3.squeeze")); // "fire2/squeeze1x1"
 * ```
 */
export function squeezenetCaffeNames(version: SqueezenetVersion): ReadonlyMap<string, string> {
  versions.read(version, "squeezenetCaffeNames: version");
  const names = new Map([["features.0", "conv1"]]);
  let number = 2;
  plans[version].modules.forEach((module, i) => {
    if (module === "pool") return;
    for (const [ours, theirs] of [["squeeze", "squeeze1x1"], ["expand1x1"], ["expand3x3"]]) {
      names.set(`features.${i + 3}.${ours}`, `fire${number}/${theirs ?? ours}`);
    }
    number++;
  });
  return names.set("classifier.1", "conv10");
}

export const networks: readonly ZooEntry[] = ([
  ["1.0", "squeezenet1_0-b66bff10", 58.092, 80.42],
  ["1.1", "squeezenet1_1-b8a52dc0", 58.178, 80.624],
] as const).map(([version, file, top1, top5]) =>
  new ZooEntry({
    name: `squeezenet${version}`,
    build: (options) => squeezenet(version, options),
    paper: "Iandola et al., SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and " +
      "<0.5MB model size, 2016, arXiv 1602.07360",
    ...torchvision(file, top1, top5),
    caffe: {
      build: (options) => squeezenet(version, { ...options, padClassifier: version === "1.0" }),
      names: squeezenetCaffeNames(version),
      preprocessing: { ...caffeBgr, crop: 227 },
    },
  })
);
