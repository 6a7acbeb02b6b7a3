/**
 * The grid, the labels and the title of an axis.
 *
 * @module
 */
import { axisTicks, labelAngle } from "./axis_ticks.ts";
import { type Attributes, type Box, group, line, type Size } from "../svg/element.ts";
import { type Json, jsonAt, numberAt, textAt, titleOf } from "../json.ts";
import { type Axis, pixelOf, settingOf } from "./axis.ts";
import { drawText, type Font, fontAt, measureText } from "../svg/text.ts";

/** Whether an axis is seen at all. */
const isVisible = (axis: Axis) => axis.layout.visible !== false;

const tickFont = (axis: Axis, font: Font) => fontAt(axis.layout, "tickfont", font);

const titleFont = (axis: Axis, font: Font) =>
  fontAt(axis.layout, "title.font", { ...font, size: Math.round(1.2 * font.size) });

/** How far the marks of ticks reach from the axis, in pixels. */
const outsideMarks = (axis: Axis): number =>
  settingOf(axis, "ticks") === "outside" ? numberAt(axis.layout, "ticklen", 5) : 0;

/** How far labels and marks of ticks reach from the axis, in pixels. */
function labelDepth(axis: Axis, font: Font): number {
  const { layout } = axis;
  const marks = outsideMarks(axis);
  if (layout.showticklabels === false) return marks;
  const { size } = tickFont(axis, font);
  const ticks = axisTicks(axis, size);
  const angle = labelAngle(axis, ticks, size) * Math.PI / 180;
  const depths = ticks.map(({ text }) => {
    const { width, height } = measureText(text, size);
    const [across, along] = axis.letter === "x" ? [height, width] : [width, height];
    return Math.abs(across * Math.cos(angle)) + Math.abs(along * Math.sin(angle));
  });
  return marks + (ticks.length === 0 ? 0 : Math.max(...depths) + 3);
}

/** From the axis to the middle of its title, in pixels; in `room` pixels if it can be. */
function titleDistance(axis: Axis, font: Font, room: number): number {
  const { size } = titleFont(axis, font);
  const { height } = measureText(titleOf(axis.layout), size);
  const depth = labelDepth(axis, font);
  const standoff = numberAt(axis.layout, "title.standoff", NaN);
  if (Number.isFinite(standoff)) return depth + standoff + height / 2;
  const least = depth + 2 + height / 2;
  const labelled = axis.layout.showticklabels !== false;
  const usual = axis.letter === "x"
    ? 10 + size * (labelled ? 2.6 : 1.6)
    : 10 + size * (labelled ? 1.6 : 1.1);
  return Math.max(Math.min(usual, room - height / 2 - 1), least);
}

/** How much space an axis needs beside the plot, in pixels. */
export function axisDepth(axis: Axis, font: Font): number {
  if (!isVisible(axis)) return 0;
  const title = titleOf(axis.layout);
  if (title === "") return labelDepth(axis, font);
  return titleDistance(axis, font, 0) + measureText(title, titleFont(axis, font).size).height / 2 +
    2;
}

/** The grid lines of an axis, across a box. */
export function drawGrid(axis: Axis, box: Box, font: Font): string {
  const { layout } = axis;
  if (!isVisible(axis) || layout.showgrid === false) return "";
  const look = crisp(axis, "gridcolor", "#eeeeee", "gridwidth");
  const ticks = axisTicks(axis, tickFont(axis, font).size);
  return group(look, ticks.map(({ at }) => across(axis, pixelOf(axis, at), box)).join(""));
}

/** The line at zero, where zero is inside. */
export function drawZeroLine(axis: Axis, box: Box): string {
  const { layout, range } = axis;
  const inside = (range[0] < 0) !== (range[1] < 0) || range[0] === 0 || range[1] === 0;
  if (!isVisible(axis) || axis.type !== "linear" || layout.zeroline === false || !inside) return "";
  const look = crisp(axis, "zerolinecolor", "#444444", "zerolinewidth");
  return group(look, across(axis, pixelOf(axis, 0), box));
}

/** The look of straight lines, by the names that the layout has for colour and width. */
const crisp = ({ layout }: Axis, color: string, usual: string, width: string): Attributes => ({
  stroke: textAt(layout, color, usual),
  "stroke-width": numberAt(layout, width, 1),
  "shape-rendering": "crispEdges",
});

/** A line between two places, each so far along an axis and so far across it. */
function lineAt({ letter }: Axis, along: readonly number[], across: readonly number[]): string {
  const [a, b] = along as [number, number], [c, d] = across as [number, number];
  return letter === "x" ? line(a, c, b, d, {}) : line(c, a, d, b, {});
}

