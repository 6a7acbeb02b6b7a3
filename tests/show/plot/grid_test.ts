import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Figure } from "../../../lib/show/figure.ts";
import { contour } from "../../../lib/show/plot/contour.ts";
import { surface } from "../../../lib/show/plot/surface.ts";
import { grid } from "../../../lib/show/plot/grid.ts";
import { heatmap } from "../../../lib/show/plot/heatmap.ts";
import { line } from "../../../lib/show/plot/line.ts";
import { bar } from "../../../lib/show/plot/bar.ts";
import { steps } from "../../../lib/show/plot/steps.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

/** The boxes of the axes with some numbers, as [left, right, bottom, top]. */
const boxes = ({ layout }: Loose, numbers: readonly string[]) =>
  numbers.map((n) => [...layout[`xaxis${n}`].domain, ...layout[`yaxis${n}`].domain]);

Deno.test("grid: panels have axes of their own, row by row", () => {
  const figures = [1, 2, 3, 4].map((k) => line([0, k], { title: `panel ${k}`, yRange: [0, k] }));
  const figure = grid(figures, { columns: 2 }) as Loose;
  assertEquals(
    figure.data.map(({ xaxis, yaxis }: Loose) => [xaxis, yaxis]),
    [["x", "y"], ["x2", "y2"], ["x3", "y3"], ["x4", "y4"]],
  );
  const [a, b, c, d] = boxes(figure, ["", "2", "3", "4"]) as [
    number[],
    number[],
    number[],
    number[],
  ];
  for (const box of [a, b, c, d]) {
    const [left, right, bottom, top] = box as [number, number, number, number];
    assert(0 <= left && left < right && right <= 1 && 0 <= bottom && bottom < top && top <= 1);
  }
  assert(a[1]! < b[0]! && a[2]! > c[3]!, "left of the next, above the one below");
  assertEquals([a[0], a[1]], [c[0], c[1]]);
  assertEquals([a[2], a[3]], [b[2], b[3]]);
  const { layout } = figure;
  assertEquals([layout.xaxis3.anchor, layout.yaxis3.anchor], ["y3", "x3"]);
  assertEquals(layout.yaxis4.range, [0, 4]);
  assertEquals(layout.annotations.map(({ text }: Loose) => text), [
    "panel 1",
    "panel 2",
    "panel 3",
    "panel 4",
  ]);
  assertAlmostEquals(layout.annotations[1].x, (b[0]! + b[1]!) / 2, 1e-9);
});

Deno.test("grid: notes, shapes and pictures move with their panel", () => {
  const marked = new Figure({
    data: [{ type: "scatter", y: [1] }],
    layout: {
      annotations: [
        { text: "data", x: 3, y: 4, xref: "x", yref: "y" },
        { text: "paper", x: 1, y: 0, xref: "paper", yref: "paper" },
        { text: "bare", x: 3, y: 4 },
      ],
      shapes: [{ type: "rect", xref: "x", yref: "paper", x0: 0, x1: 2, y0: 0, y1: 1 }],
      images: [{ source: "", xref: "paper", yref: "y", x: 0, y: 2, sizex: 0.5, sizey: 3 }],
      yaxis: { scaleanchor: "x" },
    },
  });
  const { layout } = grid([line([1]), marked]) as Loose;
  const [left, right, bottom, top] = boxes({ layout }, ["2"])[0] as [
    number,
    number,
    number,
    number,
  ];
  const [data, paper, bare] = layout.annotations;
  assertEquals([data.xref, data.yref, data.x], ["x2", "y2", 3]);
  assertEquals([paper.xref, paper.x, paper.y], ["paper", right, bottom]);
  assertEquals([bare.xref, bare.yref], ["x2", "y2"]);
  const [{ x0, y0, y1, xref, yref }] = layout.shapes;
  assertEquals([xref, yref, x0, y0, y1], ["x2", "paper", 0, bottom, top]);
  const [image] = layout.images;
  assertEquals([image.yref, image.x, image.sizey], ["y2", left, 3]);
  assertAlmostEquals(image.sizex, 0.5 * (right - left), 1e-9);
  assertEquals(layout.yaxis2.scaleanchor, "x2");
});

