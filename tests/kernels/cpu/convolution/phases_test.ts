import { assertEquals } from "@std/assert";
import { extentOf, phasesOf } from "../../../../kernels/cpu/convolution/phases.ts";

Deno.test("cpu conv2d: phases hold each pair of an image position and a tap once", () => {
  for (const length of [1, 2, 7, 12]) {
    for (const size of [1, 2, 3, 5]) {
      for (const stride of [1, 2, 3, 4, 6]) {
        for (const padding of [0, 1, 3]) {
          for (const dilation of [1, 2, 3, 4]) {
            const expected: string[] = [], found: string[] = [];
            for (let at = 0; at < length; at++) {
              for (let tap = 0; tap < size; tap++) {
                const output = (at + padding - tap * dilation) / stride;
                if (Number.isInteger(output)) expected.push(`${at} ${tap} ${output}`);
              }
            }
            const phases = phasesOf(length, size, stride, padding, dilation);
            const { before, length: framed } = extentOf(phases, 5);
            for (const phase of phases) {
              for (let i = 0; i < phase.count; i++) {
                for (let j = 0; j < phase.taps; j++) {
                  const output = phase.start + i - j * phase.step;
                  found.push(
                    `${phase.first + i * stride} ${phase.tap + j * phase.tapStep} ${output}`,
                  );
                  assertEquals(output + before >= 0 && output + before < framed, true);
                }
              }
            }
            assertEquals(
              found.sort(),
              expected.sort(),
              [length, size, stride, padding, dilation].join(),
            );
          }
        }
      }
    }
  }
});
