import type { Size2d } from "../tensor/functions/settings.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { model, type ModelOf } from "../train/make_model.ts";
import type { Model } from "../train/model.ts";
import { basicConvolution } from "./blocks.ts";
import { type AuxiliaryOptions, auxiliarySchema } from "./googlenet.ts";
import { architectureSchema, settingsOf } from "./architecture_options.ts";
import { ZooEntry } from "./entry.ts";
import { symmetricRgb, torchvision } from "./published.ts";

/**
 * A step of a branch: a pooling; or a convolution's name, filters and window, and whether it keeps
 * the image's size or halves it; or two convolutions side by side, a row and a column of 3.
 */
type Step =
  | "average"
  | "max"
  | readonly [name: string, filters: number, window: Size2d, mode?: "same" | "halve"]
  | readonly [name: string, filters: number, window: "row and column"];

/** The branches of a module, side by side. */
type Branches = readonly (readonly Step[])[];

/** At 35x35: windows of 1x1, 5x5, and 3x3 twice. */
const moduleA = (projection: number): Branches => [
  [["1x1", 64, 1]],
  [["5x5_1", 48, 1], ["5x5_2", 64, 5, "same"]],
  [["3x3dbl_1", 64, 1], ["3x3dbl_2", 96, 3, "same"], ["3x3dbl_3", 96, 3, "same"]],
  ["average", ["_pool", projection, 1]],
];

/** From 35x35 to 17x17. */
const moduleB: Branches = [
  [["3x3", 384, 3, "halve"]],
  [["3x3dbl_1", 64, 1], ["3x3dbl_2", 96, 3, "same"], ["3x3dbl_3", 96, 3, "halve"]],
  ["max"],
];

/** At 17x17: 7x7 as rows and columns. */
const moduleC = (n: number): Branches => [
  [["1x1", 192, 1]],
  [["7x7_1", n, 1], ["7x7_2", n, [1, 7], "same"], ["7x7_3", 192, [7, 1], "same"]],
  [
    ["7x7dbl_1", n, 1],
    ["7x7dbl_2", n, [7, 1], "same"],
    ["7x7dbl_3", n, [1, 7], "same"],
    ["7x7dbl_4", n, [7, 1], "same"],
    ["7x7dbl_5", 192, [1, 7], "same"],
  ],
  ["average", ["_pool", 192, 1]],
];

/** From 17x17 to 8x8. */
const moduleD: Branches = [
  [["3x3_1", 192, 1], ["3x3_2", 320, 3, "halve"]],
  [
    ["7x7x3_1", 192, 1],
    ["7x7x3_2", 192, [1, 7], "same"],
    ["7x7x3_3", 192, [7, 1], "same"],
    ["7x7x3_4", 192, 3, "halve"],
  ],
  ["max"],
];

/** At 8x8: a row and a column side by side. */
const moduleE: Branches = [
  [["1x1", 320, 1]],
  [["3x3_1", 384, 1], ["3x3_2", 384, "row and column"]],
  [["3x3dbl_1", 448, 1], ["3x3dbl_2", 384, 3, "same"], ["3x3dbl_3", 384, "row and column"]],
  ["average", ["_pool", 192, 1]],
];

/**
 * Inception v3: 5x5 windows become two of 3x3, 7x7 ones a row and a column; batch normalisation
 * throughout; images of 299x299 (at least 75 pixels high and wide). Layers have torchvision's names.
 *
 * With `auxiliary`, there are two outputs: the main logits, and those after module 6e (for images of
 * at least 299x299).
 *
 * Source: Szegedy et al., "Rethinking the Inception architecture for computer vision", CVPR 2016,
 * arXiv 1512.00567.
 *
 * ```ts
 * import { inceptionV3 } from "@striate/striate";
 * console.log(inceptionV3().parameters); // 23834568
 * console.log(inceptionV3({ auxiliary: true }).parameters); // 27161264
 * ```
 */
