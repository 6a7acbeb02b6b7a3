import type { Random } from "../../../lib/core/random.ts";
import { decodeSafetensors } from "../../../lib/core/safetensors/read.ts";
import { encodeSafetensors } from "../../../lib/core/safetensors/write.ts";
import { input } from "../../../lib/nn/symbolic.ts";
import { ones } from "../../../lib/tensor/create.ts";
import { checkpointName } from "../../../lib/train/checkpoint_names.ts";
import { loadModel } from "../../../lib/train/load_model.ts";
import { model, sequential } from "../../../lib/train/make_model.ts";
import { adam } from "../../../lib/train/optimizers.ts";
import type { FitOptions } from "../../../lib/train/training_options.ts";
import { bitsOf, corners } from "../../train/helpers.ts";
import { mutate, mutateJson, pick } from "../mutate.ts";
import { type Targets, Wrong } from "../target.ts";

/** A file with one of the JSON texts in its metadata changed, and without a checksum of them. */
function withOther(
  random: Random,
  good: Uint8Array<ArrayBuffer>,
  names: readonly string[],
): Uint8Array<ArrayBuffer> {
  const { tensors, metadata } = decodeSafetensors(good, "good");
  const name = pick(random, names.filter((name) => metadata[name] !== undefined));
  const value = mutateJson(random, JSON.parse(metadata[name]!));
  const summed = [...tensors].filter(([name]) => name !== "trainer.checksum");
  return encodeSafetensors(summed, { ...metadata, [name]: JSON.stringify(value) });
}

const x = input([8, 8, 4]);
const block = x.conv2d(4, 3, { padding: "same", bias: false }).batchNorm().relu().add(x);

/** Networks of many kinds of layers, small. */
const networks = () => [
  sequential([12, 12, 1]).conv2d(3, 5, { padding: "same", stride: 2 }).relu().maxPool2d(2)
    .dropout(0.5).flatten().dense(4).softmax(),
  model(x, block.globalAveragePool2d().dense(3)),
  sequential([6, 6, 2]).convTranspose2d(2, 3, { stride: 2 }).averagePool2d(2)
    .localResponseNorm().flatten().dense(2),
  sequential([6]).leakyRelu({ negativeSlope: 0.2 }).reshape([2, 3]).flatten().dense(2),
];

/** A copy of a file whose bytes are changed, or its metadata. */
const damaged = (
  random: Random,
  good: Uint8Array<ArrayBuffer>,
  names: readonly string[],
): Uint8Array<ArrayBuffer> =>
  random.integer(8) === 0 ? mutate(random, good) : withOther(random, good, names);

export const targets: Targets = {
  async model() {
    const good = await Promise.all(
      networks().map((net) => {
        net.classes = ["a", "b", "c"];
        return net.toBytes();
      }),
    );
    const names = ["architecture", "architecture", "normalization", "preprocessing", "classes"];
    return {
      make: (random) => damaged(random, pick(random, good), names),
      async read(bytes) {
        const loaded = await loadModel(bytes);
        void `${loaded.summary()}`;
        try {
          const examples = loaded.inputs.map(({ shape }) => ones([1, ...shape]));
          const [only] = examples;
          const found = await loaded.predict(examples.length === 1 ? only! : examples);
          await Promise.all([found].flat().map((output) => output.data()));
        } catch (error) {
          throw new Wrong(`a model was loaded that cannot predict: ${error}`);
        }
        if ("extra" in {}) throw new Wrong("all objects have a property that a file named");
      },
    };
  },
  async checkpoint() {
    const train = corners(10), folder = await Deno.makeTempDir({ prefix: "striate-fuzz-" });
    const build = () => sequential([3]).dense(5, { name: "a" }).relu().dense(3, { name: "b" });
    const options: FitOptions = {
      epochs: 3,
      batchSize: 5,
      optimizer: adam(),
      validation: train,
      earlyStopping: { patience: 5, restoreBest: true },
      progress: false,
    };
    const path = `${folder}/${checkpointName}`;
    await build().fit(train, { ...options, epochs: 2, checkpoint: { directory: folder } });
    const good = await Deno.readFile(path);
    const first = JSON.stringify(await bitsOf(build()));
    return {
      make: (random) => damaged(random, good, ["position", "position", "architecture"]),
      async read(bytes) {
        await Deno.writeFile(path, bytes);
        const net = build();
        try {
          await net.fit(train, { ...options, resume: folder });
        } catch (error) {
          if (JSON.stringify(await bitsOf(net)) !== first) {
            throw new Wrong(`weights were changed although ${error}`);
          }
          throw error;
        }
      },
    };
  },
};
