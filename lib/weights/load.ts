import { describeValue } from "../core/errors.ts";
import { type CacheOptions, cacheSchema, fetchPublished } from "../core/cache.ts";
import { custom, flag, instance, listOf, text } from "../core/option_kinds.ts";
import { options, pick, type Schema, type Values } from "../core/options.ts";
import { Network } from "../nn/network.ts";
import { release } from "./layout.ts";
import { type Assignment, matchWeights } from "./match.ts";
import type { WeightNames } from "./names.ts";
import { openWeights, type OpenWeightsOptions, openWeightsSchema } from "./open.ts";
import type { WeightFile } from "./weight_file.ts";
import { PublishedWeights } from "../zoo/published.ts";
import { WeightMismatchError, type WeightReport } from "./report.ts";

/** Settings of {@linkcode loadWeights}. */
export interface LoadWeightsOptions extends CacheOptions, OpenWeightsOptions {
  /**
   * The file's names by the model's, where they differ: of layers (`{ conv1: "features.0" }`) or of
   * single weights (`{ "conv1.kernel": "w1" }`). A function is asked for a weight, and if the file has
   * no tensor of the name that it gives, for the layer: ``(name) => `backbone.${name}` `` will do.
   */
  readonly map?: WeightNames;
  /**
   * Tensors of the file that the model need not have, such as an auxiliary head: `/^aux/`; or that it
   * has in another shape, such as the last layer for another number of classes: `/^fc\./`. Weights in
   * the model that they do not fit keep their values.
   */
  readonly ignore?: RegExp;
  /**
   * Layers of the model whose weights stay as they are, whatever the file has in their place: a new head
   * for other classes.
   */
  readonly keep?: readonly string[];
  /**
   * Which weights are meant, where a file has several sets of them: the name of one of
   * `WeightFile.parts` ("state_dict_ema" for averaged weights, "generator"), or what the tensors'
   * names begin with ("ema_model"). The report lists what there is.
   */
  readonly part?: string;
  /**
   * Whether everything must fit; true by default. If false, what fits is loaded, and the report says
   * what was not.
   */
  readonly strict?: boolean;
}

/** The options of {@linkcode loadWeights}. */
export const loadWeightsSchema = {
  ...cacheSchema,
  ...openWeightsSchema,
  map: custom(
    '{ name: "the file\'s" }, a Map or a function',
    (value): value is WeightNames =>
      typeof value === "function" || typeof value === "object" && value !== null,
  ),
  ignore: instance(RegExp),
  keep: listOf(text()),
  part: text(),
  strict: flag(true),
} satisfies Schema<LoadWeightsOptions>;

/**
 * Loads weights into a model from a safetensors file, a PyTorch checkpoint (.pth, .pt, .th), a Keras
 * file (.h5, .weights.h5, .keras) or a Caffe one (.caffemodel); what it is, is found by content. No
 * code in a file is run.
 *
 * Layers are matched by name; a weight may be called as in PyTorch (`weight`, `running_var`), Keras
 * (`kernel`, `moving_variance`; `vars/0` and so on in Keras 3, which calls layers by their classes:
 * "conv2d", "conv2d_1") or here (`kernel`, `runningVariance`). Kernels are turned from
 * PyTorch's and Caffe's order (OIHW; [out, in]) into this library's (HWIO; [in, out]), and the inputs
 * of a dense layer after a flatten from CHW to HWC. What stands before all names (`module.`,
 * `_orig_mod.`, `model.encoder.`) is left out, and so is `num_batches_tracked`; the pieces of
 * `weight_norm` and `spectral_norm` are put together. Of several sets of weights in a file, averaged
 * ones for instance, the one that is usual or alone fits is taken, or what `part` says.
 *
 * Everything is checked and read before the first weight changes: a file that does not fit, or is
 * damaged, changes nothing.
 *
 * ```ts
 * import { loadWeights, saveWeights, sequential } from "@striate/striate";
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * const net = () => sequential([28, 28, 1]).conv2d(6, 5).relu().flatten().dense(10, { name: "fc" });
 * await saveWeights(net(), path);
 *
 * const report = await loadWeights(net(), path);
 * console.log(String(report)); // …: 4 of 4 weights matched
 *
 * const other = sequential([28, 28, 1]).conv2d(6, 5).relu().flatten().dense(2, { name: "head" });
 * const partly = await loadWeights(other, path, { strict: false });
 * console.log(partly.missing.map(({ name }) => name)); // [ "head.kernel", "head.bias" ]
 * await Deno.remove(path);
 * ```
 *
 * @param source a path, a URL, the file's bytes, what {@linkcode publishedWeights} gives, or what
 * {@linkcode openWeights} gives, which stays open
 * @returns what was matched, missing, unexpected and of another shape; it prints
 * @throws {TypeError} if strict and anything does not fit; the message lists names and shapes
 * @throws {RangeError} if an option is unknown
 * @throws {SyntaxError} if the file is malformed, cut short or of an unknown kind
 */
export async function loadWeights(
  model: Network,
  source: string | URL | Uint8Array | PublishedWeights | WeightFile,
  given: LoadWeightsOptions = {},
): Promise<WeightReport> {
  if (!(model instanceof Network)) {
    throw new TypeError(
      `loadWeights: expected a model and then a file, found ${describeValue(model)}`,
    );
  }
  const settings = options("loadWeights", given, loadWeightsSchema);
  if (isOpen(source)) return await assignFrom(model, source, settings);
  const isKnown = source instanceof PublishedWeights;
  using file = await openWeights(
    isKnown ? await fetchPublished(source, settings) : source,
    pick(settings, "signal", "mostBytes"),
  );
  return await assignFrom(model, file, settings, isKnown ? source.ignore : undefined);
}

function isOpen(source: Parameters<typeof loadWeights>[1]): source is WeightFile {
  return typeof source === "object" && source !== null && "tensors" in source;
}

async function assignFrom(
  model: Network,
  file: WeightFile,
  { map, ignore, keep, part, strict }: Values<typeof loadWeightsSchema>,
  alsoIgnore?: RegExp,
): Promise<WeightReport> {
  const { report, assignments } = matchWeights(model, file, {
    map,
    ignore: [ignore, alsoIgnore].filter((pattern) => pattern !== undefined),
    keep,
    part,
  });
  const { missing, unexpected, misshapen } = report;
  if (strict && missing.length + unexpected.length + misshapen.length > 0) {
    const isShard = /-\d+-of-\d+\./.test(file.where)
      ? "\nThe file is one of several shards: give their index (….index.json) or folder."
      : "";
    throw new WeightMismatchError(
      `${report}${isShard}\nThe weights do not fit the model, and none was loaded. Build the model that they ` +
        "are of, name its layers by map, choose one of several sets of tensors by part, leave tensors " +
        "out by ignore, or take what fits by strict: false",
      report,
    );
  }
  await assignAll(assignments);
  return report;
}

/** Reads all numbers, and only then changes the weights, each letting go of what was read. */
async function assignAll(assignments: readonly Assignment[]): Promise<void> {
  const read: { assignment: Assignment; data: Float32Array<ArrayBuffer> }[] = [];
  for (const assignment of assignments) {
    read.push({ assignment, data: await assignment.read() });
  }
  read.reverse();
  for (let next = read.pop(); next !== undefined; next = read.pop()) {
    next.assignment.weight.assign(next.data); // copies
    release(next.data);
  }
}
