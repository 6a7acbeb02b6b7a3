import type { Box, Role } from "./boxes.ts";

/** How the boxes are laid out. */
export interface DotOptions {
  readonly direction: "down" | "right";
  /** Whether each box says the shape of what it yields. */
  readonly shapes: boolean;
  /** How convolutions on a shortcut are drawn. */
  readonly projections: "boxes" | "dashed";
  readonly title?: string;
}

/** Colours of the boxes, as in the figure of GoogLeNet: fill and edge. */
const colors: Readonly<Record<Role, readonly [string, string]>> = {
  input: ["#ffffff", "#777777"],
  convolution: ["#d3e3f5", "#3d6fa8"],
  pooling: ["#f8d3cf", "#b8453a"],
  dense: ["#fff0c2", "#b48a14"],
  activation: ["#fde1c8", "#c0702a"],
  normalization: ["#e6dcf1", "#7a5ba6"],
  merge: ["#d5ecd2", "#4b8f43"],
  other: ["#eeeeee", "#777777"],
};

/** A graph among those that are drawn side by side, with what stands above it. */
export interface Column {
  readonly boxes: readonly Box[];
  readonly title?: string | undefined;
}

/**
 * The graphs, side by side, in Graphviz' language. Where there are several, their first boxes with
 * images of one size stand on one level, as in the figure of ResNet's paper.
 *
 * Source: https://graphviz.org/doc/info/lang.html
 */
export function dotOf(
  columns: readonly Column[],
  { direction, shapes, projections, title }: DotOptions,
): string {
  const heading = title === undefined
    ? []
    : [`label=<<b>${escape(title)}</b><br/> >; labelloc=t; fontsize=14;`];
  const dense = columns.length > 1;
  const parts = columns.map(({ boxes, title }, column) => {
    const dashed = projections === "dashed" ? projectionsOf(boxes) : new Map<number, Projection>();
    const id = (i: number) => `n${column}_${i}`;
    const above = title === undefined
      ? []
      : [`t${column} [shape=plaintext, label=<<b>${escape(title)}</b>>];`];
    return [
      ...above,
      ...boxes.flatMap((box, i) =>
        dashed.has(i) ? [] : [`${id(i)} [${look(box, shapes, dense)}];`]
      ),
      ...above.length > 0 ? [`t${column} -> ${id(0)} [style=invis];`] : [],
      ...edgesOf(boxes, dashed, id),
    ];
  });
  return [
    "digraph {",
    `rankdir=${direction === "down" ? "TB" : "LR"}; ordering=out;`,
    dense ? "ranksep=0.09; nodesep=0.4;" : "ranksep=0.3; nodesep=0.25;",
    'fontname="Helvetica"; pad=0.1; bgcolor="white";',
    `node [fontname="Helvetica", fontsize=11, height=${dense ? 0.2 : 0.3}, penwidth=1.2];`,
    'edge [fontname="Helvetica", fontsize=9, fontcolor="#555555", color="#555555", arrowsize=0.6];',
    ...heading,
    ...parts.flat(),
    ...dense ? levelsOf(columns) : [],
    "}",
  ].join("\n");
}

/** A projection on a shortcut: where it comes from, and what it says. */
interface Projection {
  readonly source: number;
  readonly words: string;
}

/** The 1x1 convolutions that stand alone on a shortcut, from a value to the sum that it joins. */
function projectionsOf(boxes: readonly Box[]): Map<number, Projection> {
  const found = new Map<number, Projection>();
  boxes.forEach(({ words, role, sources }, i) => {
    const readers = boxes.filter((box) => box.sources.includes(i));
    const isProjection = role === "convolution" && / 1x1,/.test(words) && readers.length === 1 &&
      readers[0]!.words === "+" &&
      boxes.filter((box) => box.sources.includes(sources[0]!)).length > 1;
    if (isProjection) found.set(i, { source: sources[0]!, words: words.replace(/^\S+ /, "") });
  });
  return found;
}

/** The arrows of a graph; a projection on a shortcut is a dashed one. */
function edgesOf(
  boxes: readonly Box[],
  dashed: ReadonlyMap<number, Projection>,
  id: (i: number) => string,
): string[] {
  const readers = boxes.map((_, i) => boxes.filter(({ sources }) => sources.includes(i)).length);
  return boxes.flatMap((box, i) =>
    dashed.has(i) ? [] : box.sources.map((source) => {
      const projection = dashed.get(source);
      if (projection !== undefined) {
        const label = `label=" ${escape(projection.words)}"`;
        return `${id(projection.source)} -> ${id(i)} [style=dashed, ${label}, weight=0];`;
      }
      // What skips a branch is named as in the figure of a residual block.
      const skips = box.words === "+" && readers[source]! > 1;
      const label = boxes.length > 40 ? "" : 'label=" identity", ';
      return `${id(source)} -> ${id(i)}${skips ? ` [${label}weight=0]` : ""};`;
    })
  );
}

/** The first boxes of each image size, on one level where all graphs have them. */
function levelsOf(columns: readonly Column[]): string[] {
  const firsts = columns.map(({ boxes }, column) => {
    const found = new Map<number, string>();
    boxes.forEach(({ shape, words }, i) => {
      if (shape.length === 3 && words !== "+" && !found.has(shape[0]!)) {
        found.set(shape[0]!, `n${column}_${i}`);
      }
    });
    return found;
  });
  const shared = [...firsts[0]!.keys()].filter((size) => firsts.every((one) => one.has(size)));
  return shared.map((size) => `{rank=same; ${firsts.map((one) => one.get(size)).join("; ")};}`);
}

function look({ role, words, tail, name, shape }: Box, shapes: boolean, dense: boolean): string {
  const [fill, edge] = colors[role];
  // A sum is a small round sign, whose name says nothing.
  const sign = words === "+" || words === "×";
  const small = (text: string, color: string) =>
    `<font point-size="9" color="${color}">${escape(text)}</font>`;
  const lines = [
    sign ? `<font point-size="14"><b>${words}</b></font>` : `<b>${escape(words)}</b>`,
    ...tail.length > 0 && !dense ? [small(tail.join(", "), "#333333")] : [],
    ...sign || name === "" || dense ? [] : [small(name, "#777777")],
    ...shapes ? [small(shape.join(" x "), "#777777")] : [],
  ];
  const outline = sign && lines.length === 1
    ? `shape=circle, margin=0, width=${dense ? 0.2 : 0.32}, fixedsize=true`
    : `shape=${sign ? "ellipse" : "box"}, margin="${
      sign ? "0.02,0.01" : dense ? "0.08,0.01" : "0.12,0.06"
    }"`;
  const style = sign ? "filled" : "filled,rounded";
  const label = lines.join("<br/>");
  return `label=<${label}>, ${outline}, style="${style}", fillcolor="${fill}", color="${edge}"`;
}

const escape = (text: string) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
