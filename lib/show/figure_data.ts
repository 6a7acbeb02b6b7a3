/** A trace of Plotly's: the numbers that are drawn, and how. */
export type Trace = Readonly<Record<string, unknown>> & { readonly type: string };

/** Plotly's layout: titles, axes, notes and the rest. */
export type Layout = Readonly<Record<string, unknown>>;

/** A step of a figure that moves: what changes in its traces and its layout. */
export interface Frame {
  /** What the slider says at this step. */
  readonly name: string;
  /** The traces of this step: as many as the figure has, or those that `traces` names. */
  readonly data: readonly Trace[];
  /** The numbers of the traces that change, where others stay as they are. */
  readonly traces?: readonly number[];
  /** What changes in the layout. */
  readonly layout?: Layout;
}

/** A figure as Plotly's JSON has it. */
export interface FigureData {
  /** The traces. */
  readonly data: readonly Trace[];
  /** Titles, axes, notes and the rest. */
  readonly layout?: Layout;
  /** The steps of a figure that moves. */
  readonly frames?: readonly Frame[];
}
