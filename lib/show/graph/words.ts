/** What a layer is: decides the colour of its box. */
export type Role =
  | "input"
  | "convolution"
  | "pooling"
  | "dense"
  | "activation"
  | "normalization"
  | "merge"
  | "other";

/** A layer's settings. */
type Config = Readonly<Record<string, unknown>>;

/** A window's or a stride's two numbers, where they may be one. */
const pair = (size: unknown): readonly [number, number] =>
  (Array.isArray(size) ? size : [size, size]) as [number, number];

const times = (size: unknown) => pair(size).join("x");

/** How far a window moves, where that is not 1. */
function strideOf(stride: unknown): string {
  const [down, across] = pair(stride ?? 1);
  if (down === 1 && across === 1) return "";
  return down === across ? ` /${down}` : ` /${down}x${across}`;
}

function convolution(what: string) {
  return ({ kernelSize, filters, stride, groups = 1, dilation = 1 }: Config) => {
    const grouped = groups === 1 ? "" : `, ${groups} groups`;
    const spread = times(dilation) === "1x1" ? "" : `, dilation ${times(dilation)}`;
    return `${what} ${times(kernelSize)}, ${filters}${strideOf(stride)}${grouped}${spread}`;
  };
}

const pool = (what: string) => ({ window, stride = window }: Config) =>
  `${what} pool ${times(window)}${strideOf(stride)}`;

const word = (text: string) => () => text;

/** Layer types: what each is, and in words with its size. */
const rows: Readonly<Record<string, readonly [Role, (config: Config) => string]>> = {
  conv2d: ["convolution", convolution("conv2d")],
  convTranspose2d: ["convolution", convolution("transposed conv2d")],
  maxPool2d: ["pooling", pool("max")],
  averagePool2d: ["pooling", pool("average")],
  globalAveragePool2d: ["pooling", word("global average pool")],
  globalMaxPool2d: ["pooling", word("global max pool")],
  adaptiveAveragePool2d: ["pooling", ({ size }) => `adaptive average pool ${times(size)}`],
  dense: ["dense", ({ units }) => `dense ${units}`],
  radialBasis: ["dense", word("radial basis")],
  batchNorm: ["normalization", word("batch norm")],
  localResponseNorm: ["normalization", word("local response norm")],
  dropout: ["normalization", ({ rate }) => `dropout ${rate}`],
  add: ["merge", word("+")],
  multiply: ["merge", word("×")],
  concatenate: ["merge", word("concatenate")],
  leakyRelu: ["activation", word("leaky relu")],
  hardSigmoid: ["activation", word("hard sigmoid")],
  scaledTanh: ["activation", word("scaled tanh")],
  zeroPadding2d: ["other", word("zero padding")],
  identityShortcut: ["other", word("identity shortcut")],
  selectChannels: ["other", word("select channels")],
};
for (
  const name of ["linear", "step", "sigmoid", "tanh", "relu", "relu6", "elu", "softplus", "gelu"]
    .concat("silu", "softmax")
) Object.assign(rows, { [name]: ["activation", word(name)] });

/** What a layer of a type is. */
export const roleOf = (type: string): Role => rows[type]?.[0] ?? "other";

/** A layer in words, with its size: "conv2d 3x3, 64 /2". */
export const wordsOf = (type: string, config: Config): string => rows[type]?.[1](config) ?? type;