Deno.test("grid: a grid is a panel too", () => {
  const inner = grid([line([1]), line([2])]);
  const figure = grid([inner, line([3])], { columns: 1 }) as Loose;
  const [a, b, c] = boxes(figure, ["", "2", "3"]) as [number[], number[], number[]];
  assert(a[1]! < b[0]! && a[2]! > c[3]! && b[2]! > c[3]!);
});

Deno.test("grid: colour bars stand beside their panels, one for equal scales", () => {
  const map = (zMax: number) => heatmap([[0, 1]], { zMin: 0, zMax });
  const { data, layout } = grid([map(1), map(1), map(2)]) as Loose;
  assertEquals(data.map(({ showscale }: Loose) => showscale), [false, true, true]);
  const [, right, bottom, top] = boxes({ layout }, ["2"])[0] as [number, number, number, number];
  const { x, y, len } = data[1].colorbar;
  assert(x > right && x < layout.xaxis3.domain[0]);
  assertAlmostEquals(y, (bottom + top) / 2, 1e-9);
  assertAlmostEquals(len, top - bottom, 1e-9);
  assertEquals(layout.yaxis2.autorange, "reversed");
  const widths = boxes({ layout }, ["", "2", "3"]).map((box) => box[1]! - box[0]!);
  for (const width of widths) assertAlmostEquals(width, widths[0]!, 1e-9);
});

Deno.test("grid: names stand once in the legend", () => {
  const two = () => line([{ y: [1], name: "a" }, { y: [2], name: "b" }]);
  const { data, layout } = grid([two(), two()]) as Loose;
  assertEquals(layout.showlegend, true);
  assertEquals(data.map(({ showlegend }: Loose) => showlegend), [
    undefined,
    undefined,
    false,
    false,
  ]);
  assertEquals(data[2].legendgroup, "a");
});

Deno.test("grid: shareY gives all panels one range", () => {
  const { layout } = grid([line([1, 5], { yLabel: "loss" }), line([0, 2], { yLabel: "loss" })], {
    shareY: true,
  }) as Loose;
  assertEquals(layout.yaxis.range, layout.yaxis2.range);
  assert(layout.yaxis.range[0] <= 0 && layout.yaxis.range[1] >= 5);
  assertEquals([layout.yaxis.title.text, layout.yaxis2.title], ["loss", undefined]);
  assertEquals(layout.yaxis2.showticklabels, false);
  // A panel without axes, or with several, does not shift the count.
  const hill = { f: (x: number) => x, x: [0, 1], y: [0, 1], resolution: 3 } as const;
  const mixed = grid([surface(hill), grid([line([1]), line([7])]), line([0, 9])], {
    shareY: true,
  }) as Loose;
  assertEquals(mixed.layout.yaxis3.range, mixed.layout.yaxis.range);
  assertEquals(mixed.layout.yaxis2.range, undefined);
});

Deno.test("grid: panels are equally wide, and lie close where only the first has numbers", () => {
  const panels = [1, 2, 3].map(() => line([1, 5], { yLabel: "loss" }));
  const map = heatmap([[1, 2]]);
  const places = (figure: Loose) => {
    const list = boxes(figure, ["", "2", "3"]) as [number, number][];
    const { width, margin } = figure.layout;
    const plot = width - margin.l - margin.r;
    return {
      widths: list.map(([left, right]) => (right - left) * plot),
      gaps: [1, 2].map((i) => (list[i]![0] - list[i - 1]![1]) * plot),
    };
  };
  const shared = places(grid(panels, { shareY: true })), apart = places(grid(panels));
  for (const gap of shared.gaps) assert(gap >= 15 && gap <= 30, `${gap}`);
  for (const gap of apart.gaps) assert(gap > 50, `${gap}`);
  for (const { widths } of [shared, apart, places(grid([map, panels[0]!, panels[1]!]))]) {
    for (const width of widths) assertAlmostEquals(width, widths[0]!, 1e-6);
  }
  assert(shared.widths[0]! > apart.widths[0]!);
});

Deno.test("grid: shareY also decides which ticks a logarithmic axis has", () => {
  const two = [[0.1, 0.5], [1e-5, 1]].map((y) => line(y, { yLog: true }));
  const { layout } = grid(two, { shareY: true }) as Loose;
  assertEquals([layout.yaxis.dtick, layout.yaxis2.dtick], [1, 1]);
});

