import type { WindowKernel } from "../../../lib/graph/kernel.ts";
import { sizeOf } from "../../../lib/core/shape.ts";
import { emitContest } from "../reduce/argmax.ts";
import { emitReduced, partsOf, threadsOf } from "../reduce/reduction.ts";
import type { Tiling } from "../product/tile.ts";
import type { Operands } from "../shader/bindings.ts";
import { constants, type Emitted } from "../shader/source.ts";
import large from "./large.wgsl" with { type: "text" };

/**
 * Pooling by large windows, and its gradients, as reductions: over the elements of each window, or over
 * the windows that hold an element. `declarations` are those that all kernels of windows share.
 */
export function emitLargeWindow(
  { kind, image, output, geometry: { window, stride } }: WindowKernel,
  operands: Operands,
  tiling: Tiling,
  declarations: string,
): Emitted {
  const windows = sizeOf(output), area = window[0] * window[1];
  // An element is in no more windows than these, by rows and columns.
  const [down, across] = [0, 1].map((axis) =>
    Math.min(output[axis + 1]!, Math.ceil(window[axis]! / stride[axis]!))
  ) as [number, number];
  const functions = declarations + constants({ ACROSS: across }) + large;
  // Windows overlap, so that there may be many elements for each of many outputs: their parts must not
  // take many times the memory of the images.
  const fitting = (outputs: number, elements: number, wanted: number) =>
    Math.min(wanted, Math.max(1, Math.floor(2 ** 20 / outputs), Math.ceil(elements / 4096)));
  const reduction = (combine: "sum" | "max", outputs: number, elements: number) => ({
    combine,
    dtype: "f32" as const,
    outputs,
    elements,
    parts: fitting(outputs, elements, partsOf(outputs, elements, true, tiling)),
    outputsFastest: true,
    functions,
  });

  if (kind === "windowMax" || kind === "windowSum") {
    const forward = reduction(kind === "windowMax" ? "max" : "sum", windows, area);
    return emitReduced(
      forward,
      operands,
      tiling,
      (bindings) =>
        `if (!is_inside(output, k)) { return identity(); }
  return ${bindings.load(0, "f32", "index_of(output, k)")};`,
    );
  }
  const backward = reduction("sum", sizeOf(image), down * across);
  if (kind === "windowSumGradient") {
    return emitReduced(backward, operands, tiling, (bindings) =>
      `let holder = holder_of(output, k);
  if (holder == NONE) { return 0.0; }
  return ${bindings.load(0, "f32", "holder")};`);
  }

  // Which element of each window is its maximum comes first, into the end of the scratch buffer.
  const scratch = Math.max(...operands.inputs, ...operands.outputs) + 1;
  const shared = fitting(windows, area, threadsOf(windows, area, tiling));
  const winners = Math.max(windows * shared, backward.outputs * backward.parts);
  const contest = emitContest(
    {
      dtype: "f32",
      outputs: windows,
      elements: area,
      parts: shared,
      beats: "x > largest || is_nan(x)",
      value: (bindings) => bindings.load(0, "f32", "index_of(output, k)"),
      functions,
    },
    operands,
    [scratch, winners],
    scratch,
  );
  const { dispatches } = emitReduced(
    backward,
    operands,
    tiling,
    (bindings) =>
      `let holder = holder_of(output, k);
  if (holder == NONE) { return 0.0; }
  let winner = u32(${bindings.read(scratch, "i32", `${winners}u + holder`)});
  if (index_of(holder, winner) != output) { return 0.0; }
  return ${bindings.load(2, "f32", "holder")};`,
  );
  return {
    dispatches: [...contest, ...dispatches],
    scratch: (winners + windows) * 4,
  };
}
