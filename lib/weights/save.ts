import { describeValue, wrongType } from "../core/errors.ts";
import { Network } from "../nn/network.ts";
import { writableTensors, writeSafetensors } from "../core/safetensors/write.ts";

/**
 * Writes a model's weights as a safetensors file, whole or not at all, a weight at a time. It has the
 * model's own names and layouts, and no architecture: {@linkcode loadWeights} reads it into a model
 * that is built in code, and `model.save()` writes a file that needs no code.
 *
 * ```ts
 * import { saveWeights, sequential } from "@striate/striate";
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * await saveWeights(sequential([4]).dense(3), path);
 * await Deno.remove(path);
 * ```
 *
 * @param metadata texts to be kept in the file
 */
export async function saveWeights(
  model: Network,
  path: string,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (!(model instanceof Network)) {
    throw wrongType("saveWeights", "a model and then a path", describeValue(model));
  }
  await writeSafetensors(path, writableTensors(model.namedWeights), metadata);
}
