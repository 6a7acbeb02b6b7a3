import {
  type Dispatch,
  emit,
  type Forced,
  type Operands,
  type Tiling,
} from "../../../kernels/webgpu/emit.ts";
import { cutKernel, type Window } from "../../../kernels/webgpu/windows.ts";
import type { Kernel, Launch } from "../../graph/kernel.ts";
import type { Place, Plan } from "../../compile/plan.ts";
import { DeviceError } from "../../core/errors.ts";
import { bytesPerElement } from "../../core/dtype.ts";
import type { Executable, Storage } from "../device.ts";
import type { Failures } from "./failures.ts";
import { type Buffers, slack, WebgpuStorage } from "./buffers.ts";
import { type Pacer, workOf } from "./pacer.ts";
import type { Pipelines } from "./pipelines.ts";

/** What an executable needs of its device. */
export interface Context {
  readonly device: GPUDevice;
  readonly failures: Failures;
  readonly buffers: Buffers;
  readonly pipelines: Pipelines;
  readonly pacer: Pacer;
  readonly tiling: Tiling;
  /** How products are cut into blocks, where it is not as suits them. */
  readonly forced: Forced;
}

/** A dispatch that is ready but for the buffers that are bound at each run. */
interface Command {
  readonly dispatch: Dispatch;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** For each binding its place; the scratch buffer is a slot after the plan's own. */
  readonly places: readonly BoundPlace[];
  /** Set if no place is bound at each run. */
  readonly group: GPUBindGroup | undefined;
  /** How much it has to do, as `workOf` counts. */
  readonly work: number;
}

/** A place, and the part of it that is bound, if that is not all. */
interface BoundPlace extends Place {
  readonly window?: Window | undefined;
}

/** Sets of bound buffers whose bind groups are kept: a loop alternates between a few. */
const keptGroups = 8;

/** A plan on a WebGPU device: pipelines, slots, and bind groups. */
export class WebgpuExecutable implements Executable {
  readonly #context: Context;
  readonly #bindings: readonly number[];
  readonly #slots: readonly WebgpuStorage[];
  readonly #commands: readonly Command[];
  /** Bind groups of all commands by the bound storages, the one used longest ago first. */
  readonly #groups = new Map<string, readonly GPUBindGroup[]>();
  #isReleased = false;

  /** Compiles and allocates; a DeviceError names a value that is over the device's limits. */
  constructor(context: Context, plan: Plan) {
    this.#context = context;
    this.#bindings = plan.bindings;
    const emitted = plan.launches.flatMap((launch) => {
      if (launch.outputs.every((number) => plan.values[number]!.size === 0)) return [];
      const name = () => describeLaunch(plan, launch), parts = partsOf(context, plan, launch);
      return parts.map(({ kernel, operands, places }) => {
        const { dispatches, scratch = 0 } = emit(kernel, operands, context.tiling, context.forced);
        for (const { bindings } of dispatches) checkBindings(context.device, bindings.length, name);
        context.buffers.checkBound(scratch, () => `the partial results of ${name()}`);
        return { places, dispatches, scratch, name, work: workOf(plan, launch) / parts.length };
      });
    });
    const scratch = Math.max(0, ...emitted.map((launch) => launch.scratch));
    const sizes = scratch > 0 ? [...plan.slots, scratch] : plan.slots;
    this.#slots = sizes.map((bytes, i) =>
      context.buffers.allocate(bytes, i < plan.slots.length ? `slot ${i}` : "partial sums")
    );
    const shared: BoundPlace = { kind: "slot", index: plan.slots.length };
    this.#commands = emitted.flatMap(({ places, dispatches, name, work }) =>
      dispatches.map((dispatch): Command => {
        const pipeline = context.pipelines.pipeline(dispatch, name);
        const layout = context.pipelines.layout(dispatch);
        const bound = dispatch.bindings.map(({ buffer }) => places[buffer] ?? shared);
        const fixed = bound.every(({ kind }) => kind === "slot");
        const group = fixed ? this.#group(layout, bound, []) : undefined;
        return {
          dispatch,
          pipeline,
          layout,
          places: bound,
          group,
          work: work / dispatches.length,
        };
      })
    );
  }

  run(bindings: readonly Storage[]): void {
    const { failures, pacer } = this.#context;
    failures.check();
    if (this.#isReleased) throw new DeviceError("webgpu: the program was released and cannot run");
    const storages = this.#check(bindings);
    if (this.#commands.length === 0) return;
    const groups = this.#groupsFor(storages), { share } = pacer;
    let first = 0, work = 0, total = 0;
    this.#commands.forEach((command, i) => {
      if (work > share) {
        this.#submit(groups, first, i);
        first = i;
        work = 0;
      }
      work += command.work;
      total += command.work;
    });
    this.#submit(groups, first, this.#commands.length);
    pacer.queued(total);
  }

  /** Submits the commands from number `first` up to `end`. */
  #submit(groups: readonly GPUBindGroup[], first: number, end: number): void {
    const { device } = this.#context, encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    let current: GPUComputePipeline | undefined;
    for (let i = first; i < end; i++) {
      const { pipeline, dispatch } = this.#commands[i]!;
      if (current !== pipeline) pass.setPipeline(current = pipeline);
      pass.setBindGroup(0, groups[i]!);
      pass.dispatchWorkgroups(...dispatch.workgroups);
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  release(): void {
    this.#isReleased = true;
    this.#groups.clear();
    for (const slot of this.#slots) slot.release();
  }

  #check(bindings: readonly Storage[]): readonly WebgpuStorage[] {
    if (bindings.length !== this.#bindings.length) {
      throw new TypeError(
        `webgpu: the program binds ${this.#bindings.length} buffers, found ${bindings.length}`,
      );
    }
    return bindings.map((storage, i) => {
      if (!(storage instanceof WebgpuStorage) || storage.isReleased) {
        throw new TypeError(`webgpu: binding ${i} is not a live buffer of a WebGPU device`);
      }
      if (storage.buffers !== this.#context.buffers) {
        throw new TypeError(`webgpu: binding ${i} is a buffer of another device`);
      }
      if (storage.bytes < this.#bindings[i]!) {
        throw new RangeError(
          `webgpu: binding ${i} has ${storage.bytes} bytes, expected ${this.#bindings[i]}`,
        );
      }
      return storage;
    });
  }

  /** The bind group of each command for some bound storages. */
  #groupsFor(storages: readonly WebgpuStorage[]): readonly GPUBindGroup[] {
    const key = storages.map(({ id }) => id).join();
    let groups = this.#groups.get(key);
    if (groups === undefined) {
      groups = this.#commands.map(({ group, layout, places }) =>
        group ?? this.#group(layout, places, storages)
      );
      if (this.#groups.size >= keptGroups) {
        this.#groups.delete(this.#groups.keys().next().value!);
      }
    } else {
      this.#groups.delete(key);
    }
    this.#groups.set(key, groups);
    return groups;
  }

  #group(
    layout: GPUBindGroupLayout,
    places: readonly BoundPlace[],
    storages: readonly WebgpuStorage[],
  ): GPUBindGroup {
    return this.#context.device.createBindGroup({
      layout,
      entries: places.map(({ kind, index, window }, binding) => {
        const { buffer, bound } = (kind === "slot" ? this.#slots : storages)[index]!;
        if (window === undefined) return { binding, resource: { buffer, size: bound } };
        const offset = window.first * 4, size = Math.ceil((window.size * 4 + slack) / 16) * 16;
        return {
          binding,
          resource: { buffer, offset, size: Math.min(size, buffer.size - offset) },
        };
      }),
    });
  }
}

