import { type Shape, sizeOf } from "../../../../lib/core/shape.ts";
import type { ConvolutionKernel } from "../../../../lib/graph/kernel.ts";

/** A shape of images, of kernels or of what comes out. */
export type Four = readonly [number, number, number, number];

/** What a kernel should yield: each multiply-add of the convolution's definition, in f64. */
export function expectedOf(
  kernel: ConvolutionKernel,
  a: Float32Array,
  b: Float32Array,
): Float64Array {
  const [n, height, width, channels] = kernel.image as Four;
  const [kernelHeight, kernelWidth, groupChannels, filters] = kernel.kernel as Four;
  const [, outputHeight, outputWidth] = kernel.output as Four;
  const { stride, padding, dilation, groups } = kernel.geometry;
  const result = new Float64Array(sizeOf(resultShape(kernel)));
  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < outputHeight; oy++) {
      for (let ox = 0; ox < outputWidth; ox++) {
        for (let ky = 0; ky < kernelHeight; ky++) {
          const y = oy * stride[0] - padding[0] + ky * dilation[0];
          if (y < 0 || y >= height) continue;
          for (let kx = 0; kx < kernelWidth; kx++) {
            const x = ox * stride[1] - padding[2] + kx * dilation[1];
            if (x < 0 || x >= width) continue;
            for (let filter = 0; filter < filters; filter++) {
              const group = Math.floor(filter / (filters / groups));
              for (let channel = 0; channel < groupChannels; channel++) {
                const i = ((image * height + y) * width + x) * channels +
                  group * groupChannels + channel;
                const k = ((ky * kernelWidth + kx) * groupChannels + channel) * filters + filter;
                const o = ((image * outputHeight + oy) * outputWidth + ox) * filters + filter;
                if (kernel.kind === "conv2d") result[o]! += a[i]! * b[k]!;
                else if (kernel.kind === "conv2dInputGradient") result[i]! += a[o]! * b[k]!;
                else result[k]! += a[i]! * b[o]!;
              }
            }
          }
        }
      }
    }
  }
  return result;
}

/** The shape of what a kernel yields. */
export function resultShape({ kind, image, kernel, output }: ConvolutionKernel): Shape {
  return kind === "conv2d" ? output : kind === "conv2dInputGradient" ? image : kernel;
}
