import { outOfRange } from "../../core/errors.ts";
import { custom, flag, integer, number, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { type Attributes, element, escapeMarkup } from "../../plotly_svg/mod.ts";
import { Picture } from "../picture.ts";
import { checkLength, type Numbers, numbers } from "./numbers.ts";

/** What a neuron reads and has learnt. */
export interface NeuronOf {
  /** The inputs. */
  readonly inputs: Numbers;
  /** A weight for each. */
  readonly weights: Numbers;
  /** The bias. */
  readonly bias: number;
  /** The output, f(net). */
  readonly output: number;
}

/** Settings of {@linkcode neuron}. */
export interface NeuronOptions {
  /** What stands above the drawing. */
  readonly title?: string;
  /** The activation function by name; "f" by default. */
  readonly activation?: string;
  /** Whether a nerve cell stands beside it, part by part; false by default. */
  readonly cell?: boolean;
  /** Digits after the point; 2 by default. */
  readonly decimals?: number;
}

const neuronSchema = {
  title: text(),
  activation: text("f"),
  cell: flag(false),
  decimals: integer({ least: 0, most: 6 }, 2),
} satisfies Schema<NeuronOptions>;

const list = custom("a list of numbers", (value): value is Numbers => numbersIn(value));
const givenSchema = { inputs: list, weights: list, bias: number(), output: number() };

function numbersIn(value: unknown): value is Numbers {
  return typeof value === "object" && value !== null && "length" in value;
}

const [ink, faint, axon, synapse] = ["#2a3f5f", "#6b7684", "#3d6fa8", "#b8453a"];

/**
 * Draws an artificial neuron with its numbers: inputs, weights, the net input and the output; with
 * `cell`, a nerve cell above it, each part over what stands for it.
 *
 * ```ts
 * import { plot } from "@striate/striate";
 * const picture = plot.neuron(
 *   { inputs: [2, -1, 3], weights: [0.5, 1, -0.25], bias: 1, output: 0.562 },
 *   { cell: true, activation: "sigmoid" },
 * );
 * console.log(picture.text); // a neuron: net = 0.25, output 0.56
 * ```
 *
 * @throws {TypeError} if there are not as many weights as inputs.
 * @throws {RangeError} if there are none or more than 8, or for an unknown option.
 */
export function neuron(values: NeuronOf, given: NeuronOptions = {}): Picture {
  const where = "plot.neuron";
  const { title, activation, cell, decimals } = options(where, given, neuronSchema);
  const { inputs, weights, bias, output } = checked(values, where);
  const n = inputs.length, gap = 56, write = (x: number) => x.toFixed(decimals).replace("-", "−");
  const head = title === undefined ? 12 : 44, above = cell ? 232 : 0;
  const width = 700, height = head + above + Math.max(2, n) * gap + 70;
  const middle = head + above + (Math.max(2, n) * gap) / 2 + 4;
  const net = Array.from(inputs).reduce((sum, x, i) => sum + x * weights[i]!, bias);
  const rows = Array.from(inputs, (x, i) => {
    const y = middle + (i - (n - 1) / 2) * gap, [sx, sy] = [330 - 40, middle + (y - middle) * 0.28];
    const color = weights[i]! < 0 ? synapse : axon;
    return disc(96, y, 22, "#f4f4f4", write(x)) + label(60, y + 4, `x${sub(i + 1)}`, faint, "end") +
      element("path", {
        d: `M118,${y}L${sx},${sy}`,
        stroke: color,
        "stroke-width": 1 + 2 * Math.min(1, Math.abs(weights[i]!)),
        fill: "none",
      }) + label(200, (y + (sy - y) * 0.48) - 7, `· ${write(weights[i]!)}`, color);
  });
  const body = disc(330, middle, 40, "#e6effa", "") +
    label(330, middle - 4, "net = Σ", ink) +
    label(330, middle + 14, write(net), ink, "middle", true) +
    element("path", { d: `M330,${middle + 78}V${middle + 42}`, stroke: axon, "stroke-width": 2 }) +
    label(330, middle + 92, `bias ${write(bias)}`, axon) +
    arrow(372, 448, middle) +
    element("rect", {
      x: 452,
      y: middle - 24,
      width: 92,
      height: 48,
      rx: 8,
      fill: "#fff0c2",
      stroke: "#b48a14",
    }) + label(498, middle + 4, activation === "f" ? "f(net)" : `f = ${activation}`, ink) +
    arrow(546, 606, middle) + disc(632, middle, 24, "#d5ecd2", write(output)) +
    label(632, middle + 42, "output", faint);
  const heading = title === undefined ? "" : label(width / 2, 26, title, ink, "middle", false, 16);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif">` +
    element("rect", { width, height, fill: "#ffffff" }) + heading +
    (cell ? nerveCell(head) : "") + rows.join("") + body + "</svg>";
  return new Picture({
    svg,
    text: `a neuron: net = ${write(net)}, output ${write(output)}`,
    width,
    height,
  });
}

/** A nerve cell: dendrites with synapses, the cell body, the axon and its ends. */
function nerveCell(top: number): string {
  const y = top + 96, branch = { stroke: axon, fill: "none", "stroke-linecap": "round" };
  const dendrites = [
    [
      `M300,${y - 14}C250,${y - 40} 210,${y - 44} 150,${y - 62}M222,${y - 43}C196,${y - 22} 176,${
        y - 26
      } 140,${y - 24}`,
      5,
    ],
    [`M296,${y}C240,${y + 2} 200,${y + 6} 130,${y + 8}`, 5],
    [
      `M300,${y + 14}C250,${y + 40} 220,${y + 40} 150,${y + 64}M226,${y + 42}C200,${y + 30} 184,${
        y + 36
      } 148,${y + 36}`,
      5,
    ],
  ].map(([d, w]) => element("path", { d: d as string, ...branch, "stroke-width": w as number }));
  const ends = [[150, -62], [140, -24], [130, 8], [148, 36], [150, 64]].map(([x, dy]) =>
    element("path", {
      d: `M60,${y + dy! * 1.1}C90,${y + dy! * 1.1} 104,${y + dy!} ${x! - 12},${y + dy!}`,
      stroke: faint,
      "stroke-width": 2,
      fill: "none",
    }) + element("circle", { cx: x! - 9, cy: y + dy!, r: 5, fill: synapse })
  );
  const long = element("path", {
    d: `M366,${y}C420,${y + 4} 470,${y - 6} 560,${y}M560,${y}C590,${y - 16} 600,${y - 26} 640,${
      y - 34
    }M560,${y}C596,${y + 2} 610,${y + 2} 650,${y}M560,${y}C590,${y + 16} 600,${y + 26} 640,${
      y + 34
    }`,
    ...branch,
    "stroke-width": 4,
  });
  const soma = element("path", {
    d: `M290,${y}C292,${y - 30} 322,${y - 40} 346,${y - 26}C368,${y - 14} 376,${y + 8} 360,${
      y + 24
    }C338,${y + 42} 296,${y + 34} 290,${y}Z`,
    fill: "#e6effa",
    stroke: axon,
    "stroke-width": 2,
  }) + element("circle", { cx: 328, cy: y, r: 11, fill: "#b4cfeb", stroke: axon });
  const rule = element("path", {
    d: `M20,${top + 220}H680`,
    stroke: "#d5dae2",
    "stroke-dasharray": "4,4",
  });
  return dendrites.join("") + ends.join("") + long + soma + rule +
    label(70, y - 84, "axons of other cells", faint) + label(150, y + 92, "synapses", synapse) +
    label(226, y - 70, "dendrites", axon) + label(330, y + 60, "cell body", ink) +
    label(470, y - 18, "axon", axon) + label(640, y + 60, "to the next cells", faint) +
    label(150, y + 108, "their strengths: the weights", faint, "middle", false, 11) +
    label(330, y + 76, "adds up", faint, "middle", false, 11) +
    label(470, y + 24, "fires, or does not", faint, "middle", false, 11);
}

const sub = (n: number) => String.fromCodePoint(0x2080 + n);

function label(
  x: number,
  y: number,
  text: string,
  fill: string,
  anchor = "middle",
  bold = false,
  size = 13,
): string {
  const look: Attributes = {
    x,
    y,
    fill,
    "font-size": size,
    "text-anchor": anchor,
    "font-weight": bold ? "bold" : undefined,
  };
  return element("text", look, escapeMarkup(text));
}

const disc = (x: number, y: number, r: number, fill: string, text: string) =>
  element("circle", { cx: x, cy: y, r, fill, stroke: faint, "stroke-width": 1.2 }) +
  (text === "" ? "" : label(x, y + 4, text, ink));

const arrow = (from: number, to: number, y: number) =>
  element("path", {
    d: `M${from},${y}H${to}m-7,-4l7,4l-7,4`,
    stroke: axon,
    "stroke-width": 2,
    fill: "none",
  });

function checked(values: NeuronOf, where: string): NeuronOf {
  const { inputs = [], weights = [], bias = 0, output = NaN } = options(
    where,
    Object(values),
    givenSchema,
  );
  numbers.read(inputs, `${where}: inputs`);
  numbers.read(weights, `${where}: weights`);
  checkLength(weights, inputs.length, "inputs", `${where}: weights`);
  if (inputs.length < 1 || inputs.length > 8) {
    throw outOfRange(`${where}: inputs`, "1 to 8", inputs.length);
  }
  return { inputs, weights, bias, output };
}
