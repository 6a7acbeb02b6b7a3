import type { Shape } from "../../core/shape.ts";
import type { Model } from "../../train/model.ts";
import type { LayerRole } from "../../nn/layer.ts";

/** What a box is: decides its colour. */
export type Role = LayerRole | "input";

/** A box of the drawing: a layer, with the small layers that merely follow it. */
export interface Box {
  /** What its first layer is. */
  readonly role: Role;
  /** Its first layer in words. */
  readonly words: string;
  /** The layers that follow it, in words. */
  readonly tail: readonly string[];
  /** Its first layer's name; empty for an input. */
  readonly name: string;
  /** Shape of what it yields. */
  readonly shape: Shape;
  /** The boxes that it reads, by number. */
  readonly sources: readonly number[];
}

/** Layers that are drawn within the box of the layer before them. */
const followers: ReadonlySet<Role> = new Set(["activation", "normalization"]);

/** A box while others may still join it. */
type Growing = Box & { tail: string[]; shape: Shape };

/** A model's graph as boxes, each after those that it reads. */
export function boxesOf(model: Model): Box[] {
  const { layers, values, inputs, outputs } = model.architecture, { inputNames, endNames } = model;
  const rows = model.summary().rows.slice(inputs.length).values();
  const readers = values.map((_, i) =>
    values.filter((value) => "sources" in value && value.sources.includes(i)).length
  );
  const boxes: Growing[] = [];
  /** The box that each value comes out of. */
  const at: number[] = [];
  values.forEach((value, i) => {
    if ("input" in value) {
      const name = inputNames[inputs.indexOf(i)]!;
      const words = endNames.inputs ? `input ${name}` : name.replace(/\d+$/, " $&");
      const { input: shape } = value;
      at[i] = boxes.push({ role: "input", words, tail: [], name: "", shape, sources: [] }) - 1;
      return;
    }
    const { name, role, words } = model.layer(layers[value.layer]!.name);
    const shape = rows.next().value!.outputShape;
    const [before] = value.sources;
    const box = boxes[at[before!]!]!;
    const follows = value.sources.length === 1 && followers.has(role) &&
      box.role !== "input" && readers[before!] === 1 && !outputs.includes(before!);
    if (follows) {
      box.tail.push(words);
      box.shape = shape;
      at[i] = at[before!]!;
      return;
    }
    const sources = value.sources.map((source) => at[source]!);
    at[i] = boxes.push({ role, words, tail: [], name, shape, sources }) - 1;
  });
  return boxes;
}
