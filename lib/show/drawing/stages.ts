import type { Shape } from "../../core/shape.ts";
import type { LayerWindows } from "../../nn/window.ts";
import { layerType } from "../../nn/layer.ts";
import type { Model } from "../../train/model.ts";
import type { Role } from "../graph/boxes.ts";

/** What lies between two volumes of a chain: layers that keep the shape count as one step. */
export interface Stage {
  /** What the layer that makes the volume is. */
  readonly role: Role;
  /** How many such layers follow each other and leave volumes of one shape. */
  readonly times: number;
  /** The first of them in words: "conv2d 3x3, 64". */
  readonly words: string;
  /** What a unit of the first of them reads; absent for dense layers. */
  readonly window: LayerWindows | undefined;
  /** In how many groups it reads the channels. */
  readonly groups: number;
  /** The volume that it reads. */
  readonly from: Shape;
  /** The volume that it makes. */
  readonly to: Shape;
}

/** Layers that are drawn: those whose output is another volume. The others change numbers alone. */
const drawn: ReadonlySet<Role> = new Set(["convolution", "pooling", "dense"]);

/**
 * The volumes of a model that is a chain: each convolution, pooling and dense layer as a stage.
 *
 * @throws {TypeError} if the model branches.
 */
export function stagesOf(model: Model, where: string): Stage[] {
  const { layers, values, inputs } = model.architecture;
  const isChain = inputs.length === 1 &&
    values.every((value, i) =>
      "input" in value || value.sources.length === 1 && value.sources[0] === i - 1
    );
  if (!isChain) {
    throw new TypeError(
      `${where}: expected a model that is a chain, found one that branches; ` +
        "drawGraph draws those",
    );
  }
  const stages: Stage[] = [];
  let from: Shape = model.inputShape;
  for (const value of values) {
    if ("input" in value) continue;
    const { name, type, config } = layers[value.layer]!;
    const { role, words, outputShape: to } = model.layer(name);
    if (!drawn.has(role)) continue;
    const flat = role === "dense" && from.length === 3 ? from : undefined;
    const window = flat || from.length < 3 || to.length < 3
      ? undefined
      : layerType(type).window?.(config, [from[0]!, from[1]!]);
    const { groups = 1 } = config as { groups?: number };
    const stage = { role, times: 1, words, window, groups, from, to };
    // A pooling to the size that is there already changes nothing.
    if (role === "pooling" && String(from) === String(to)) continue;
    const before = stages.at(-1);
    if (before !== undefined && repeats(before, stage)) {
      stages[stages.length - 1] = { ...before, times: before.times + 1 };
    } else stages.push(stage);
    from = to;
  }
  return stages;
}

/** Whether a convolution leaves a volume as the convolution before it did, as in VGG. */
const repeats = (before: Stage, { role, to, window, groups }: Stage): boolean =>
  role === "convolution" && before.role === role && String(before.to) === String(to) &&
  groups === before.groups && window !== undefined && before.window !== undefined &&
  window[0].size === before.window[0].size && window[0].stride === 1 &&
  before.window[0].stride === 1;

/** How a stage's output size follows from its input's, as a text: "(227 + 0 − 11) / 4 + 1 = 55". */
export function sizeRule({ window, from, to }: Stage): string | undefined {
  const down = window?.[0];
  if (down === undefined || from.length !== 3 || to.length !== 3) return undefined;
  const { start, size, stride } = down, length = from[0]!, result = to[0]!;
  // Padding at both ends, as far as windows reach into it.
  const padding = Math.max(0, -start) + Math.max(0, start + (result - 1) * stride + size - length);
  const quotient = (length + padding - size) / stride;
  const padded = padding === 0 ? `${length}` : `${length} + ${padding}`;
  const difference = `${padded} − ${size}`;
  const divided = stride === 1 ? difference : `(${difference})/${stride}`;
  // What does not come out even is rounded down.
  const whole = Number.isInteger(quotient) ? divided : `⌊${divided}⌋`;
  return `${whole} + 1 = ${result}`;
}
