import { describeValue, outOfRange, wrongType } from "../../core/errors.ts";
import { checkedBy, instance, integer, listOf, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { unknownName } from "../../core/suggest.ts";
import type { ReceptiveField } from "../../nn/receptive_field.ts";
import { type Json, traceColor } from "../../plotly_svg/mod.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { Model } from "../../train/model.ts";
import { type ByteImage, channelsOf } from "../../vision/image.ts";
import { Figure } from "../figure.ts";
import { PendingFigure } from "../pending_figure.ts";
import type { Trace } from "../figure_data.ts";
import { type FigureOptions, figureSchema } from "./plot_options.ts";
import { imageOf } from "./images.ts";
import { axis, cartesianLayout } from "./layout.ts";
import { imageTrace } from "./mosaic.ts";
import { evenly } from "./numbers.ts";
import type { Pixels } from "./pixels.ts";

/** Settings of {@linkcode receptiveField}. */
export interface ReceptiveFieldOptions extends FigureOptions {
  /** The layer or layers whose fields are drawn; by default up to six, evenly chosen. */
  readonly layer?: string | readonly string[];
  /** The image that the fields lie over, of the model's size: [h, w, c] or [1, h, w, c], or decoded. */
  readonly image?: Tensor | ByteImage;
  /** Row and column of the last layer's unit; the one in the middle by default. */
  readonly at?: readonly [number, number];
}

const names = listOf(text());
const index = integer({ least: 0 });

const fieldSchema = {
  ...figureSchema,
  layer: checkedBy((value: unknown, where): string | readonly string[] =>
    typeof value === "string" ? value : names.read(value, where)
  ),
  image: checkedBy((value, where): Tensor | ByteImage => {
    if (value instanceof Tensor) return value;
    channelsOf(value as ByteImage, where);
    return value as ByteImage;
  }),
  at: checkedBy((value, where): readonly [number, number] => {
    if (Array.isArray(value) && value.length === 2) {
      return [index.read(value[0], `${where}[0]`), index.read(value[1], `${where}[1]`)];
    }
    throw wrongType(where, "[row, column]", describeValue(value));
  }),
} satisfies Schema<ReceptiveFieldOptions>;

/** A field of a unit, in pixels of the image. */
interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * How much of the image a unit sees: the field of a unit of each layer, one within the other, over
 * the image.
 *
 * ```ts
 * import { plot, sequential } from "@striate/striate";
 * const net = sequential([32, 32, 3])
 *   .conv2d(8, 3, { name: "conv1" }).maxPool2d(2, { name: "pool1" })
 *   .conv2d(8, 3, { name: "conv2" });
 * const figure = await plot.receptiveField(net, { layer: ["conv1", "conv2"] });
 * console.log(`${figure}`); // Figure: 2 scatter
 * ```
 *
 * @throws {TypeError} if the model is none of images.
 * @throws {RangeError} for an unknown option or layer, or a unit that is none.
 */
export function receptiveField(
  model: Model,
  given: ReceptiveFieldOptions = {},
): PendingFigure {
  return PendingFigure.of(drawReceptiveField(model, given));
}

async function drawReceptiveField(
  model: Model,
  given: ReceptiveFieldOptions,
): Promise<Figure> {
  const where = "plot.receptiveField";
  const { layer, image, at, ...look } = options(where, given, fieldSchema);
  instance(Model).read(model, `${where}: model`);
  const fields = chooseFields(model, layer, where);
  const [height, width] = model.inputShape as [number, number];
  const boxes = boxesOf(model, fields, at, `${where}: at`);
  // What reaches out of the image is in the padding; half an image of it is enough to see that.
  const reach = (from: number[], to: number[], length: number): [number, number] => [
    Math.max(-length / 2, Math.min(-0.5, ...from) - 0.01 * length),
    Math.min(1.5 * length, Math.max(length - 0.5, ...to) + 0.01 * length),
  ];
  const xRange = reach(boxes.map((b) => b.left), boxes.map((b) => b.right), width);
  const yRange = reach(boxes.map((b) => b.top), boxes.map((b) => b.bottom), height);
  const names = fields.map(({ name, size }) => `${name}: ${size[0]} x ${size[1]}`);
  const ground = image && imageTrace(await pixelsOf(image, model, where), { opacity: 0.85 });
  const plain = { showgrid: false, zeroline: false, constrain: "domain" };
  return new Figure({
    data: [...ground ? [ground] : [], ...boxes.map((box, i) => outline(box, names[i]!, i))],
    layout: cartesianLayout(where, { width: 640, height: 480, ...look, legend: true }, {
      names,
      xaxis: axis(undefined, { ...plain, range: xRange }),
      yaxis: axis(undefined, { ...plain, range: yRange.toReversed(), scaleanchor: "x" }),
      layout: { shapes: [frame(width, height)] },
    }),
  });
}

/** The fields of a unit of the last layer, and of those of the others that are nearest to its middle. */
function boxesOf(
  model: Model,
  fields: readonly ReceptiveField[],
  at: readonly [number, number] | undefined,
  where: string,
): Box[] {
  const size = (name: string) => model.layer(name).outputShape as readonly [number, number];
  const last = fields.at(-1)!, units = size(last.name);
  const unit = at ?? [Math.floor((units[0] - 1) / 2), Math.floor((units[1] - 1) / 2)];
  if (unit[0] >= units[0] || unit[1] >= units[1]) {
    throw outOfRange(
      where,
      `a row and a column of the ${units[0]} x ${units[1]} units of ${JSON.stringify(last.name)}`,
      JSON.stringify(unit),
    );
  }
  return fields.map((field) => {
    const [y, x] = ([0, 1] as const).map((axis) => {
      const middle = last.center[axis] + unit[axis] * last.stride[axis];
      const i = Math.round((middle - field.center[axis]) / field.stride[axis]);
      const most = size(field.name)[axis] - 1;
      return field.center[axis] + Math.min(most, Math.max(0, i)) * field.stride[axis];
    }) as [number, number];
    const [h, w] = field.size;
    return { left: x - w / 2, right: x + w / 2, top: y - h / 2, bottom: y + h / 2 };
  });
}

/** The edge of a field. */
const outline = ({ left, right, top, bottom }: Box, name: string, i: number): Trace => ({
  type: "scatter",
  mode: "lines",
  x: [left, right, right, left, left],
  y: [top, top, bottom, bottom, top],
  name,
  line: { color: traceColor(i + 1), width: 2.5 },
  hoverinfo: "name",
});

/** The edge of the image, and a ground where there is none. */
const frame = (width: number, height: number): Json => ({
  type: "rect",
  xref: "x",
  yref: "y",
  layer: "below",
  x0: -0.5,
  x1: width - 0.5,
  y0: -0.5,
  y1: height - 0.5,
  fillcolor: "#eef1f5",
  line: { color: "#9aa5b1", width: 1 },
});

async function pixelsOf(
  image: Tensor | ByteImage,
  model: Model,
  where: string,
): Promise<Pixels> {
  const { width, height, data } = image instanceof Tensor ? await imageOf(image) : image;
  const [h, w] = model.inputShape;
  if (height !== h || width !== w) {
    const expected = `${h} x ${w} pixels as the model's input`;
    throw wrongType(`${where}: image`, expected, `${height} x ${width}`);
  }
  return { width, height, data, channels: data.length === width * height ? 1 : 3 };
}

/** The fields of the layers asked for; else of some whose units form an image. */
function chooseFields(
  model: Model,
  layer: string | readonly string[] | undefined,
  where: string,
): ReceptiveField[] {
  const fields = model.receptiveFields();
  const units = new Map(model.layers.map(({ name, outputShape }) => [name, outputShape]));
  const isMap = (name: string) => units.get(name)!.length === 3;
  if (layer !== undefined) {
    const names = typeof layer === "string" ? [layer] : layer;
    if (names.length === 0) throw outOfRange(`${where}: layer`, "a layer", "none");
    return names.map((name) => {
      const field = fields.find((field) => field.name === name);
      if (field !== undefined && isMap(name)) return field;
      const known = fields.map(({ name }) => name).filter(isMap);
      throw new RangeError(`${where}: layer: ${unknownName("layer with maps", name, known)}`);
    });
  }
  // Of neighbouring layers with the same field (an activation, a norm) the first stands for all.
  const distinct = fields.filter(({ name, size }, i) => {
    const [h, w] = units.get(name) as [number, number];
    const before = fields[i - 1]?.size ?? [1, 1];
    return isMap(name) && h * w > 1 && (size[0] !== before[0] || size[1] !== before[1]);
  });
  if (distinct.length === 0) {
    throw wrongType(`${where}: model`, "layers that see a part of the image", "none");
  }
  return evenly(distinct.length, 6).map((i) => distinct[i]!);
}
