import type { Box, Role } from "./boxes.ts";

/** How the boxes are laid out. */
export interface DotOptions {
  readonly direction: "down" | "right";
  /** Whether each box says the shape of what it yields. */
  readonly shapes: boolean;
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

/** The graph in Graphviz' language. Source: https://graphviz.org/doc/info/lang.html */
export function dotOf(boxes: readonly Box[], { direction, shapes, title }: DotOptions): string {
  const readers = boxes.map((_, i) => boxes.filter(({ sources }) => sources.includes(i)).length);
  const heading = title === undefined
    ? []
    : [`label=<<b>${escape(title)}</b><br/> >; labelloc=t; fontsize=14;`];
  return [
    "digraph {",
    `rankdir=${direction === "down" ? "TB" : "LR"}; ranksep=0.3; nodesep=0.25; ordering=out;`,
    'fontname="Helvetica"; pad=0.1; bgcolor="white";',
    'node [fontname="Helvetica", fontsize=11, margin="0.12,0.06", height=0.3, penwidth=1.2];',
    'edge [fontname="Helvetica", fontsize=9, fontcolor="#555555", color="#555555", arrowsize=0.6];',
    ...heading,
    ...boxes.map((box, i) => `n${i} [${look(box, shapes)}];`),
    ...boxes.flatMap((box, i) =>
      box.sources.map((source) => {
        // What skips a branch is named as in the figure of a residual block.
        const skips = box.words === "+" && readers[source]! > 1;
        return `n${source} -> n${i}${skips ? ' [label=" identity", weight=0]' : ""};`;
      })
    ),
    "}",
  ].join("\n");
}

function look({ role, words, tail, name, shape }: Box, shapes: boolean): string {
  const [fill, edge] = colors[role];
  // A sum is a small round sign, whose name says nothing.
  const sign = words === "+" || words === "×";
  const small = (text: string, color: string) =>
    `<font point-size="9" color="${color}">${escape(text)}</font>`;
  const lines = [
    sign ? `<font point-size="14"><b>${words}</b></font>` : `<b>${escape(words)}</b>`,
    ...tail.length > 0 ? [small(tail.join(", "), "#333333")] : [],
    ...sign || name === "" ? [] : [small(name, "#777777")],
    ...shapes ? [small(shape.join(" x "), "#777777")] : [],
  ];
  const outline = sign && lines.length === 1
    ? "shape=circle, margin=0, width=0.32, fixedsize=true"
    : `shape=${sign ? "ellipse" : "box"}, margin="${sign ? "0.02,0.01" : "0.12,0.06"}"`;
  const style = sign ? "filled" : "filled,rounded";
  const label = lines.join("<br/>");
  return `label=<${label}>, ${outline}, style="${style}", fillcolor="${fill}", color="${edge}"`;
}

const escape = (text: string) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
