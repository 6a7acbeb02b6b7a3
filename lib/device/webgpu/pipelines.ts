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
    let layout = this.#layouts.get(key);
    if (layout === undefined) {
      layout = this.#device.createBindGroupLayout({
        entries: bindings.map(({ writable }, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: writable ? "storage" : "read-only-storage" },
        })),
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }

  /** The pipeline of a dispatch; an error is noted under `name`. */
  pipeline(dispatch: Dispatch, name: () => string): GPUComputePipeline {
    let pipeline = this.#pipelines.get(dispatch.code);
    if (pipeline === undefined) {
      const device = this.#device;
      const describe = () => `webgpu: the kernel of ${name()} does not compile`;
      pipeline = this.#failures.scope(device, describe, () => {
        const layout = device.createPipelineLayout({ bindGroupLayouts: [this.layout(dispatch)] });
        const module = device.createShaderModule({ code: dispatch.code });
        return device.createComputePipeline({ layout, compute: { module, entryPoint: "main" } });
      });
      this.#pipelines.set(dispatch.code, pipeline);
    }
    return pipeline;
  }
}
