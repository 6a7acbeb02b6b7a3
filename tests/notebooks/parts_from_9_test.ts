/** What the notebooks from 9 on keep in files beside them. */
import { assert, assertEquals } from "@std/assert";
import { arrayDataset, shapes } from "../../mod.ts";
import { factorMaps } from "../../notebooks/parts/factors.ts";
import { frozenChart } from "../../notebooks/parts/frozen.ts";
import { noiseChart, normChart, normTable } from "../../notebooks/parts/norm_race.ts";
import { ofClasses } from "../../notebooks/parts/of_classes.ts";
import { accuracyChart, gainChart, organs, plants, runName } from "../../notebooks/parts/plants.ts";
import { smallResnet } from "../../notebooks/parts/small_senet.ts";
import { sorted } from "../../notebooks/parts/sorted.ts";

Deno.test("sorted pictures: two classes in each batch of 16, each picture with its label", () => {
  const { train } = shapes({ train: 300, test: 1, seed: 2 });
  const inOrder = sorted(train, 1), known = new Map<string, number>();
  const labelOf = (data: typeof train, i: number) => data.get(i).targets[0]![0]!;
  for (let i = 0; i < train.length; i++) {
    known.set(train.get(i).inputs[0]!.join(), labelOf(train, i));
  }
  assert(inOrder.length > 200);
  for (let begin = 0; begin + 8 <= inOrder.length; begin += 8) {
    const labels = Array.from({ length: 8 }, (_, k) => labelOf(inOrder, begin + k));
    assertEquals(new Set(labels).size, 1);
    assertEquals(known.get(inOrder.get(begin).inputs[0]!.join()), labels[0]);
  }
});

Deno.test("the pictures of some classes, from -2 to 2, with labels anew", () => {
  const data = arrayDataset({
    inputs: { data: Uint8Array.of(0, 64, 128, 192), shape: [1, 1, 1] },
    targets: Int32Array.of(0, 2, 1, 2),
    classes: ["a", "b", "c"],
  });
  const found = ofClasses(data, ["c", "a"], 1);
  assertEquals(found.length, 2);
  assertEquals([0, 1].map((i) => found.get(i).inputs[0]![0]), [-2, -1]);
  assertEquals([0, 1].map((i) => found.get(i).targets[0]![0]), [1, 0]);
  assertEquals(found.classes, ["c", "a"]);
});

Deno.test("norms that race: a row for each norm, bars of each kind of batches", () => {
  const results = ["batch norm", "none"].flatMap((norm, i) =>
    ["32", "2"].map((batches, k) => ({ norm, batches, learnt: 1, right: 0.5 + 0.1 * i + 0.01 * k }))
  );
  assert(/batch norm +50\.0 % +51\.0 %/.test(`${normTable(results)}`), `${normTable(results)}`);
  assertEquals(`${normChart(results)}`, 'Figure "Five norms, three kinds of batches": 2 bar');
  assert(`${noiseChart([{ size: 2, mean: 0.7, deviation: 0.4 }])}`.includes("3 scatter"));
});

Deno.test("charts of frozen layers and of factors", () => {
  const [means, , scratch] = frozenChart([[0.5, 0.7], [0.4, 0.4]], [0.3]).data;
  assertEquals(means!["y"], [60, 40]);
  assertEquals(scratch!["y"], [30, 30]);
  const stage = { stage: "stage1", byClass: [[0.1, -0.3], [0, 0.2]] };
  assert(`${factorMaps([stage, stage], ["a", "b"])}`.includes("2 heatmap"));
});

Deno.test("the published table of plants: seven runs by eight columns", () => {
  assertEquals(plants.map(({ of }) => of.length), Array(7).fill(organs.length));
  assertEquals(runName(plants[6]!), "300K steps, batch 60, 80 copies");
  assert(`${accuracyChart()}`.includes("heatmap"));
  assert(`${gainChart([{ lesson: "all", gains: plants[6]!.of }])}`.includes("heatmap"));
});

Deno.test("a small residual net has its blocks of squeeze and excitation, or none", () => {
  const gates = (excite: boolean) =>
    smallResnet(excite).layers.filter(({ name }) => name.endsWith(".gate")).length;
  assertEquals([gates(true), gates(false)], [3, 0]);
});
