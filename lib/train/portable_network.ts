import { describeValue } from "../core/errors.ts";
import type { Normalization, Preprocessing } from "../core/preprocessing.ts";
import type { StoredTensor } from "../core/safetensors/read.ts";
import { type Architecture, describe } from "../nn/architecture.ts";
import type { Layer } from "../nn/layer.ts";
import { Network } from "../nn/network.ts";
import { metadataOf } from "./model_metadata.ts";

/**
 * A network with all that it takes to use it elsewhere: how images become its input, what its classes are
 * called, and the file that holds this with the graph and the weights.
 */
export abstract class PortableNetwork<Self = unknown> extends Network<Self> {
  /**
   * How images become the model's (first) input, as far as that is known: `openNetwork` sets it, and
   * `save` keeps it. A model that is made from this one's inputs has it too.
   */
  get preprocessing(): Partial<Preprocessing> {
    return this.inputs[0]!.preprocessing;
  }

  set preprocessing(value: Partial<Preprocessing>) {
    this.inputs[0]!.preprocessing = value;
  }

  /** How uint8 images are normalised; taken from the data of the first `fit` unless set. */
  get normalization(): Normalization | undefined {
    return this.preprocessing.normalization;
  }

  set normalization(normalization: Normalization | undefined) {
    const { normalization: _, ...rest } = this.preprocessing;
    this.preprocessing = { ...rest, ...normalization && { normalization } };
  }

  /**
   * Names of the classes of the (first) output; taken from the data of the first `fit` unless set. A
   * model that is made with this one's output has them too.
   */
  get classes(): readonly string[] | undefined {
    return this.outputs[0]!.classes;
  }

  set classes(names: readonly string[] | undefined) {
    const areNames = Array.isArray(names) && names.every((name) => typeof name === "string");
    if (!areNames && names !== undefined) {
      throw new TypeError(
        `classes: expected a list of names, one for each class, found ${describeValue(names)}`,
      );
    }
    this.outputs[0]!.classes = names;
  }

  /**
   * Names of classes stay when the graph has grown, but for those of an output that a layer of another
   * size follows.
   */
  protected keepClassNames(): void {
    const [output] = this.outputs, before = output!.sources[0], names = before?.classes;
    const wereOfOutput = names?.length === before?.shape.at(-1);
    this.classes = wereOfOutput && names?.length !== output!.shape.at(-1) ? undefined : names;
  }

  /** The graph as plain data. */
  get architecture(): Architecture {
    const nameOf = (layer: Layer) => this.nameOf(layer);
    return describe(this.values, this.inputs, this.outputs, nameOf, this.endNames);
  }

  /** The model as a safetensors file: all weights, and the architecture in the metadata. */
  async toBytes(metadata: Readonly<Record<string, string>> = {}): Promise<Uint8Array<ArrayBuffer>> {
    const { encodeSafetensors, writableTensors } = await import("../core/safetensors/write.ts");
    const tensors: [string, StoredTensor][] = [];
    for (const { name, shape, dtype, read } of writableTensors(this.namedWeights)) {
      tensors.push([name, { shape, dtype, data: await read() }]);
    }
    return encodeSafetensors(tensors, { ...metadata, ...metadataOf(this) });
  }

  /**
   * Saves the model as a safetensors file, whole or not at all, with all that belongs to it: how images
   * become its input, the names of its classes, which weights are frozen. {@linkcode loadModel} needs no code
   * besides: the architecture is in the file's metadata.
   */
  async save(path: string, metadata: Readonly<Record<string, string>> = {}): Promise<void> {
    const { writableTensors, writeSafetensors } = await import("../core/safetensors/write.ts");
    const all = { ...metadata, ...metadataOf(this) };
    await writeSafetensors(path, writableTensors(this.namedWeights), all);
  }
}
