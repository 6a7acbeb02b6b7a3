import { assert, assertEquals, assertRejects } from "@std/assert";
import { openKeras } from "../../lib/weights/keras.ts";
import { openWeights } from "../../lib/weights/open.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { loadWeights } from "../../lib/weights/load.ts";
import { damage, fixture, realTest, source } from "./files.ts";
import { hdf5 } from "./hdf5.ts";
import { zip } from "./zip.ts";

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

Deno.test("Keras 3: a saved model, with the model's name before the layer's", async () => {
  using file = await openKeras(source(
    await hdf5({
      "model_weights/dense/sequential/dense/kernel": kernel,
      "model_weights/inner/first/kernel": kernel,
    }),
  ));
  assertEquals([...file.tensors.keys()].sort(), ["dense/kernel", "first/kernel"]);
});

/** What save_weights of Keras 3 writes: weights by number, and the state of a dropout. */
const numbered = () =>
  hdf5({
    "layers/dense/vars/0": { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2], dtype: "<f" },
    "layers/dense/vars/1": { data: Float32Array.of(5, 6), shape: [2], dtype: "<f" },
    ...Object.fromEntries([0, 1, 2, 3].map((i) => [
      `layers/batch_normalization/vars/${i}`,
      { data: Float32Array.of(i, i + 10), shape: [2], dtype: "<f" },
    ])),
    "layers/dropout/seed_generator/vars/0": {
      data: Uint32Array.of(1, 2 ** 32 - 1),
      shape: [2],
      dtype: "<I",
    },
    "optimizer/vars/0": { data: BigInt64Array.of(7n), shape: [], dtype: "<q" },
  });

const named = () =>
  sequential([2]).dense(2, { name: "dense" }).batchNorm({ name: "batch_normalization" });

for (const form of [".weights.h5", ".keras", "unpacked and packed .keras"]) {
  Deno.test(`Keras 3: weights by number, in a ${form} file`, async () => {
    const hdf5 = await numbered(), folder = form.startsWith("unpacked") ? "net/" : "";
    const bytes = form === ".weights.h5" ? hdf5 : zip([
      { name: `${folder}config.json`, content: "{}" },
      { name: `${folder}model.weights.h5`, content: hdf5 },
    ]);
    const net = named();
    const { matched, ignored } = await loadWeights(net, bytes);
    assertEquals([matched.length, ignored], [6, ["dropout/seed_generator/vars/0"]]);
    assertEquals([...await net.weight("dense.kernel").read()], [1, 2, 3, 4]);
    assertEquals([...await net.weight("dense.bias").read()], [5, 6]);
    for (const [i, key] of ["gamma", "beta", "runningMean", "runningVariance"].entries()) {
      const found = await net.weight(`batch_normalization.${key}`).read();
      assertEquals([...found], [i, i + 10], key);
    }
  });
}

Deno.test("Keras: kernels that map names have channels last too", async () => {
  const net = sequential([2]).dense(2, { name: "mine", bias: false });
  await loadWeights(net, await numbered(), {
    map: { "mine.kernel": "dense/vars/0" },
    ignore: /./,
  });
  assertEquals([...await net.weight("mine.kernel").read()], [1, 2, 3, 4]);
});

Deno.test("Keras: integers that i32 cannot hold are an error when they are read", async () => {
  using file = await openKeras(source(await numbered()));
  await assertRejects(
    () => file.tensors.get("dropout/seed_generator/vars/0")!.read(),
    RangeError,
    "the 32-bit integer 4294967295 does not fit",
  );
});

Deno.test("Keras: what is no HDF5 file, or another type, is refused", async () => {
  const bytes = await hdf5({ "dense/dense/kernel:0": kernel });
  await assertRejects(() => openKeras(source(bytes.subarray(0, 60))), SyntaxError, "test: damaged");
  await assertRejects(
    () => openKeras(source(bytes.subarray(0, bytes.length / 2))),
    SyntaxError,
    "test: damaged",
  );
});

