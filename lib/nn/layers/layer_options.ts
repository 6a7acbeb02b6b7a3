import { elsewhere, text } from "../../core/option_kinds.ts";
import type { Schema } from "../../core/options.ts";

/** Settings that every layer takes. */
export interface LayerOptions {
  /** The layer's name, unique in a model; by default its type and a number. */
  readonly name?: string;
}

/** The options of every layer. */
export const layerSchema = {
  name: text(),
  activation: elsewhere("it is a layer of its own: .relu()"),
} satisfies Schema<LayerOptions & { readonly activation?: never }>;
