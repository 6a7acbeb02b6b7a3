import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { sizeOf } from "../../../lib/core/shape.ts";
import { emitStored, prelude } from "../elementwise/expression.ts";
import { emitReduced, partsOf } from "../reduce/reduction.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { constants, type Emitted, threadsDispatch, unroll } from "../shader/source.ts";
import direct from "./direct.wgsl" with { type: "text" };
import { sizesOf } from "./sizes.ts";

/** Neighbouring pixels that a thread computes. */
const pixels = 4;

/** Channels of a group, from which on blocks of a product are filled well enough. */
const many = 16;

/**
 * Whether a convolution is in groups that `emitDirect` takes: of one channel and one filter, or of few
 * by fours.
 */
export function isDirect(kernel: ConvolutionKernel): boolean {
  const { groups, groupChannels, groupFilters, channels } = sizesOf(kernel);
  if (groups === 1) return false;
  if (groupChannels === 1 && groupFilters === 1) return channels % 4 === 0;
  return groupChannels % 4 === 0 && groupFilters % 4 === 0 && groupChannels < many &&
    groupFilters < 2 * many;
}

/** A convolution in groups of few channels and filters, or one of its gradients, on graphics cards. */
export function emitDirect(kernel: ConvolutionKernel, operands: Operands): Emitted {
  return kernel.kind === "conv2dKernelGradient"
    ? emitKernelGradient(kernel, operands)
    : emitPixels(kernel, operands);
}

/** WGSL of which image pixel an output pixel meets at a position of the kernel. */
const imagePixel = `
fn source_of(y: u32, x: u32, ky: u32, kx: u32) -> Pixel {
  let at_y = y * STRIDE_Y + ky * DILATION_Y - u32(PADDING_TOP);
  let at_x = x * STRIDE_X + kx * DILATION_X - u32(PADDING_LEFT);
  return Pixel(at_y, at_x, at_y < HEIGHT && at_x < WIDTH);
}
`;

/** WGSL of which output pixel has an image pixel at a position of its window. */
const outputPixel = `
fn source_of(y: u32, x: u32, ky: u32, kx: u32) -> Pixel {
  let from_y = y + u32(PADDING_TOP) - ky * DILATION_Y;
  let from_x = x + u32(PADDING_LEFT) - kx * DILATION_X;
  // Below 0 these wrap around, beyond any image.
  let matches = i32(from_y) >= 0 && i32(from_x) >= 0 && from_y % STRIDE_Y == 0u &&
    from_x % STRIDE_X == 0u;
  let at_y = from_y / STRIDE_Y;
  let at_x = from_x / STRIDE_X;
  return Pixel(at_y, at_x, matches && at_y < OUTPUT_HEIGHT && at_x < OUTPUT_WIDTH);
}
`;

function emitPixels(kernel: ConvolutionKernel, operands: Operands): Emitted {
  const s = sizesOf(kernel), forward = kernel.kind === "conv2d";
  const target = forward ? kernel.output : kernel.image;
  const source = forward ? kernel.image : kernel.output;
  const [count, height, width, channels] = target as [number, number, number, number];
  const strips = Math.ceil(width / pixels), quads = channels / 4;
  const bindings = new Bindings(operands);
  const { tail } = kernel;
  // What is stored is declared first.
  const store = tail === undefined ? bindings.store(0, "vec4f", "i / 4u", "value") : emitStored(
    tail,
    [sizeOf(target.slice(0, -1)), channels],
    { index: "i", last: "last", result: "value" },
    bindings,
    4,
  );
  return {
    dispatches: [threadsDispatch(count * height * strips * quads, bindings, [
      prelude,
      s.declarations,
      constants({
        PIXELS: pixels,
        STRIPS: strips,
        QUADS: quads,
        TARGET_HEIGHT: height,
        TARGET_WIDTH: width,
        SOURCE_HEIGHT: source[1]!,
        SOURCE_WIDTH: source[2]!,
        GROUP_FILTERS: s.groupFilters,
      }),
      bindings.loader("source_at", 0, "vec4f"),
      bindings.loader("kernel_at", 1, "vec4f"),
      forward ? imagePixel : outputPixel,
      `fn term(pixel: u32, there: bool, tap: u32, quad: u32, sum: vec4f) -> vec4f {
  ${termOf(kernel)}
}
fn finish(i: u32, last: u32, value: vec4f) {
  ${store}
}`,
      unroll(direct, { PIXELS: pixels, KERNEL_WIDTH: s.kernelWidth }),
    ])],
  };
}