Deno.test("grid: shareY keeps all rows of heat maps, from the top", () => {
  const rows = [[1, 2], [3, 4], [5, 6]];
  const { layout } = grid([heatmap(rows), heatmap(rows)], { shareY: true }) as Loose;
  assertEquals([layout.yaxis.range, layout.yaxis2.range], [[2.5, -0.5], [2.5, -0.5]]);
});

Deno.test("grid: scenes have a place as well", () => {
  const hill = { f: (x: number) => x, x: [0, 1], y: [0, 1], resolution: 3 } as const;
  const { data, layout } = grid([surface(hill), contour(hill), surface(hill)]) as Loose;
  assertEquals(data.map(({ scene, xaxis }: Loose) => scene ?? xaxis), ["scene", "x", "scene2"]);
  assert(layout.scene.domain.x[1] < layout.scene2.domain.x[0]);
});

Deno.test("grid: messages name the function and the argument", () => {
  const bad = (figures: Loose, options: Loose = {}) => () => grid(figures, options);
  assertThrows(bad([]), RangeError, "plot.grid: expected at least one figure");
  assertThrows(bad([line([1]), 3]), TypeError, "plot.grid: figures[1]: expected a figure, found 3");
  assertThrows(bad([Promise.resolve()]), TypeError, "await it first");
  assertThrows(bad([steps([line([1])])]), TypeError, "plot.grid: figures[0]");
  assertThrows(bad([line([1])], { columns: 0 }), RangeError, "plot.grid: columns");
});

Deno.test("steps: a frame for each figure, which the slider names", () => {
  const figures = [1, 2, 3].map((k) => line([0, k], { title: `k = ${k}` }));
  const figure = steps(figures, { labels: ["one", "two", "two"] }) as Loose;
  assertEquals(figure.frames.map(({ name }: Loose) => name), ["one", "two", "two (3)"]);
  assertEquals(figure.frames.map(({ data }: Loose) => data[0].y[1]), [1, 2, 3]);
  assertEquals(figure.data[0].y, [0, 1]);
  assertEquals(figure.frames[2].layout.title.text, "k = 3");
  const [slider] = figure.layout.sliders;
  assertEquals(slider.steps.map(({ label, args }: Loose) => [label, args[0]]), [
    ["one", ["one"]],
    ["two", ["two"]],
    ["two", ["two (3)"]],
  ]);
});

Deno.test("steps: all have the same traces and notes, some of them unseen", () => {
  const note = (text: string) => ({ text, x: 0, y: 0 });
  const bare = bar([1]);
  const rich = line([[1], [2]], { layout: { annotations: [note("a"), note("b")] } });
  const { frames, data } = steps([bare, rich]) as Loose;
  const shape = ({ data }: Loose) => data.map(({ type, visible }: Loose) => [type, visible]);
  assertEquals(shape(frames[0]), [["bar", true], ["scatter", false], ["scatter", false]]);
  assertEquals(shape(frames[1]), [["bar", false], ["scatter", true], ["scatter", true]]);
  assertEquals(data.length, 3);
  assertEquals(
    frames.map(({ layout }: Loose) => layout.annotations.map(({ visible }: Loose) => visible)),
    [[false, false], [true, true]],
  );
});

Deno.test("steps: a frame holds of the layout what is not the same in all", () => {
  const ranges = [[0, 1], [0, 2]] as const;
  const { frames, layout } = steps(
    ranges.map((yRange) => line([0, 1], { xRange: [0, 1], yRange })),
  ) as Loose;
  assertEquals(layout.xaxis.range, [0, 1]);
  assertEquals(frames.map((frame: Loose) => "xaxis" in frame.layout), [false, false]);
  assertEquals(frames.map((frame: Loose) => frame.layout.yaxis.range), ranges);
});

Deno.test("steps: messages name the function and the argument", () => {
  assertThrows(() => steps([]), RangeError, "plot.steps: expected at least one figure");
  assertThrows(
    () => steps([line([1])], { labels: [] }),
    TypeError,
    "plot.steps: labels: expected 1",
  );
});

Deno.test("grid: a legend that a panel has below its plot takes no room there", () => {
  const panel = (name: string) => line([{ y: [1, 2], name }, { y: [2, 1], name: "other" }]);
  const heightOf = (name: string) => (grid([panel(name), panel(name)]).layout as Loose).height;
  const long = "the loss of the network with residual connections in all of its blocks";
  assertAlmostEquals(heightOf(long), heightOf("short"), 2);
});