Deno.test("Keras: numbers of every type, of either order, packed or not", async () => {
  using file = await openWeights(fixture("keras_kinds.weights.h5"));
  const read = async (name: string) => {
    const { type, shape, read } = file.tensors.get(`${name}/vars/0`)!;
    return { type, shape, numbers: [...await read()] };
  };
  const floats = { shape: [2, 3], numbers: [1.5, -2, 0.25, 3, 0, -1] };
  for (const [name, type] of [["f32_big", "f32"], ["f16_big", "f16"], ["packed", "f32"]] as const) {
    assertEquals(await read(name), { ...floats, type }, name);
  }
  for (const type of ["f32", "f64", "f16", "bf16"]) {
    assertEquals(await read(type), { ...floats, type });
  }
  const integers = { shape: [3], numbers: [1, 0, 7] };
  for (const type of ["i8", "i64", "u8"]) assertEquals(await read(type), { ...integers, type });
  assertEquals(await read("i16_big"), { ...integers, type: "i16" });
  assertEquals(await read("bool"), { type: "bool", shape: [3], numbers: [1, 0, 1] });
  assertEquals(await read("scalar"), { type: "f32", shape: [], numbers: [2.5] });
  assertEquals(await read("empty"), { type: "f32", shape: [0, 3], numbers: [] });
  const part = await file.tensors.get("f16/vars/0")!.read(1, 3);
  assertEquals<unknown>(part, Float32Array.of(-2, 0.25));
});

Deno.test("Keras: what is no number matters where it is read", async () => {
  using file = await openWeights(fixture("keras_kinds.weights.h5"));
  for (const name of ["words", "complex"]) {
    const tensor = file.tensors.get(`${name}/vars/0`)!;
    await assertRejects(() => tensor.read(), SyntaxError, "vars/0: numbers of the kind of HDF5's");
  }
});

Deno.test("Keras 3: models within a model are told apart", async () => {
  const bytes = fixture("keras_kinds.weights.h5");
  using file = await openWeights(bytes);
  const names = ["left/conv2d", "right/conv2d", "right/inner/conv2d"];
  for (const [i, name] of names.entries()) {
    assertEquals([...await file.tensors.get(`${name}/vars/0`)!.read()], [i]);
  }
  const net = sequential([1, 1, 1]).conv2d(1, 1, { name: "conv2d", bias: false });
  const ignore = /^(?!.*conv2d)/;
  await assertRejects(
    () => loadWeights(net, file, { ignore }),
    TypeError,
    'several sets of tensors fit the model: "left", "right", "right/inner"',
  );
  await loadWeights(net, file, { ignore, part: "right/inner" });
  assertEquals([...await net.weight("conv2d.kernel").read()], [2]);
});

Deno.test("Keras: depthwise kernels, and those of a separable convolution by map", async () => {
  const net = sequential([4, 4, 3])
    .conv2d(6, 2, { groups: 3, name: "dw" })
    .conv2d(6, 2, { groups: 6, name: "first", bias: false })
    .conv2d(2, 1, { name: "second" });
  await loadWeights(net, fixture("keras_depthwise.h5"), {
    map: {
      "first.kernel": "sep/depthwise_kernel",
      "second.kernel": "sep/pointwise_kernel",
      "second.bias": "sep/bias",
    },
  });
  // In the file [height, width, channel, multiple], here [height, width, 1, output].
  const counted = (count: number) => Array.from({ length: count }, (_, i) => i);
  for (const [name, count] of [["dw", 24], ["first", 24], ["second", 12]] as const) {
    assertEquals([...await net.weight(`${name}.kernel`).read()], counted(count), name);
  }
});

Deno.test("Keras: depthwise and separable convolutions into layers of their names", async () => {
  const net = sequential([4, 4, 3])
    .depthwiseConv2d(2, { depthMultiplier: 2, name: "dw" }).separableConv2d(2, 2, { name: "sep" });
  await loadWeights(net, fixture("keras_depthwise.h5"));
  const counted = (count: number) => Array.from({ length: count }, (_, i) => i);
  for (
    const [name, count] of [
      ["dw.kernel", 24],
      ["sep.depthwiseKernel", 24],
      ["sep.pointwiseKernel", 12],
    ] as const
  ) {
    assertEquals([...await net.weight(name).read()], counted(count), name);
  }
});

Deno.test("Keras: numbers that were never written do not take memory without limit", async () => {
  using file = await openWeights(fixture("keras_vast.h5"));
  const { shape, read } = file.tensors.get("vast/kernel")!;
  assertEquals(shape, [40_000_000]);
  await assertRejects(read, SyntaxError, "no memory for 320000000 bytes");
});

Deno.test("Keras: a damaged file is refused or read, whatever the damage", async () => {
  const bytes = await hdf5({ "dense/dense/kernel:0": kernel });
  assert(await damage(bytes, openKeras, 397) > 5);
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
