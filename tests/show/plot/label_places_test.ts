import { assert, assertEquals } from "@std/assert";
import { placeLabels } from "../../../lib/show/plot/label_places.ts";
import { grid } from "../../../lib/show/plot/grid.ts";
import { models } from "../../../lib/show/plot/models.ts";
import { measureText } from "../../../lib/plotly_svg/mod.ts";
import { zoo } from "../../../lib/zoo/zoo.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

const disc = (x: number, y: number, radius = 8, name = "a net") => ({ x, y, radius, name });

Deno.test("a label stands beside its disc, within the plot", () => {
  const [middle, right] = [disc(100, 100), disc(190, 100)];
  const [place] = placeLabels([middle], { width: 200, height: 200 });
  assertEquals([place!.leader, place!.dy], [false, 0]);
  assert(place!.dx > 8 + 3 && place!.dx < 40, "to the right");
  assert(
    placeLabels([right], { width: 200, height: 200 })[0]!.dx < -8,
    "to the left, where the plot ends",
  );
});

Deno.test("a disc among others has a line to its label", () => {
  const around = [0, 1, 2, 3, 4, 5].map((i) =>
    disc(200 + 20 * Math.cos(i * Math.PI / 3), 200 + 20 * Math.sin(i * Math.PI / 3))
  );
  const places = placeLabels([disc(200, 200), ...around], { width: 400, height: 400 });
  assertEquals(places.map((place) => place?.leader).slice(0, 1), [true]);
});

Deno.test("a name for which there is no room is left out", () => {
  const crowd = Array.from(
    { length: 60 },
    (_, i) => disc(10 + 10 * (i % 10), 10 + 10 * (i % 6), 4),
  );
  const places = placeLabels([...crowd, disc(150, 35)], { width: 200, height: 70 });
  assert(places.slice(0, -1).some((place) => place === undefined));
  assertEquals(places.at(-1)!.leader, false);
  assertEquals(placeLabels([disc(5, 5, 4, "a name as wide as this")], { width: 40, height: 20 }), [
    undefined,
  ]);
});

/** The discs and the labels of a panel, in pixels. */
function panel({ data, layout }: Loose, number: string) {
  const { margin, width, height } = layout;
  const size = { x: width - margin.l - margin.r, y: height - margin.t - margin.b };
  const pixels = (letter: "x" | "y", value: number) => {
    const { range, domain = [0, 1] } = layout[`${letter}axis${number}`];
    const share = (value - range[0]) / (range[1] - range[0]);
    return size[letter] * (domain[0] + share * (domain[1] - domain[0]));
  };
  const trace = data.find(({ xaxis = "x", text }: Loose) => text && xaxis === `x${number}`);
  const discs = trace.text.map((name: string, i: number) => ({
    name,
    x: pixels("x", trace.x[i]),
    y: pixels("y", trace.y[i]),
    radius: trace.marker.size[i] / 2,
  }));
  const labels = layout.annotations.filter(({ xref }: Loose) => xref === `x${number}`)
    .map(({ text, x, y, xshift, yshift, showarrow }: Loose) => ({
      name: text,
      leader: showarrow,
      x: pixels("x", x) + (xshift ?? 0),
      y: pixels("y", y) + (yshift ?? 0),
    }));
  return { discs, labels };
}

Deno.test("no label of the zoo is nearer to another disc, neither alone nor in a panel", () => {
  const entries = zoo().filter(({ published, inputShape }) =>
    published !== undefined && inputShape[0]! >= 200
  );
  const figure = models(entries);
  const alone = panel(figure, "");
  assert(alone.labels.length >= 0.8 * alone.discs.length, `${alone.labels.length} labels`);
  const grids = grid([figure, figure], { width: 900 });
  for (const { discs, labels } of [alone, panel(grids, ""), panel(grids, "2")]) {
    assert(labels.length >= 0.4 * discs.length, `${labels.length} of ${discs.length}`);
    for (const { name, x, y, leader } of labels) {
      if (leader) continue;
      const half = measureText(name, 11).width / 2;
      const distance = (one: Loose) =>
        Math.hypot(
          Math.max(0, Math.abs(one.x - x) - half),
          Math.max(0, Math.abs(one.y - y) - 6.5),
        ) - one.radius;
      const nearest = discs.reduce((a: Loose, b: Loose) => distance(b) < distance(a) ? b : a);
      assertEquals(nearest.name, name);
    }
  }
});
