import { assert, assertEquals } from "@std/assert";
import {
  colorRamp,
  colorScaleOf,
  colorScales,
  colorway,
  contrastColor,
  fade,
  formatColor,
  luminance,
  parseColor,
} from "../../../lib/plotly_svg/color/colors.ts";

/** The colour of a scale at a place within 0..1. */
const colorAt = (scale: Parameters<typeof colorScaleOf>[0], t: number) =>
  formatColor(colorRamp(colorScaleOf(scale))(t));

Deno.test("colour scales go through their stops and straight between them", () => {
  assertEquals(colorAt("Greys", 0), "#000000");
  assertEquals(colorAt("Greys", 0.5), "#808080");
  assertEquals(colorAt("Viridis", 0), "#440154");
  assertEquals(colorAt("viridis", 1), "#fde725");
  assertEquals(colorAt("Viridis", 128 / 255), "#21918c");
  assertEquals(colorAt("RdBu", 0.5), "#bebebe");
  assertEquals(colorAt("YlOrRd", 1 / 16), "#9f0026");
  assertEquals(colorAt([[0, "#ff0000"], [1, "rgb(0, 0, 255)"]], 0.25), "#bf0040");
});

Deno.test("beyond the ends of a scale its ends go on", () => {
  assertEquals(colorAt("Jet", -3), "#000083");
  assertEquals(colorAt("Jet", 7), "#800000");
});

Deno.test("a scale can be turned around, or be a list of colours", () => {
  assertEquals(colorAt("Blues_r", 0), colorAt("Blues", 1));
  assertEquals(colorScaleOf(["red", "green", "blue"]).map(([place]) => place), [0, 0.5, 1]);
});

Deno.test("the places of every scale rise from 0 to 1", () => {
  for (const [name, scale] of Object.entries(colorScales)) {
    const places = scale.map(([place]) => place);
    assertEquals([places[0], places.at(-1)], [0, 1], name);
    assert(places.every((place, i) => i === 0 || place > places[i - 1]!), name);
    assert(scale.every(([, color]) => /^#[0-9a-f]{6}$/.test(color)), name);
  }
});

// How colours look to those who lack one kind of cone: Machado, Oliveira and Fernandes 2009.
const sights: Record<string, number[][]> = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  "no red": [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  "no green": [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

/** CIELAB of a colour as it is seen. */
function lab(color: string, sight: number[][]): number[] {
  const linear = parseColor(color).slice(0, 3).map((v) =>
    v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4
  );
  const seen = sight.map((row) => row.reduce((sum, w, i) => sum + w * linear[i]!, 0));
  const toXyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
  const [x, y, z] = toXyz.map((row, i) => {
    const value = row.reduce((sum, w, j) => sum + w * Math.max(0, seen[j]!), 0);
    const t = value / [0.9505, 1, 1.089][i]!;
    return t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116;
  });
  return [116 * y! - 16, 500 * (x! - y!), 200 * (y! - z!)];
}

Deno.test("the ten colours of traces differ for all readers", () => {
  assertEquals(new Set(colorway).size, 10);
  for (const [name, sight] of Object.entries(sights)) {
    const seen = colorway.map((color) => lab(color, sight));
    for (let i = 0; i < seen.length; i++) {
      for (let j = 0; j < i; j++) {
        const distance = Math.hypot(...seen[i]!.map((v, k) => v - seen[j]![k]!));
        assert(distance > 12, `${name}: ${colorway[j]} and ${colorway[i]}: ${distance.toFixed(1)}`);
      }
    }
  }
});

Deno.test("colours are read in the forms of CSS", () => {
  assertEquals(parseColor("#1f77b4"), [31, 119, 180, 1]);
  assertEquals(parseColor("#fA0"), [255, 170, 0, 1]);
  assertEquals(parseColor("#00000080"), [0, 0, 0, 128 / 255]);
  assertEquals(parseColor("rgb(1,2,3)"), [1, 2, 3, 1]);
  assertEquals(parseColor("rgba(1, 2, 3, 0.25)"), [1, 2, 3, 0.25]);
  assertEquals(parseColor("white"), [255, 255, 255, 1]);
  assertEquals(formatColor([1, 2, 300, 1]), "#0102ff");
  assertEquals(fade("#ff0000", 0.5), "rgba(255,0,0,0.5)");
});

Deno.test("text on a cell is dark or white, whichever contrasts more", () => {
  const ratio = (a: string, b: string) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high! + 0.05) / (low! + 0.05);
  };
  for (let v = 0; v < 256; v += 5) {
    const ground = formatColor([v, v, v, 1]);
    const other = contrastColor(ground) === "#ffffff" ? "#222222" : "#ffffff";
    assert(ratio(ground, contrastColor(ground)) > 0.95 * ratio(ground, other), ground);
  }
  assertEquals(contrastColor("#440154"), "#ffffff");
  assertEquals(contrastColor("#fde725"), "#222222");
});
