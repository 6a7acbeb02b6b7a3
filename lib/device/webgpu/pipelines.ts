import type { Dispatch } from "../../../kernels/webgpu/emit.ts";
import type { Failures } from "./failures.ts";

/** The compiled kernels of a device, by their code: programs share them. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  readonly #pipelines = new Map<string, GPUComputePipeline>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(device: GPUDevice, failures: Failures) {
    this.#device = device;
    this.#failures = failures;
  }

  /** The layout of a dispatch's bind group. */
  layout({ bindings }: Dispatch): GPUBindGroupLayout {
    const key = bindings.map(({ writable }) => writable ? "w" : "r").join("");
    return this.#layouts.getOrInsertComputed(key, () =>
      this.#device.createBindGroupLayout({
        entries: bindings.map(({ writable }, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: writable ? "storage" : "read-only-storage" },
        })),
      }));
  }

  /** The pipeline of a dispatch; an error is noted under `name`. */
  pipeline(dispatch: Dispatch, name: () => string): GPUComputePipeline {
    const device = this.#device;
    const describe = () => `webgpu: the kernel of ${name()} does not compile`;
    const compile = () => {
      const layout = device.createPipelineLayout({ bindGroupLayouts: [this.layout(dispatch)] });
      const module = device.createShaderModule({ code: dispatch.code });
      return device.createComputePipeline({ layout, compute: { module, entryPoint: "main" } });
    };
    return this.#pipelines.getOrInsertComputed(
      dispatch.code,
      () => this.#failures.scope(device, describe, compile),
    );
  }
}