/** What a launch becomes: kernels over its distinct buffers, of which large ones are bound in part. */
function partsOf(
  { buffers }: Context,
  plan: Plan,
  { kernel, inputs, outputs }: Launch,
): { kernel: Kernel; operands: Operands; places: readonly BoundPlace[] }[] {
  const all = [...inputs, ...outputs].map((number) => plan.values[number]!);
  const large = all.filter(({ size, dtype }) => size * bytesPerElement[dtype] > buffers.limit);
  const sizesOf = (numbers: readonly number[]) =>
    numbers.map((number) => plan.values[number]!.size);
  const sizes = { inputs: sizesOf(inputs), outputs: sizesOf(outputs) };
  const whole = {
    kernel,
    inputs: inputs.map(() => undefined),
    outputs: outputs.map(() => undefined),
    addsToOutput: false,
  };
  const cut = large.length === 0
    ? [whole]
    : large.some(({ dtype }) => dtype === "u8")
    ? undefined
    : cutKernel(kernel, sizes, Math.floor(buffers.limit / 4));
  if (cut === undefined) {
    const [{ size, dtype, name }] = large as [typeof all[number]];
    buffers.checkBound(size * bytesPerElement[dtype], () => name);
  }
  return (cut ?? []).map((part) => {
    const places: BoundPlace[] = [], numbers = new Map<string, number>();
    const numberOf = (value: number, window: Window | undefined): number => {
      const { place } = plan.values[value]!, key = `${place.kind} ${place.index}`;
      const found = numbers.getOrInsertComputed(key, () => places.push({ ...place, window }) - 1);
      const { first, size } = places[found]!.window ?? { first: 0, size: 0 };
      if (first !== (window?.first ?? 0) || size !== (window?.size ?? 0)) {
        const { name, size, dtype } = plan.values[value]!;
        buffers.checkBound(Math.max(size * bytesPerElement[dtype], buffers.limit + 1), () => name);
      }
      return found;
    };
    const added = part.addsToOutput ? [numberOf(outputs[0]!, part.outputs[0])] : [];
    const operands = {
      inputs: [...inputs.map((value, i) => numberOf(value, part.inputs[i])), ...added],
      outputs: outputs.map((value, i) => numberOf(value, part.outputs[i])),
    };
    return { kernel: part.kernel, operands, places };
  });
}

function checkBindings(device: GPUDevice, count: number, name: () => string): void {
  const limit = device.limits.maxStorageBuffersPerShaderStage;
  if (count <= limit) return;
  throw new DeviceError(
    `webgpu: ${name()} uses ${count} buffers at once; this adapter allows ${limit}`,
  );
}

/** A launch in words: its kind, what it makes, and of what. */
function describeLaunch(plan: Plan, { kernel, inputs, outputs }: Launch): string {
  const names = (values: readonly number[]) =>
    values.map((value) => plan.values[value]!.name).join(", ");
  return `${kernel.kind} (${names(outputs)} from ${names(inputs) || "nothing"})`;
}
