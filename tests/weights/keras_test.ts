import { assert, assertEquals, assertRejects } from "@std/assert";
import { openKeras } from "../../lib/weights/keras.ts";
import { openWeights } from "../../lib/weights/open.ts";
import { damage, realTest, source } from "./files.ts";

/** The part of h5wasm that writes. */
interface Writer {
  create_group(name: string): Writer;
  create_dataset(settings: { name: string; data: unknown; shape: number[]; dtype: string }): void;
  close(): void;
}

/** An HDF5 file with datasets, by path. */
async function hdf5(
  datasets: Record<string, { data: unknown; shape: number[]; dtype: string }>,
): Promise<Uint8Array<ArrayBuffer>> {
  const specifier = "npm:h5wasm@0.10.3";
  const h5wasm = await import(specifier);
  const { FS } = await h5wasm.ready;
  const file: Writer = new h5wasm.File("/written.h5", "w");
  const groups = new Map<string, Writer>([["", file]]);
  const groupOf = (path: string): Writer => {
    const known = groups.get(path);
    if (known) return known;
    const at = path.lastIndexOf("/");
    const made = groupOf(path.slice(0, Math.max(0, at))).create_group(path.slice(at + 1));
    groups.set(path, made);
    return made;
  };
  for (const [path, settings] of Object.entries(datasets)) {
    const at = path.lastIndexOf("/");
    groupOf(path.slice(0, Math.max(0, at)))
      .create_dataset({ name: path.slice(at + 1), ...settings });
  }
  file.close();
  return FS.readFile("/written.h5").slice();
}

const kernel = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3], dtype: "<f" };
const bias = { data: Float64Array.of(0.5, 1, 2), shape: [3], dtype: "<d" };

Deno.test("Keras: a saved model, without the optimizer's memory", async () => {
  const bytes = await hdf5({
    "model_weights/dense/dense/kernel:0": kernel,
    "model_weights/dense/dense/bias:0": bias,
    "optimizer_weights/Adam/dense/kernel/m:0": kernel,
  });
  using file = await openKeras(source(bytes));
  assertEquals([...file.tensors.keys()].sort(), ["dense/bias", "dense/kernel"]);
  const found = file.tensors.get("dense/kernel")!;
  assertEquals([found.shape, found.type], [[2, 3], "f32"]);
  assertEquals<unknown>(await found.read(), kernel.data);
  assertEquals<unknown>(await found.read(1, 3), Float32Array.of(2, 3));
  assertEquals<unknown>(
    await file.tensors.get("dense/bias")!.read(),
    Float32Array.from(bias.data),
  );
});

Deno.test("Keras: weights alone; names within their layer or not", async () => {
  const bytes = await hdf5({ "dense/dense/kernel:0": kernel, "other/bias": bias });
  using file = await openKeras(source(bytes));
  assertEquals([...file.tensors.keys()].sort(), ["dense/kernel", "other/bias"]);
});

Deno.test("Keras: what is no HDF5 file, or another type, is refused", async () => {
  const bytes = await hdf5({ "dense/dense/kernel:0": kernel });
  await assertRejects(() => openKeras(source(bytes.subarray(0, 60))), SyntaxError, "test: damaged");
  await assertRejects(
    () => openKeras(source(bytes.subarray(0, bytes.length / 2))),
    SyntaxError,
    "test: damaged",
  );
  const texts = await hdf5({ "dense/dense/name:0": { data: ["a"], shape: [1], dtype: "S1" } });
  await assertRejects(() => openKeras(source(texts)), SyntaxError, "dense/name: the type");
});

Deno.test("Keras: a damaged file is refused or read, whatever the damage", async () => {
  const bytes = await hdf5({ "dense/dense/kernel:0": kernel });
  assert(await damage(bytes, openKeras, 61) > 10);
});

realTest(
  "Keras: the published ResNet-8 equals its safetensors, tensor by tensor",
  ["cifar10-resnet8-mlperf/pretrainedResnet.h5", "cifar10-resnet8-mlperf/resnet8.safetensors"],
  async ([keras, safetensors]) => {
    using a = await openWeights(keras!);
    using b = await openWeights(safetensors!);
    assertEquals([a.format, a.tensors.size], ["keras", b.tensors.size]);
    for (const [name, tensor] of b.tensors) {
      const other = a.tensors.get(name.replace(/:0$/, ""))!;
      assertEquals(other.shape, tensor.shape, name);
      assertEquals<unknown>(await other.read(), await tensor.read(), name);
    }
  },
);