/** WGSL of a body that adds to a sum what a pixel contributes to four filters, or four channels. */
function termOf(kernel: ConvolutionKernel): string {
  const { groupChannels, groupFilters } = sizesOf(kernel);
  const load = (at: string) => `select(vec4f(), source_at(${at}), there)`;
  if (groupChannels === 1) {
    return `return fma(${load("pixel * QUADS + quad")}, kernel_at(tap * QUADS + quad), sum);`;
  }
  const lines: string[] = ["var result = sum;"];
  if (kernel.kind === "conv2d") {
    // Four filters of a group: all of its channels, one after another.
    lines.push("let channel = quad * 4u / GROUP_FILTERS * GROUP_CHANNELS;");
    for (let c = 0; c < groupChannels; c++) {
      if (c % 4 === 0) {
        lines.push(`let v${c} = ${load(`(pixel * CHANNELS + channel) / 4u + ${c / 4}u`)};`);
      }
      const element = `v${c - c % 4}.${"xyzw"[c % 4]}`;
      lines.push(
        `result = fma(vec4f(${element}), ` +
          `kernel_at((tap * GROUP_CHANNELS + ${c}u) * (FILTERS / 4u) + quad), result);`,
      );
    }
  } else {
    // Four channels of a group: all of its filters, by fours.
    lines.push("let channel = quad * 4u % GROUP_CHANNELS;");
    lines.push("let filter4 = quad * 4u / GROUP_CHANNELS * (GROUP_FILTERS / 4u);");
    for (let f = 0; f < groupFilters / 4; f++) {
      lines.push(`let v${f} = ${load(`pixel * (FILTERS / 4u) + filter4 + ${f}u`)};`);
      const dots = [0, 1, 2, 3].map((c) =>
        `dot(v${f}, kernel_at((tap * GROUP_CHANNELS + channel + ${c}u) * (FILTERS / 4u) + ` +
        `filter4 + ${f}u))`
      );
      lines.push(`result += vec4f(${dots.join(", ")});`);
    }
  }
  return [...lines, "return result;"].join("\n  ");
}

/** The gradient for the kernel: for each of its elements a sum over all pixels of all images. */
function emitKernelGradient(kernel: ConvolutionKernel, operands: Operands): Emitted {
  const s = sizesOf(kernel);
  const elements = sizeOf(kernel.output.slice(0, 3)), outputs = sizeOf(kernel.kernel);
  const functions = `${s.declarations}
struct Pixel { y: u32, x: u32, there: bool }
${imagePixel}`;
  const isDepthwise = s.groupChannels === 1;
  return emitReduced(
    {
      combine: "sum",
      dtype: "f32",
      outputs,
      elements,
      parts: partsOf(outputs / 4, elements, true, "workgroup"),
      outputsFastest: true,
      hasQuads: true,
      functions,
    },
    operands,
    "workgroup",
    (bindings) => {
      const pixel = "((line / OUTPUT_HEIGHT * HEIGHT + at.y) * WIDTH + at.x)";
      const image = isDepthwise
        ? bindings.load(0, "vec4f", `select(0u, ${pixel} * (FILTERS / 4u) + quad, at.there)`)
        : `vec4f(${
          bindings.load(
            0,
            "f32",
            `select(0u, ${pixel} * CHANNELS + quad * 4u / ${s.groupFilters}u * GROUP_CHANNELS + ` +
              `row % GROUP_CHANNELS, at.there)`,
          )
        })`;
      return `let quad = output % (FILTERS / 4u);
  let row = output / (FILTERS / 4u);
  let tap = row / GROUP_CHANNELS;
  let line = k / OUTPUT_WIDTH;
  let at = source_of(line % OUTPUT_HEIGHT, k % OUTPUT_WIDTH, tap / KERNEL_WIDTH, tap % KERNEL_WIDTH);
  let gradient = ${bindings.load(1, "vec4f", "k * (FILTERS / 4u) + quad")};
  return select(vec4f(), ${image} * gradient, at.there);`;
    },
  );
}
