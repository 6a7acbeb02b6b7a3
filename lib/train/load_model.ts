import { describeValue, wrongType } from "../core/errors.ts";
import { group, integer, listOf, object, text } from "../core/option_kinds.ts";
import { options } from "../core/options.ts";
import { type Normalization, preprocessingSchema } from "../core/preprocessing.ts";
import { request } from "../core/request.ts";
import { checkHead } from "../core/safetensors/header.ts";
import { decodeSafetensors } from "../core/safetensors/read.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import { rebuild } from "../nn/rebuild.ts";
import { checkNormalization } from "../nn/preprocess.ts";
import { averagesIn, checkChecksum } from "./checkpoint.ts";
import { Model } from "./model.ts";
import { format } from "./model_metadata.ts";
import { readFrozen } from "./read_frozen.ts";

/**
 * Loads a model that {@linkcode Model.save} or a checkpoint has written: from a path, a URL, or the
 * file's bytes. From the checkpoint of a run that averages its weights come the averages, as far as their
 * statistics had been counted, else the weights of the last step.
 *
 * @throws {SyntaxError} if the file is malformed or not such a model.
 * @throws {ChecksumError} if it is a checkpoint that is damaged.
 */
export async function loadModel(source: string | URL | Uint8Array): Promise<Model> {
  if (typeof source !== "string" && !(source instanceof URL || source instanceof Uint8Array)) {
    throw wrongType("loadModel", "a path, a URL or bytes", describeValue(source));
  }
  const where = source instanceof Uint8Array ? "loadModel" : String(source);
  const bytes = source instanceof Uint8Array ? source : await readSource(source);
  const content = decodeSafetensors(bytes, where), { tensors, metadata } = content;
  await checkChecksum(content, where);
  if (metadata.format !== format || metadata.architecture === undefined) {
    throw new SyntaxError(
      `${where}: its metadata hold no architecture: these are weights alone, not a saved model`,
    );
  }
  const loaded = modelOf(metadata, where);
  const kept = averagesIn(tensors) ?? tensors;
  for (const [name, weight] of loaded.namedWeights) {
    const stored = kept.get(name);
    if (stored === undefined) throw new SyntaxError(`${where}: the weight ${name} is missing`);
    if (!sameShape(stored.shape, weight.shape) || stored.dtype !== "f32") {
      throw new SyntaxError(
        `${where}: ${name}: expected f32 ${formatShape(weight.shape)}, found ${stored.dtype} ` +
          `${formatShape(stored.shape)}`,
      );
    }
    weight.assign(stored.data);
  }
  for (const weight of readFrozen(metadata, loaded.namedWeights, where) ?? []) weight.frozen = true;
  return loaded;
}

/** The model that a file's metadata describe, with first weights. */
function modelOf(metadata: Readonly<Record<string, string>>, where: string): Model {
  const parse = (name: string) => {
    const text = metadata[name];
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new SyntaxError(`${where}: ${name} in its metadata is not JSON`, { cause: error });
    }
  };
  const { inputs, outputs, names } = rebuild(parse("architecture"), where);
  const found = Object.fromEntries(Object.keys(schema).map((name) => [name, parse(name)]));
  try {
    const { normalization, preprocessing, classes, seed } = options("metadata", found, schema);
    const made = new Model(inputs, outputs, seed, names);
    made.preprocessing = { ...preprocessing, ...normalization && { normalization } };
    if (classes !== undefined) made.classes = classes;
    // What is malformed shows here, and not at the first prediction.
    if (normalization) checkNormalization(normalization, made.inputShape.at(-1) ?? 1);
    return made;
  } catch (error) {
    const message = `${where}: its metadata make no model: ${(error as Error).message}`;
    throw new SyntaxError(message, { cause: error });
  }
}

/** What a file says of a model besides its architecture. */
const schema = {
  normalization: object<Normalization>("a normalization { mean, standardDeviation }"),
  preprocessing: group(preprocessingSchema),
  classes: listOf(text()),
  seed: integer({}, 0),
};

async function readSource(source: string | URL): Promise<Uint8Array> {
  const text = String(source);
  if (!/^https?:/.test(text)) {
    try {
      return await Deno.readFile(text.startsWith("file:") ? new URL(text) : text);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Deno.errors.NotFound(`loadModel: there is no file ${text}`, { cause: error });
    }
  }
  const check = (head: Uint8Array) => checkHead(head, String(source));
  return await (await request(source, { what: "a model", check })).bytes();
}
