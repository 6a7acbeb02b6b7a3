import { custom, integer, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { outOfRange } from "../../core/errors.ts";
import { heatmap } from "../plot/heatmap.ts";
import { grid } from "../plot/grid.ts";
import { checkMatrix, type Matrix } from "../plot/numbers.ts";
import { Widget } from "./widget.ts";

/** Settings of {@linkcode convolution}. */
export interface ConvolutionWidgetOptions {
  /** What stands above it. */
  readonly title?: string;
  /** The image that it begins with; at most 16 x 16. */
  readonly image?: Matrix;
  /** The kernel that it begins with: 1 x 1, 3 x 3 or 5 x 5. */
  readonly kernel?: Matrix;
  /** The step of the window, 1 to 3; 1 by default. */
  readonly stride?: number;
  /** Zeros around the image, 0 to 3; 0 by default. */
  readonly padding?: number;
  /** The step within the window, 1 to 3; 1 by default. */
  readonly dilation?: number;
}

const matrix = custom(
  "rows of numbers",
  (value): value is Matrix => Array.isArray(value) && value.length > 0,
);

const schema = {
  title: text("Convolution: paint the image, change the kernel"),
  image: matrix,
  kernel: matrix,
  stride: integer({ least: 1, most: 3 }, 1),
  padding: integer({ least: 0, most: 3 }, 0),
  dilation: integer({ least: 1, most: 3 }, 1),
} satisfies Schema<ConvolutionWidgetOptions>;

/** A bright ring on black: edges in every direction. */
const ring = Array.from({ length: 10 }, (_, y) =>
  Array.from({ length: 10 }, (_, x) => {
    const r = Math.hypot(x - 4.5, y - 4.5);
    return r > 2.2 && r < 4.2 ? 1 : 0;
  }));

const edges = [[1, 0, -1], [1, 0, -1], [1, 0, -1]];

/**
 * A convolution to play with: the image is painted with the mouse, the kernel's numbers are typed or
 * taken from a list; stride, padding and dilation are set by sliders, and the size of the output
 * stands as a rule. A pointer on an output shows its window and the sum of its products.
 *
 * ```ts
 * import { widgets } from "@striate/striate";
 * const page = widgets.convolution({ kernel: [[0, 1, 0], [1, -4, 1], [0, 1, 0]], padding: 1 });
 * await page.save(`${await Deno.makeTempDir()}/convolution.html`);
 * ```
 *
 * @throws {TypeError} if the image or the kernel is no matrix.
 * @throws {RangeError} if one of them is too large, or for an unknown option or value.
 */
export function convolution(given: ConvolutionWidgetOptions = {}): Widget {
  const where = "widgets.convolution";
  const { title, stride, padding, dilation, ...rest } = options(where, given, schema);
  const image = rows(rest.image ?? ring, `${where}: image`);
  const kernel = rows(rest.kernel ?? edges, `${where}: kernel`);
  const n = kernel.length;
  if (image.length > 16 || image[0]!.length > 16) {
    throw outOfRange(`${where}: image`, "at most 16 x 16", `${image.length} x ${image[0]!.length}`);
  }
  if (![1, 3, 5].includes(n) || kernel[0]!.length !== n) {
    const found = `${n} x ${kernel[0]!.length}`;
    throw outOfRange(`${where}: kernel`, "1 x 1, 3 x 3 or 5 x 5", found);
  }
  const output = convolved(image, kernel, { stride, padding, dilation });
  if (output.length === 0 || output[0]!.length === 0) {
    throw outOfRange(`${where}: image`, "room for the kernel's window", `${image.length} rows`);
  }
  const panel = (z: number[][], title: string) =>
    heatmap(z, { title, annotate: z.length < 8, equal: true, colorBar: false });
  return new Widget({
    page: "convolution",
    data: { title, image, kernel, stride, padding, dilation },
    text: title,
    still: grid([panel(image, "image"), panel(kernel, "kernel"), panel(output, "output")], {
      title,
      width: 900,
      height: 340,
    }),
  });
}

const rows = (matrix: Matrix, where: string): number[][] =>
  checkMatrix(matrix, where).map((row) => Array.from(row));

/** The convolution by plain loops, for the picture. */
function convolved(
  image: number[][],
  kernel: number[][],
  { stride, padding, dilation }: { stride: number; padding: number; dilation: number },
): number[][] {
  const extent = dilation * (kernel.length - 1) + 1;
  const size = (length: number) =>
    Math.max(0, Math.floor((length + 2 * padding - extent) / stride) + 1);
  return Array.from(
    { length: size(image.length) },
    (_, i) =>
      Array.from(
        { length: size(image[0]!.length) },
        (_, j) =>
          kernel.reduce((sum, row, a) =>
            row.reduce((sum, weight, b) => {
              const y = i * stride + a * dilation - padding,
                x = j * stride + b * dilation - padding;
              return sum + weight * (image[y]?.[x] ?? 0);
            }, sum), 0),
      ),
  );
}
