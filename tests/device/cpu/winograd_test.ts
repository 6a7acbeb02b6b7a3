import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { cifarFiles } from "../../../data/cifar.ts";
import { decodeSafetensors } from "../../../lib/core/safetensors/read.ts";
import { createCpuDevice } from "../../../lib/device/cpu/cpu.ts";
import { instructionSets } from "../../../lib/device/cpu/instructions.ts";
import { type WinogradUse, winogradUses } from "../../../lib/device/cpu/winograd.ts";
import type { Device } from "../../../lib/device/device.ts";
import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { registerDevice } from "../../../lib/device/registry.ts";
import { tensor } from "../../../lib/tensor/create.ts";
import { setDevice } from "../../../lib/tensor/runtime.ts";
import type { Tensor } from "../../../lib/tensor/tensor.ts";
import { sequential } from "../../../lib/train/make_model.ts";
import type { Model } from "../../../lib/train/model.ts";
import { sgd } from "../../../lib/train/optimizers.ts";
import { loadWeights } from "../../../lib/weights/load.ts";
import { zooEntry } from "../../../lib/zoo/zoo.ts";
import { native } from "../../kernels/cpu/native.ts";
import { normals } from "../../kernels/cpu/reference.ts";
import { planOf } from "../../kernels/cpu/run_kernel.ts";
import { Largest } from "../../largest.ts";
import { realTest } from "../../weights/files.ts";
import { ReferenceDevice } from "../reference_device.ts";

/**
 * Convolutions with their sizes: tiles together, in blocks, small ones, and odd channels; and gradients
 * for kernels, of tiles together and in chunks.
 */
const cases = ([
  ["conv2d", [3, 20, 20, 24], 40],
  ["conv2d", [5, 30, 29, 32], 19],
  ["conv2d", [1, 14, 14, 64], 64],
  ["conv2dKernelGradient", [3, 20, 20, 24], 40],
  ["conv2dKernelGradient", [9, 30, 29, 18], 21],
] as const).map(([kind, image, filters]) => {
  const [n, height, width, channels] = image,
    sum = (size: number) => ({ dtype: "f32", size }) as const;
  const kernel: ConvolutionKernel = {
    kind,
    image,
    kernel: [3, 3, channels, filters],
    output: [n, height, width, filters],
    geometry: { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 },
  };
  const pixels = n * height * width,
    [first, taps, result] = [
      pixels * channels,
      9 * channels * filters,
      pixels * filters,
    ];
  const sizes = kind === "conv2d" ? [first, taps, result] as const : [first, result, taps] as const;
  return { sizes, plan: planOf(kernel, sizes.slice(0, 2).map(sum), [sum(sizes[2])]) };
});

/** The bits of what a device computes for each case, in a first run and in one with other weights. */
async function bitsOn(device: Device): Promise<Uint32Array[]> {
  const found: Uint32Array[] = [];
  for (const { sizes, plan } of cases) {
    const executable = device.load(plan), storages = sizes.map((size) => device.allocate(size * 4));
    for (const seed of [1, 2]) {
      for (const i of [0, 1]) device.write(storages[i]!, normals(seed + i, sizes[i]!));
      executable.run(storages);
      found.push(new Uint32Array(await device.read(storages[2]!, sizes[2] * 4)));
    }
    executable.release();
    for (const storage of storages) storage.release();
  }
  await device.close();
  return found;
}

Deno.test("cpu winograd: the same bits with all instructions, on 1 thread, 2 and 3", async () => {
  const always = { winograd: "always" } as const;
  const expected = await bitsOn(
    await createCpuDevice({ ...always, threads: 1, instructions: "wasm" }),
  );
  const here = instructionSets.filter((name) =>
    name === "wasm" || native().available.includes(name)
  );
  for (const instructions of here) {
    for (const threads of [1, 2, 3]) {
      const found = await bitsOn(await createCpuDevice({ ...always, threads, instructions }));
      assertEquals(found, expected, `${instructions}, ${threads} threads`);
    }
  }
  // They are not those of direct sums, or nothing is shown here.
  const direct = await bitsOn(await createCpuDevice({ winograd: "never" }));
  direct.forEach((bits, i) => assertNotEquals(bits, expected[i]));
});

Deno.test("cpu winograd: predictions by default, training where it is asked for", async () => {
  const x = tensor(normals(1, 8 * 16 * 16 * 16), { shape: [8, 16, 16, 16] });
  const labels = tensor(Int32Array.from({ length: 8 }, (_, i) => i % 3));
  const results = new Map<WinogradUse | undefined, readonly [prediction: string, loss: number]>();
  for (const winograd of [undefined, ...winogradUses]) {
    await setDevice("cpu", { threads: 2, ...winograd && { winograd } });
    const net = sequential([16, 16, 16], { seed: 1 }).conv2d(16, 3, { padding: "same" }).relu()
      .conv2d(16, 3).flatten().dense(3);
    const logits = (await (await net.predict(x)).data()).join();
    const { loss } = await net.trainOnBatch(x, labels, { optimizer: sgd({ learningRate: 0.01 }) });
    results.set(winograd, [logits, loss]);
  }
  await setDevice("cpu");
  const [usual, never, predictions, always] = results.values().toArray();
  assertEquals(usual, predictions);
  assertNotEquals(never![0], predictions![0]);
  assertEquals(never![1], predictions![1]);
  assertEquals(always![0], predictions![0]);
  assertNotEquals(always![1], never![1]);
  assert(Math.abs(always![1] - never![1]) < 1e-5 * never![1]);
});