/** Where a box begins and ends: along an axis, and across it. */
function sidesOf({ letter }: Axis, { x, y, width, height }: Box) {
  const [left, top] = [[x, x + width], [y, y + height]] as [[number, number], [number, number]];
  return letter === "x" ? { along: left, across: top } : { along: top, across: left };
}

/** A line across a box, at a pixel of an axis. */
const across = (axis: Axis, pixel: number, box: Box): string =>
  lineAt(axis, [pixel, pixel], sidesOf(axis, box).across);

/** The line, labels and title of an axis at the edge of a box, in a figure of this size. */
export function drawAxis(axis: Axis, box: Box, font: Font, size: Size): string {
  if (!isVisible(axis)) return "";
  return drawEdge(axis, box) + drawLabels(axis, box, font) + drawTitle(axis, box, font, size);
}

/** Where an axis lies (a pixel), which way is outward (-1 or 1), and where the other edge lies. */
function edge(axis: Axis, box: Box): { at: number; out: 1 | -1; other: number } {
  const [start, end] = sidesOf(axis, box).across;
  const side = textAt(axis.layout, "side", axis.letter === "x" ? "bottom" : "left");
  return (axis.letter === "x" ? side === "top" : side !== "right")
    ? { at: start, out: -1, other: end }
    : { at: end, out: 1, other: start };
}

function drawEdge(axis: Axis, box: Box): string {
  const { layout } = axis;
  const { at, out, other } = edge(axis, box);
  let text = "";
  // A layout that says how the line looks wants one.
  const given = layout.linecolor !== undefined || layout.linewidth !== undefined;
  if (layout.showline ?? given) {
    const { along } = sidesOf(axis, box),
      mirrored = layout.mirror === true || layout.mirror === "all";
    for (const pixel of mirrored ? [at, other] : [at]) text += lineAt(axis, along, [pixel, pixel]);
  }
  const marks = settingOf(axis, "ticks");
  if (marks === "outside" || marks === "inside") {
    const end = at + out * (marks === "outside" ? 1 : -1) * numberAt(layout, "ticklen", 5);
    for (const tick of axisTicks(axis, 12)) {
      const pixel = pixelOf(axis, tick.at);
      text += lineAt(axis, [pixel, pixel], [at, end]);
    }
  }
  return group(crisp(axis, "linecolor", "#444444", "linewidth"), text);
}

function drawLabels(axis: Axis, box: Box, plain: Font): string {
  const { layout } = axis;
  if (layout.showticklabels === false) return "";
  const font = tickFont(axis, plain);
  const ticks = axisTicks(axis, font.size);
  const angle = labelAngle(axis, ticks, font.size);
  const { at, out } = edge(axis, box);
  const start = at + out * (outsideMarks(axis) + 3);
  return ticks.map(({ at, text, minor }) => {
    const pixel = pixelOf(axis, at);
    const own = minor ? { ...font, size: Math.round(0.75 * font.size) } : font;
    if (axis.letter === "y") {
      const anchor = out === -1 ? "end" : "start";
      return drawText(text, { x: start, y: pixel, anchor, angle }, own);
    }
    if (angle === 0) {
      return drawText(text, { x: pixel, y: start, vertical: out === 1 ? "top" : "bottom" }, own);
    }
    // Turned labels begin or end at their tick, half a line away from the axis.
    const anchor = (angle > 0) === (out === 1) ? "start" : "end";
    return drawText(text, { x: pixel, y: start + out * font.size * 0.5, anchor, angle }, own);
  }).join("");
}

function drawTitle(axis: Axis, box: Box, plain: Font, size: Size): string {
  const title = titleOf(axis.layout);
  if (title === "") return "";
  const font = titleFont(axis, plain);
  const { at, out } = edge(axis, box);
  const end = axis.letter === "x" ? size.height : size.width;
  const place = at + out * titleDistance(axis, plain, out === 1 ? end - at : at);
  const middle = (axis.pixels[0] + axis.pixels[1]) / 2;
  return axis.letter === "x"
    ? drawText(title, { x: middle, y: place }, font)
    : drawText(title, { x: place, y: middle, angle: out === 1 ? 90 : -90 }, font);
}

/** The box between an axis and the one that it is anchored to. */
export function crossing(x: Axis, y: Axis): Box {
  const [left, right] = x.pixels, [bottom, top] = y.pixels;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The name of the axis that an axis lies at. */
export function anchorOf(axis: Axis): string {
  return textAt(axis.layout, "anchor", axis.letter === "x" ? "y" : "x");
}

/** The title's font and text of the figure. */
export function figureTitle(layout: Json, font: Font): { text: string; font: Font } {
  return {
    text: titleOf(layout),
    font: fontAt(jsonAt(layout, "title"), "font", { ...font, size: Math.round(1.4 * font.size) }),
  };
}
