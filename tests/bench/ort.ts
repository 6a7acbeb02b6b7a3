/**
 * ONNX Runtime: for the web on its WebAssembly backend with two threads ("wasm"), and its native build
 * ("node"). It does not train.
 *
 * @module
 */
import { type Case, checkProduct, type Convolution, matrices, numbers } from "./cases.ts";
import type { Job } from "./contender.ts";
import { arraysOf, checkConvolution, shapesOf } from "./convolutions.ts";
import { type Bytes, channelsFirst, channelsLast, convolutionModel, matmulModel } from "./onnx.ts";
import { importPeer } from "./peers.ts";

/** As much of either build as is used. */
interface Ort {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly InferenceSession: {
    create(model: Bytes, options: Readonly<Record<string, unknown>>): Promise<Session>;
  };
  readonly Tensor: new (type: string, data: Float32Array, shape: readonly number[]) => unknown;
}

interface Session {
  run(
    feeds: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly y: { readonly data: Float32Array } }>;
}

/** Opens models that are run on a build. */
type Open = (model: Bytes) => Promise<Session>;

/** A session's runs, each of which is awaited; what `check` does comes after all. */
const jobOf = (
  session: Session,
  feeds: Readonly<Record<string, unknown>>,
  check: () => Promise<void>,
): Job => ({
  step: async () => void await session.run(feeds),
  wait: () => Promise.resolve(0),
  check,
});

/** The second matrix is a constant, which it can pack once and for all. */
async function matmulJob({ Tensor }: Ort, open: Open, size: number): Promise<Job> {
  const [a, b] = matrices(size), feeds = { x: new Tensor("float32", a, [size, size]) };
  return jobOf(await open(matmulModel(size, b, 1)), feeds, async () => {
    const { y } = await (await open(matmulModel(size, b, size))).run(feeds);
    checkProduct(size, y.data);
  });
}

async function convolutionJob({ Tensor }: Ort, open: Open, convolution: Convolution): Promise<Job> {
  if (convolution.result !== "forward") throw new Error("it has no gradients");
  const { image, kernel: [, , , filters] } = shapesOf(convolution);
  const arrays = arraysOf(convolution), [count, rows, columns, channels] = image;
  const x = new Tensor("float32", channelsFirst(arrays.image, image), [
    count,
    channels,
    rows,
    columns,
  ]);
  return jobOf(await open(convolutionModel(convolution, arrays.kernel, 1)), { x }, async () => {
    const { y } = await (await open(convolutionModel(convolution, arrays.kernel, rows))).run({
      x,
    });
    checkConvolution(convolution, channelsLast(y.data, [count, filters, rows, columns]));
  });
}

/** A network with the weights that this library draws; its logits must be this library's. */
async function networkJob({ Tensor }: Ort, open: Open, name: string, size: number): Promise<Job> {
  const [{ setDevice, tensor, zooEntry }, { networkModel }] = await Promise.all([
    import("../../mod.ts"),
    import("./onnx_network.ts"),
  ]);
  await setDevice("cpu");
  const network = zooEntry(name).build({ seed: 1 }), [height, width, channels] = network.inputShape;
  const shape = [size, height!, width!, channels!];
  const images = numbers(shape.reduce((a, b) => a * b), 3);
  const session = await open(await networkModel(network, size));
  const x = new Tensor("float32", channelsFirst(images, shape), [size, channels!, height!, width!]);
  return jobOf(session, { x }, async () => {
    const expected = await (await network.predict(tensor(images, { shape }))).data();
    const { y: { data } } = await session.run({ x });
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const place = expected.findIndex((value, i) => !(Math.abs(value - data[i]!) <= 1e-3 * largest));
    if (place < 0) return;
    throw new Error(`wrong logits: expected ${expected[place]} at ${place}, found ${data[place]}`);
  });
}

/** Makes `benchCase` ready on the build "wasm" or "node". */
export async function prepare(benchCase: Case, backend: string): Promise<Job> {
  const isNode = backend === "node";
  const found = await importPeer(isNode ? "onnxruntime-node" : "onnxruntime-web");
  const ort: Ort = found.default ?? found;
  if (!isNode) ort.env.wasm.numThreads = 2;
  const options = isNode ? { intraOpNumThreads: 2 } : {};
  const open: Open = (model) =>
    ort.InferenceSession.create(model, {
      ...options,
      executionProviders: [isNode ? "cpu" : "wasm"],
    });
  switch (benchCase.kind) {
    case "matmul":
      return await matmulJob(ort, open, benchCase.size);
    case "convolution":
      return await convolutionJob(ort, open, benchCase.convolution);
    case "network-predict":
      return await networkJob(ort, open, benchCase.network, benchCase.size);
    default:
      throw new Error("it does not train");
  }
}
