import type { Random } from "../../../lib/core/random.ts";
import { sequential } from "../../../lib/train/make_model.ts";
import { loadWeights } from "../../../lib/weights/load.ts";
import { openWeights } from "../../../lib/weights/open.ts";
import { bitsOf } from "../../train/helpers.ts";
import { fixture } from "../../weights/files.ts";
import { hdf5 } from "../../weights/hdf5.ts";
import { zip } from "../../weights/zip.ts";
import { mutate, pick } from "../mutate.ts";
import { type Target, type Targets, Wrong } from "../target.ts";

const small = () =>
  sequential([6, 6, 1]).conv2d(2, 3, { name: "c" }).flatten().dense(2, { name: "fc" });

/** Files of weights like some good ones: each is opened and read, and loaded into a network. */
async function weights(...good: Uint8Array[]): Promise<Target> {
  const net = small(), before = JSON.stringify(await bitsOf(net));
  const first = await Promise.all([...net.namedWeights.values()].map((weight) => weight.read()));
  return {
    make: (random: Random) => mutate(random, pick(random, good)),
    async read(bytes) {
      const refused = await loadWeights(net, bytes, { strict: false }).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refused !== undefined && JSON.stringify(await bitsOf(net)) !== before) {
        throw new Wrong(`weights were changed although ${refused}`);
      }
      [...net.namedWeights.values()].forEach((weight, i) => weight.assign(first[i]!));
      using file = await openWeights(bytes);
      for (const [name, tensor] of file.tensors) {
        const { length } = await tensor.read();
        const size = tensor.shape.reduce((product, n) => product * n, 1);
        if (length !== size) throw new Wrong(`${name}: ${length} numbers for ${size}`);
      }
      if (refused !== undefined) throw refused;
    },
  };
}

const counted = (length: number) => Float32Array.from({ length }, (_, i) => i);

/** What a network of Keras leaves in a file. */
const layers = (start: string) => ({
  [`${start}conv2d/vars/0`]: { data: counted(54), shape: [3, 3, 3, 2], dtype: "<f" },
  [`${start}conv2d/vars/1`]: { data: counted(2), shape: [2], dtype: "<f" },
  [`${start}dense/vars/0`]: { data: Float64Array.from(counted(6)), shape: [3, 2], dtype: "<d" },
});

/** Protocol buffers: a number, and a field of bytes. */
const varint = (value: number): number[] =>
  value < 128 ? [value] : [value % 128 + 128, ...varint(Math.floor(value / 128))];
const field = (number: number, ...parts: readonly (readonly number[])[]): number[] => {
  const content = parts.flat();
  return [...varint(number * 8 + 2), ...varint(content.length), ...content];
};
const text = (value: string) => [...new TextEncoder().encode(value)];
const floats = (...values: number[]) => [...new Uint8Array(Float32Array.from(values).buffer)];
const blob = (shape: readonly number[], ...values: number[]) =>
  field(7, field(7, field(1, ...shape.map(varint))), field(5, floats(...values)));
const layer = (name: string, type: string, ...blobs: number[][]) =>
  field(100, field(1, text(name)), field(2, text(type)), ...blobs);

const caffeNet = Uint8Array.from([
  ...field(1, text("net")),
  ...layer("c", "Convolution", blob([2, 1, 1, 1], 1, 2), blob([2], 3, 4)),
  ...layer("bn", "BatchNorm", blob([2], 1, 2), blob([2], 1, 2), blob([1], 1)),
  ...layer("sc", "Scale", blob([2], 1, 2), blob([2], 1, 2)),
  ...layer("fc", "InnerProduct", blob([1, 2], 5, 6)),
]);

export const targets: Targets = {
  safetensors: async () => await weights(await small().toBytes()),
  pth: () =>
    weights(
      ...["net", "kinds", "checkpoint", "averaged", "wide", "malicious"].map((name) =>
        fixture(`pth_${name}.pth`)
      ),
    ),
  "legacy-pth": () =>
    weights(...["net", "kinds", "malicious"].map((name) => fixture(`pth_${name}_legacy.pth`))),
  caffemodel: () => weights(caffeNet),
  h5: async () => await weights(await hdf5(layers(""))),
  keras: async () => {
    const content = await hdf5(layers("layers/"));
    return await weights(zip([
      { name: "metadata.json", content: "{}" },
      { name: "config.json", content: "{}" },
      { name: "model.weights.h5", content },
    ]));
  },
};
