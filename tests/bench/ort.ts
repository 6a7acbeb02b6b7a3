/** ONNX Runtime for the web, on its WebAssembly backend with two threads. It does not train. */
import { type Case, checkProduct, matrices } from "./cases.ts";
import type { Job } from "./contender.ts";
import { matmulModel } from "./onnx.ts";
import { importPeer } from "./peers.ts";

/** Makes `benchCase` ready; the second matrix is a constant, which it can pack once and for all. */
export async function prepare(benchCase: Case): Promise<Job> {
  const ort = await importPeer("onnxruntime-web");
  ort.env.wasm.numThreads = 2;
  const { size } = benchCase;
  const [a, b] = matrices(size);
  const open = (rows: number) =>
    ort.InferenceSession.create(matmulModel(size, b, rows), { executionProviders: ["wasm"] });
  const session = await open(1);
  const feeds = { x: new ort.Tensor("float32", a, [size, size]) };
  return {
    step: () => session.run(feeds),
    wait: () => Promise.resolve(0), // each run was awaited
    async check() {
      const { y } = await (await open(size)).run(feeds);
      checkProduct(size, y.data);
    },
  };
}