Deno.test("cpu winograd: numbers that are not finite stay in their image, and large ones are computed", async () => {
  await setDevice("cpu", { threads: 2, winograd: "always" });
  const shape = [4, 16, 16, 16], size = 16 ** 3;
  const net = sequential(shape.slice(1), { seed: 1 }).conv2d(16, 3, { padding: "same" });
  const resultOf = async (data: Float32Array) =>
    await (await net.predict(tensor(data, { shape }))).data() as Float32Array;
  const data = normals(1, 4 * size), expected = await resultOf(data);
  for (const wrong of [NaN, Infinity]) {
    const found = await resultOf(data.with(size, wrong));
    assertEquals(found.subarray(0, size), expected.subarray(0, size));
    assertEquals(found.subarray(2 * size), expected.subarray(2 * size));
    assert(!Number.isFinite(found[size]));
  }
  // Powers of two change no digit where nothing overflows or falls below what is normal.
  for (const scale of [2 ** 110, 2 ** -80]) {
    assertEquals(await resultOf(data.map((x) => x * scale)), expected.map((x) => x * scale));
  }
  await setDevice("cpu");
});

Deno.test("cpu winograd: another word is an error", async () => {
  const wrong = { winograd: "sometimes" as WinogradUse };
  await assertRejects(() => createCpuDevice(wrong), RangeError, '"predictions"');
});

const direct = new Largest("logits of published networks, from those of direct sums", 1e-5);
const exact = new Largest("logits of published networks, from sums in f64", 1e-5);

/** Compares a network's logits with those of direct sums and, where `inDouble`, of sums in f64. */
async function compare(name: string, build: () => Promise<Model>, x: Tensor, inDouble: boolean) {
  registerDevice({
    name: "reference",
    rank: -1,
    options: [],
    available: () => true,
    open: () => Promise.resolve(new ReferenceDevice()),
  });
  const logitsOn = async (device: string, options = {}) => {
    await setDevice(device, options);
    const net = await build();
    const found = await (await net.predict(x)).data();
    await setDevice("cpu");
    return found as Float32Array;
  };
  const found = await logitsOn("cpu");
  const others = [
    [direct, await logitsOn("cpu", { winograd: "never" })],
    ...inDouble ? [[exact, await logitsOn("reference")] as const] : [],
  ] as const;
  for (const [errors, expected] of others) {
    const scale = expected.reduce((most, y) => Math.max(most, Math.abs(y)), 0);
    const error = found.reduce((most, y, i) => Math.max(most, Math.abs(y - expected[i]!)), 0);
    assert(error > 0, `${name}: nothing is computed otherwise`);
    errors.check(error / scale, name);
  }
}

for (
  const [name, file] of [["cifar-resnet20", "resnet20-12fca82f"], [
    "cifar-resnet56",
    "resnet56-4bfd9763",
  ]] as const
) {
  realTest(
    `cpu winograd: ${name} with its published weights`,
    [`cifar10-resnets/${file}.safetensors`, "cifar10/test_a.bin.br"],
    async ([weights, images]) => {
      const data = await cifarFiles([images!]), entry = zooEntry(name);
      // In f64 an image takes seconds.
      const inDouble = name === "cifar-resnet20", size = inDouble ? 1 : 8;
      const [first] = data.batches({ batchSize: size }), [pixels] = first!.inputs;
      const x = tensor(Float32Array.from(pixels!, (value) => value / 64 - 2), {
        shape: [size, 32, 32, 3],
      });
      const build = async () => {
        const net = entry.build();
        await loadWeights(net, weights!);
        return net;
      };
      await compare(name, build, x, inDouble);
    },
  );
}

for (
  const [name, file] of [["googlenet", "googlenet"], ["squeezenet1.1", "squeezenet_v1.1"]] as const
) {
  realTest(
    `cpu winograd: ${name} with its published weights`,
    [`imagenet-nets/${file}.safetensors`, "imagenet-nets/probe/probe_232.safetensors"],
    async ([weights, values]) => {
      const entry = zooEntry(name), { caffe } = entry;
      const { tensors } = decodeSafetensors(await Deno.readFile(values!), values!);
      const pixels = tensors.get("input224_bgr_meansub")!.data as Float32Array<ArrayBuffer>;
      const x = tensor(pixels, { shape: [3, 224, 224] }).transpose([1, 2, 0]).expandDims(0);
      await compare(
        name,
        async () => {
          const net = entry.build();
          await loadWeights(net, weights!, caffe ? { map: caffe.names } : {});
          return net;
        },
        x,
        false,
      );
    },
  );
}