export function inceptionV3(
  given: AuxiliaryOptions & { readonly auxiliary: true },
): ModelOf<Tensor[]>;
/** Without `auxiliary`, one output. */
export function inceptionV3(given?: AuxiliaryOptions): Model;
export function inceptionV3(given: AuxiliaryOptions = {}): Model {
  const { image, classes, scaled, seed, auxiliary } = settingsOf("inceptionV3", given, {
    ...auxiliarySchema,
    ...architectureSchema(1000, [299, 299, 3]),
  }, 75);
  const chain = (x: SymbolicValue, prefix: string, steps: readonly Step[]) =>
    steps.reduce((x, step) => apply(x, prefix, step, scaled), x);
  const module = (x: SymbolicValue, name: string, branches: Branches) => {
    const [first, ...rest] = branches.map((steps) => chain(x, `${name}.branch`, steps));
    return first!.concatenate(rest, { name: `${name}.concatenate` });
  };
  let x = chain(image, "Conv2d_", [
    ["1a_3x3", 32, 3, "halve"],
    ["2a_3x3", 32, 3],
    ["2b_3x3", 64, 3, "same"],
  ]).maxPool2d(3, { stride: 2, name: "maxpool1" });
  x = chain(x, "Conv2d_", [["3b_1x1", 80, 1], ["4a_3x3", 192, 3]])
    .maxPool2d(3, { stride: 2, name: "maxpool2" });
  [32, 64, 64].forEach((n, i) => x = module(x, `Mixed_5${"bcd"[i]}`, moduleA(n)));
  x = module(x, "Mixed_6a", moduleB);
  [128, 160, 160, 192].forEach((n, i) => x = module(x, `Mixed_6${"bcde"[i]}`, moduleC(n)));
  const inner = x;
  x = module(x, "Mixed_7a", moduleD);
  for (const name of ["Mixed_7b", "Mixed_7c"]) x = module(x, name, moduleE);
  const main = x.globalAveragePool2d({ name: "avgpool" }).dropout(0.5, { name: "dropout" })
    .dense(classes, { name: "fc" });
  if (!auxiliary) return model(image, main, { seed });
  const pooled = inner.averagePool2d(5, { stride: 3, name: "AuxLogits.avgpool" });
  const head = chain(pooled, "AuxLogits.", [["conv0", 128, 1], ["conv1", 768, 5]])
    .globalAveragePool2d({ name: "AuxLogits.globalpool" })
    .dense(classes, { name: "AuxLogits.fc" });
  return model(image, [main, head], { seed });
}

/** Adds one step of a branch; names of convolutions begin with `prefix`. */
function apply(
  x: SymbolicValue,
  prefix: string,
  step: Step,
  scaled: (n: number) => number,
): SymbolicValue {
  if (step === "max") return x.maxPool2d(3, { stride: 2, name: `${prefix}_maxpool` });
  if (step === "average") {
    const pool = { stride: 1, padding: 1, countIncludePadding: true };
    return x.averagePool2d(3, { ...pool, name: `${prefix}_avgpool` });
  }
  const [part, filters, window, mode] = step;
  const name = `${prefix}${part}`;
  if (window !== "row and column") {
    return basicConvolution(x, name, scaled(filters), window, {
      stride: mode === "halve" ? 2 : 1,
      padding: mode === "same" ? "same" : "valid",
    });
  }
  const row = basicConvolution(x, `${name}a`, scaled(filters), [1, 3], { padding: "same" });
  const column = basicConvolution(x, `${name}b`, scaled(filters), [3, 1], { padding: "same" });
  return row.concatenate(column, { name });
}

export const networks: readonly ZooEntry[] = [
  new ZooEntry({
    name: "inception-v3",
    build: inceptionV3,
    paper:
      "Szegedy et al., Rethinking the Inception architecture for computer vision, CVPR 2016, " +
      "arXiv 1512.00567",
    ...torchvision("inception_v3_google-0cc3c7bd", 77.294, 93.45, /^AuxLogits\./),
    preprocessing: { ...symmetricRgb, resize: 342, crop: 299 },
  }),
];
